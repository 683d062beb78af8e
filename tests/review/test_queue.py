"""The queue: whose turn it is, by when, and what the list can be narrowed to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from analysis.models import DraftJob
from atlas.models import Change, ChangeCluster, Topic, User
from review import actions
from review.assigning import assign, set_due, unassign
from review.claiming import LEASE
from review.due_dates import end_of_day, in_words
from review.errors import NotAllowed
from review.models import Edition, Event
from review.queue import TABS, Filters, counts, page_of
from tests.factories import make_document, make_platform, make_provision
from tests.review.factories import (
    CONTENT,
    approve,
    approve_for_later,
    change_text,
    make_edition,
    make_editor,
    make_publication,
    make_run,
    shown,
)
from tests.review.test_concurrency import make_many_editions

pytestmark = pytest.mark.django_db
Capped = Callable[[int], Any]
BY_KEY = {tab.key: tab for tab in TABS}


def queue_url(tab: str = "unclaimed", query: str = "") -> str:
    return f"{reverse('admin:review_edition_changelist')}?tab={tab}{query}"


def log_in(client: Client, role: str = "Senior reviewer") -> User:
    user = make_editor(role)
    client.force_login(user)
    return user


def titles(tab: str, by: User, **filters: str) -> list[str]:
    rows, _ = page_of(BY_KEY[tab], by, Filters(**filters), 1)
    return [row.title for row in rows]


def fill_every_tab(by: User) -> None:
    make_edition()
    actions.claim(make_edition(), by=by)
    actions.claim(make_edition(), by=make_editor())
    back = make_edition()
    actions.request_changes(back, by=by, lock_version=back.lock_version, reason="Mend it.", mode="edit")
    approve(make_edition(exposure_level="high"))
    approve_for_later(make_edition())
    stale = make_publication()
    change_text(stale.provision, "Everything is different now.")
    job = make_run().job
    type(job).objects.filter(pk=job.pk).update(state="failed", last_error="No answer.")


class TestTabs:
    def test_every_count_is_the_length_of_its_list(self, senior: Client, by: User) -> None:
        fill_every_tab(by)
        counted = counts(by)
        assert all(counted.values())
        for tab in TABS:
            page = senior.get(queue_url(tab.key)).content.decode()
            assert page.count('<th scope="row">') == counted[tab.key]

    def test_an_open_edition_is_in_one_tab_for_everybody(self, client: Client) -> None:
        by, somebody = log_in(client), make_editor()
        fill_every_tab(by)
        assign(make_edition(), to=by, by=by)
        of_all = [tab for tab in TABS if tab.is_of_editions and tab.key != "mine"]
        found = [edition.pk for tab in of_all for edition in tab.rows(somebody, timezone.now())]
        assert sorted(found) == sorted(Edition.objects.open().values_list("pk", flat=True))

    def test_a_claim_that_ran_out_is_none(self) -> None:
        edition, by = make_edition(title="Left lying"), make_editor()
        actions.claim(edition, by=by)
        assert titles("unclaimed", by) == []
        Edition.objects.filter(pk=edition.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
        assert titles("unclaimed", by) == ["Left lying"]
        assert titles("mine", by) == titles("at_work", by) == []

    def test_what_is_assigned_to_me_is_mine_until_it_is_decided(self) -> None:
        edition, managing, me = make_edition(title="For you"), make_editor("Managing editor"), make_editor()
        assign(edition, to=me, by=managing)
        assert titles("mine", me) == ["For you"]
        assert titles("unclaimed", me) == []
        approve(edition)
        assert titles("mine", me) == []

    def test_an_empty_tab_says_what_to_do_next(self, senior: Client) -> None:
        for tab in TABS:
            assert escape(tab.empty) in senior.get(queue_url(tab.key)).content.decode()

    def test_the_first_page_of_the_admin_counts_the_queue(self, senior: Client) -> None:
        make_edition()
        page = senior.get(reverse("admin:index")).content.decode()
        assert "Atlas editors&#x27; desk" in page
        assert "<strong>1</strong> Unclaimed" in page

    def test_a_failed_draft_leaves_its_tab_when_it_is_asked_for_again(self) -> None:
        editor = make_editor("Editor")
        provision = make_provision()
        actions.ask_for_draft(provision, by=editor)
        jobs = DraftJob.objects.filter(wording__provision=provision)
        jobs.update(state="failed", finished_at=timezone.now(), last_error="No answer.")
        assert counts(editor)["failed"] == 1
        actions.ask_for_draft(provision, by=editor)
        assert jobs.count() == 2
        assert counts(editor)["failed"] == 0


class TestOrder:
    def test_overdue_first_then_priority_then_due_date(self) -> None:
        by, now = make_editor(), timezone.now()
        for title, priority, days in (("late", 0, -1), ("soon", 0, 1), ("later", 0, 9), ("weighty", 8, 9)):
            edition = make_edition(title=title)
            Edition.objects.filter(pk=edition.pk).update(priority=priority, due_at=now + timedelta(days=days))
        assert titles("unclaimed", by) == ["late", "weighty", "soon", "later"]

    def test_start_reviewing_takes_the_first_of_the_list(self, client: Client) -> None:
        by, first = log_in(client), make_edition(title="First")
        make_edition(title="Second")
        target = client.post(reverse("admin:review_edition_next")).headers["Location"]
        assert target == reverse("admin:review_edition_desk", args=[first.pk])
        first.refresh_from_db()
        assert first.claimed_by == by

    def test_what_is_assigned_to_me_comes_before_what_is_nobodys(self) -> None:
        make_edition()
        mine, me = make_edition(), make_editor()
        assign(mine, to=me, by=make_editor("Managing editor"))
        assert actions.claim_next(by=me) == mine

    def test_what_is_assigned_to_a_colleague_is_not_taken(self) -> None:
        assign(make_edition(), to=make_editor(), by=make_editor("Managing editor"))
        assert actions.claim_next(by=make_editor()) is None

    def test_what_is_assigned_to_somebody_who_left_is_nobodys(self) -> None:
        edition, gone, me = make_edition(title="Left"), make_editor(), make_editor()
        assign(edition, to=gone, by=make_editor("Managing editor"))
        User.objects.filter(pk=gone.pk).update(is_active=False)
        assert titles("unclaimed", me) == ["Left"]
        assert actions.claim_next(by=me) == edition

    def test_my_own_text_comes_last_and_is_not_hidden(self) -> None:
        me, mine, other = make_editor(), make_edition(), make_edition()
        actions.revise(mine, {**CONTENT, "title": "Mine"}, by=me, lock_version=shown(mine)["lock_version"])
        assert actions.claim_next(by=me) == other
        assert actions.claim_next(by=me, passed_over=[other.pk]) == mine
        assert actions.claim_next(by=me, passed_over=[other.pk, mine.pk]) is None

    def test_what_i_have_claimed_already_comes_first(self) -> None:
        make_edition()
        held, me = make_edition(), make_editor()
        actions.claim(held, by=me)
        assert actions.claim_next(by=me) == held

    def test_skipping_one_gives_another(self) -> None:
        me, first, second = make_editor(), make_edition(), make_edition()
        assert actions.claim_next(by=me) == first
        actions.release(first, by=me)
        assert actions.claim_next(by=me, passed_over=[first.pk]) == second

    def test_a_claim_of_mine_is_renewed_without_an_event(self) -> None:
        edition, me = make_edition(), make_editor()
        actions.claim(edition, by=me)
        Edition.objects.filter(pk=edition.pk).update(claimed_until=timezone.now())
        assert actions.claim(edition, by=me).claimed_until > timezone.now() + LEASE / 2
        assert Event.objects.filter(edition_ref=edition.pk, action="claim").count() == 1


class TestDueDates:
    @pytest.mark.parametrize(
        ("opened", "days", "end"),
        [("2026-11-25", 2, "2026-11-27"), ("2026-11-27", 1, "2026-11-30"), ("2026-11-28", 1, "2026-11-30")],
    )
    def test_working_days_leave_out_weekends(self, opened: str, days: int, end: str) -> None:
        due = end_of_day(datetime.fromisoformat(f"{opened}T12:00:00+00:00"), days)
        assert due.isoformat() == f"{end}T23:59:59+00:00"

    def test_high_exposure_and_stale_readings_are_due_first(self) -> None:
        usual, high = make_edition(), make_edition(exposure_level="high")
        published = make_publication()
        change_text(published.provision, "We may use your Content to train and improve our models. Always.")
        published.provision.refresh_from_db()
        stale = make_edition(published.provision)
        assert usual.due_at and high.due_at and stale.due_at
        assert high.due_at == stale.due_at < usual.due_at

    @pytest.mark.parametrize(
        ("hours", "words"),
        [
            (-49, "Overdue by 2 days"),
            (-25, "Overdue by 1 day"),
            (-1, "Overdue since today"),
            (1, "Due today"),
            (24, "Due tomorrow"),
            (72, "Due in 3 days"),
        ],
    )
    def test_due_dates_are_said_in_words(self, hours: int, words: str) -> None:
        noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
        assert in_words(noon + timedelta(hours=hours), noon) == words

    def test_a_due_date_is_moved_by_people_with_the_right_and_never_into_the_past(self) -> None:
        edition, managing = make_edition(), make_editor("Managing editor")
        later = timezone.now() + timedelta(days=30)
        with pytest.raises(NotAllowed, match="role"):
            set_due(edition, due_at=later, by=make_editor())
        with pytest.raises(NotAllowed, match="past"):
            set_due(edition, due_at=timezone.now() - timedelta(days=1), by=managing)
        set_due(edition, due_at=later, by=managing)
        edition.refresh_from_db()
        assert edition.due_at == later
        assert Event.objects.filter(edition_ref=edition.pk, action="set_due").count() == 1


class TestAssigning:
    def test_it_has_its_event_and_makes_no_open_form_stale(self) -> None:
        edition, managing, to = make_edition(), make_editor("Managing editor"), make_editor("Editor")
        before = shown(edition)
        assign(edition, to=to, by=managing)
        assign(edition, to=to, by=managing)
        assert shown(edition) == before
        unassign(edition, by=managing)
        actions = Event.objects.filter(edition_ref=edition.pk).values_list("action", flat=True)
        assert list(actions)[-2:] == ["assign", "unassign"]

    def test_only_to_people_who_may_edit_and_only_by_people_with_the_right(self) -> None:
        edition, managing = make_edition(), make_editor("Managing editor")
        with pytest.raises(NotAllowed, match="cannot edit drafts"):
            assign(edition, to=make_editor("Viewer"), by=managing)
        with pytest.raises(NotAllowed, match="cannot edit drafts"):
            assign(edition, to=make_editor(is_active=False), by=managing)
        with pytest.raises(NotAllowed, match="role"):
            assign(edition, to=make_editor(), by=make_editor())


class TestFilters:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("exposure", "high"),
            ("cause", "requested"),
            ("drafter", "outline"),
            ("q", "Alpha Corp"),
            ("topic", "cookies"),
        ],
    )
    def test_each_filter_keeps_what_fits(self, name: str, value: str) -> None:
        by = make_editor()
        Topic.objects.create(key="cookies", name="Cookies", definition="…")
        document = make_document(make_platform("Alpha Corp"))
        make_edition(
            make_provision("We may use your Content to train and improve our models. A", document=document),
            title="Wanted",
            exposure_level="high",
            topics=["cookies"],
        )
        other = make_provision()
        actions.open_edition(other, by=make_editor("Editor"))
        assert titles("unclaimed", by, **{name: value}) == ["Wanted"]
        assert len(titles("unclaimed", by)) == 2

    def test_what_was_started_by_hand_is_a_cause_too(self) -> None:
        make_edition()
        by = make_editor()
        actions.open_edition(make_provision(title="By hand"), by=by)
        assert titles("unclaimed", by, cause="by_hand", drafter="person") == ["By hand"]

    def test_the_drafter_is_who_the_column_says(self) -> None:
        edition, by = make_edition(), make_editor()
        actions.revise(edition, {"title": "Edited"}, by=by, lock_version=edition.lock_version)
        assert titles("unclaimed", by, drafter="person") == ["Edited"]
        assert titles("unclaimed", by, drafter="outline") == []

    def test_a_cluster_of_changes_leads_to_its_editions(self) -> None:
        by, wanted = make_editor("Managing editor"), make_edition(title="Of the cluster")
        make_edition()
        provision = wanted.provision
        change = Change.objects.create(
            document=provision.document,
            provision=provision,
            capture=wanted.wording.first_capture,
            kind="modified",
            significance="substantive",
            new_wording=wanted.wording,
        )
        cluster = ChangeCluster.objects.create(kind="cause", title="New controller", made_by=by)
        cluster.changes.add(change)
        assert titles("unclaimed", by, cluster=str(cluster.pk)) == ["Of the cluster"]
        assert titles("unclaimed", by, cluster="no number") == []

    def test_filters_are_kept_said_and_taken_away(self, senior: Client) -> None:
        make_many_editions(26, exposure_level="high")
        page = senior.get(queue_url(query="&exposure=high")).content.decode()
        assert "exposure: <bdi>High</bdi>" in page
        assert "tab=unclaimed&amp;exposure=high&amp;page=2" in page
        assert "Nothing here fits" in senior.get(queue_url(query="&q=zzzz")).content.decode()

    @pytest.mark.parametrize("tab", [tab.key for tab in TABS])
    def test_every_filter_works_in_every_tab(self, senior: Client, tab: str) -> None:
        for query in ("platform=x", "topic=x", "exposure=high", "cause=changed", "cause=by_hand", "cluster=1", "q=x"):
            assert senior.get(queue_url(tab, f"&{query}&drafter=model")).status_code == 200


def test_a_page_takes_eight_queries_for_many_as_for_few(client: Client, django_assert_max_num_queries: Capped) -> None:
    by = log_in(client, "Managing editor")
    fill_every_tab(by)
    for more in (0, 20):
        if more:
            make_many_editions(more, exposure_level="high", topics=["x"])
        for tab in TABS:
            cache.clear()
            with django_assert_max_num_queries(8):
                client.get(queue_url(tab.key, "&exposure=high&topic=x" if more else ""))


def test_hostile_words_are_shown_as_words(senior: Client) -> None:
    hostile = "<script>alert(1)</script>\u202e\"'><img src=x>"
    document = make_document(make_platform(hostile), name=hostile)
    make_edition(
        make_provision("We may use your Content to train and improve our models.", document=document), title=hostile
    )
    page = senior.get(queue_url(query=f"&q={'<script>'}")).content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page
    assert page.count(f"<bdi>{escape(hostile)}</bdi>") >= 3
