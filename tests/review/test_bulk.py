"""One act on many rows of the queue: each for itself, nothing approved, nothing silently left out."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from atlas.models import NoiseRule, User
from review import actions
from review.admin.bulk_posts import ACTS
from review.bulk import MOST_AT_ONCE
from review.models import Decision, Edition, Event, State
from tests.factories import make_document, make_provision
from tests.review.factories import approve, make_edition, make_editor

pytestmark = pytest.mark.django_db


def row(edition: Edition) -> str:
    edition = Edition.objects.get(pk=edition.pk)
    return f"{edition.pk}:{edition.lock_version}"


def post(client: Client, act: str, rows: list[str], **fields: Any) -> str:
    """What the page says after the button was pressed."""
    data = {"act": act, "row": rows, "back": "tab=unclaimed", **fields}
    return client.post(reverse("admin:review_edition_bulk"), data, follow=True).content.decode()


@pytest.fixture
def by(client: Client) -> User:
    user = make_editor("Managing editor")
    client.force_login(user)
    return user


def three() -> list[Edition]:
    document = make_document()
    text = "We may use your Content to train and improve our models. {}"
    return [make_edition(make_provision(text.format(number), document=document)) for number in range(3)]


def in_a_week() -> str:
    return (timezone.localdate() + timedelta(days=7)).isoformat()


class TestDiscarding:
    def test_each_row_has_its_decision_and_its_event(self, client: Client, by: User) -> None:
        editions = three()
        page = post(client, "discard", [row(edition) for edition in editions[:2]], reason="One more region.")
        assert "2 discarded." in page
        states = [edition.state for edition in Edition.objects.order_by("pk")]
        assert states == [State.DISCARDED, State.DISCARDED, State.IN_REVIEW]
        decisions = Decision.objects.filter(kind="discard", by=by, reason_code="not_material")
        assert decisions.count() == Event.objects.filter(action="discard").count() == 2

    def test_a_row_that_moved_on_is_left_alone_and_named(self, client: Client, by: User) -> None:
        first, second, _ = three()
        rows = [row(first), row(second)]
        actions.revise(second, {"title": "Mended"}, by=make_editor(), lock_version=second.lock_version)
        page = post(client, "discard", rows, reason="Not material.")
        assert "1 discarded. 1 left alone" in page
        assert second.provision.public_id in page
        second.refresh_from_db()
        assert second.state == State.IN_REVIEW

    def test_without_a_reason_nothing_is_done(self, client: Client, by: User) -> None:
        edition = make_edition()
        assert "Please give a reason" in post(client, "discard", [row(edition)], reason=" ")
        edition.refresh_from_db()
        assert edition.state == State.IN_REVIEW

    def test_a_noise_rule_is_made_for_the_document_that_all_rows_are_of(self, client: Client, by: User) -> None:
        editions = three()
        rows = [row(edition) for edition in editions]
        post(client, "discard", rows, reason="Region lists.", phrase="region", expires=in_a_week())
        rule = NoiseRule.objects.get()
        assert (rule.document, rule.phrase, rule.made_by) == (editions[0].provision.document, "region", by)

    def test_a_rule_is_for_one_platform_and_is_told(self, client: Client, by: User) -> None:
        apart = [make_edition(), make_edition()]
        rows = [row(edition) for edition in apart]
        rule = {"reason": "Region lists.", "phrase": "region", "expires": in_a_week()}
        assert "for one platform" in post(client, "discard", rows, **rule)
        assert not NoiseRule.objects.exists()
        assert "that only say “region” are looked at last" in post(client, "discard", rows[:1], **rule)

    def test_where_nothing_is_discarded_no_rule_is_made(self, client: Client, by: User) -> None:
        edition = make_edition()
        stale = row(edition)
        actions.revise(edition, {"title": "Mended"}, by=by, lock_version=edition.lock_version)
        post(client, "discard", [stale], reason="x", phrase="region", expires=in_a_week())
        assert not NoiseRule.objects.exists()

    @pytest.mark.parametrize(
        "fields",
        [
            {"phrase": "x", "expires": in_a_week()},
            {"phrase": "x" * 201, "expires": in_a_week()},
            {"phrase": "region", "expires": ""},
        ],
    )
    def test_a_rule_that_is_refused_discards_nothing(self, client: Client, by: User, fields: dict[str, str]) -> None:
        edition = make_edition()
        post(client, "discard", [row(edition)], reason="Region lists.", **fields)
        edition.refresh_from_db()
        assert edition.state == State.IN_REVIEW
        assert not NoiseRule.objects.exists()


def test_claiming_takes_the_rows_that_did_not_move(client: Client, by: User) -> None:
    editions = three()
    assert "3 claimed." in post(client, "claim", [row(edition) for edition in editions])
    assert Edition.objects.filter(claimed_by=by).count() == 3


def test_claiming_takes_nothing_from_a_colleague(client: Client, by: User) -> None:
    edition, ada = make_edition(), make_editor(public_name="Ada Example")
    opened = row(edition)
    actions.claim(edition, by=ada)
    assert "0 claimed. 1 left alone" in post(client, "claim", [opened])
    edition.refresh_from_db()
    assert edition.claimed_by == ada


def test_assigning_to_a_person_and_to_nobody(client: Client, by: User) -> None:
    editions, ada = three(), make_editor("Editor", public_name="Ada Example")
    rows = [row(edition) for edition in editions]
    assert "3 assigned to Ada Example." in post(client, "assign", rows, to=str(ada.pk))
    assert Edition.objects.filter(assigned_to=ada).count() == 3
    post(client, "assign", rows[:1], to="nobody")
    assert Edition.objects.filter(assigned_to=ada).count() == 2
    assert "Choose whom" in post(client, "assign", rows, to="")


def test_due_dates_of_many(client: Client, by: User) -> None:
    edition = make_edition()
    assert "1 due by" in post(client, "set_due", [row(edition)], due=in_a_week())
    edition.refresh_from_db()
    assert edition.due_at and edition.due_at.date().isoformat() == in_a_week()
    assert "past" in post(client, "set_due", [row(edition)], due="2020-01-01")
    assert "Say until when" in post(client, "set_due", [row(edition)], due="soon")


def test_there_is_no_approving_in_bulk(client: Client, by: User) -> None:
    edition = make_edition()
    assert not any("approve" in act for act in ACTS)
    assert "not known" in post(client, "approve", [row(edition)])
    edition.refresh_from_db()
    assert edition.state == State.IN_REVIEW


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "Choose some rows first"),
        (["1:1"] * 2 + [f"{n}:1" for n in range(MOST_AT_ONCE)], "too many"),
        (["1"], "did not arrive whole"),
        (["1:x"], "did not arrive whole"),
        (["9" * 30 + ":1"], "did not arrive whole"),
        (["999999:1"], "One is gone"),
    ],
)
def test_bad_selections_are_refused_in_words(client: Client, by: User, rows: list[str], said: str) -> None:
    assert said in post(client, "claim", rows)


@pytest.mark.parametrize("act", sorted(ACTS))
def test_people_without_the_right_are_refused_and_see_no_button(client: Client, act: str) -> None:
    edition = make_edition()
    client.force_login(make_editor("Viewer"))
    page = client.get(reverse("admin:review_edition_changelist")).content.decode()
    assert 'name="act"' not in page and 'name="row"' not in page
    said = post(client, act, [row(edition)], to=str(make_editor().pk), due=in_a_week(), reason="x")
    assert "Your role does not let you" in said
    edition.refresh_from_db()
    assert (edition.state, edition.claimed_by, edition.assigned_to) == (State.IN_REVIEW, None, None)


def test_what_is_decided_is_left_alone(client: Client, by: User) -> None:
    edition = approve(make_edition())
    assert "0 discarded. 1 left alone" in post(client, "discard", [row(edition)], reason="Late.")


def test_the_way_back_is_the_list_and_nothing_else(client: Client, by: User) -> None:
    back = "tab=mine&x=\r\nSet-Cookie: a=b"
    response = client.post(reverse("admin:review_edition_bulk"), {"act": "claim", "back": back})
    assert response.headers["Location"].startswith(reverse("admin:review_edition_changelist") + "?tab=mine")
    assert not response.cookies.get("a")
    many = "&".join(f"a{n}=1" for n in range(50))
    assert client.post(reverse("admin:review_edition_bulk"), {"act": "claim", "back": many}).status_code == 302
