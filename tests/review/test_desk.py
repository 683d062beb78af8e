"""The queue and the desk as pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from atlas.models import Publication, Topic, User
from review import actions
from review.desk.forms import DeskForm, attribute_lines, initial_of
from review.models import Edition, State
from tests.factories import make_provision, make_user
from tests.review.factories import (
    INVENTED,
    approve,
    change_text,
    make_edition,
    make_editor,
    make_publication,
    shown,
)

pytestmark = pytest.mark.django_db
Capped = Callable[[int], Any]


def desk_url(edition: Edition) -> str:
    return reverse("admin:review_edition_desk", args=[edition.pk])


def posted(edition: Edition, verb: str, **changes: Any) -> dict[str, Any]:
    """What the browser sends when a button of a desk opened now is pressed."""
    edition = Edition.objects.select_related("head").get(pk=edition.pk)
    assert edition.head is not None
    fields = initial_of(edition.head, edition.public_note)
    fields = {name: value for name, value in fields.items() if value is not False}
    return {**fields, **shown(edition), "verb": verb, "mode": "edit", **changes}


def log_in(client: Client, user: User | None = None, role: str = "Senior reviewer") -> User:
    user = user or make_editor(role)
    client.force_login(user)
    return user


def test_the_desk_shows_source_draft_findings_and_what_the_button_will_do(senior: Client) -> None:
    page = senior.get(desk_url(make_edition())).content.decode()
    assert "We may use your Content to train" in page
    assert "Approve and publish" in page
    assert "Outline without a model" in page


def test_the_form_posts_back_what_it_shows(senior: Client) -> None:
    quote = "We may use your Content\nto train"
    edition = make_edition(attributes=[{"attribute": "training-default", "value": "opt_out", "quote": quote}])
    assert edition.head is not None
    data = {**posted(edition, "save"), "summary": edition.head.summary.replace("\n", "\r\n")}
    form = DeskForm(data, edition=edition)
    assert form.is_valid(), form.errors
    assert form.content() == edition.head.content()
    senior.post(desk_url(edition), data)
    assert edition.revisions.count() == 1


def test_the_topics_of_the_text_stand_before_the_others() -> None:
    first, last = (Topic.objects.create(key=key, name=key, definition="…") for key in ("aardvarks", "zebras"))
    edition = make_edition(topics=["no-such-topic", last.key])
    keys = [key for key, _ in DeskForm(edition=edition).fields["topics"].choices]  # type: ignore[attr-defined]
    assert keys[:3] == ["no-such-topic", last.key, first.key]
    assert keys.count(last.key) == 1


def test_coded_facts_are_edited_as_lines(edition: Edition) -> None:
    line = attribute_lines([{"attribute": "training-default", "value": "opt_in", "quote": "only if you opt in"}])
    form = DeskForm(posted(edition, "save", attributes=line), edition=edition)
    assert form.is_valid()
    assert form.content()["attributes"] == [
        {"attribute": "training-default", "value": "opt_in", "quote": "only if you opt in"}
    ]
    assert not DeskForm(posted(edition, "save", attributes="nonsense"), edition=edition).is_valid()


def test_saving_approving_and_publishing_through_the_page(client: Client, edition: Edition) -> None:
    log_in(client, role="Editor")
    client.post(desk_url(edition), posted(edition, "save", title="Better title"))
    reviewer = log_in(client)
    answer = client.post(desk_url(edition), posted(edition, "approve"), follow=True)
    assert "Approved and published." in answer.content.decode()
    assert Publication.objects.live().get().title == "Better title"
    assert Publication.objects.get().approvals.get().name == reviewer.shown_name


def test_a_button_never_drops_what_was_typed(senior: Client, edition: Edition) -> None:
    response = senior.post(desk_url(edition), posted(edition, "approve", title="Typed"))
    assert response.status_code == 409
    assert 'value="Typed"' in response.content.decode()
    assert "save it as a revision first" in response.content.decode()
    assert not Publication.objects.exists()


def test_a_disabled_button_says_why(client: Client, edition: Edition) -> None:
    author = make_editor()
    actions.revise(edition, {"title": "Mine"}, by=author, lock_version=edition.lock_version)
    log_in(client, author)
    page = client.get(desk_url(edition)).content.decode()
    assert "You wrote this revision: a colleague has to approve it." in page


def test_a_blocked_draft_is_waived_on_the_page_and_then_needs_two(senior: Client) -> None:
    edition = make_edition(**INVENTED)
    assert edition.head is not None
    for blocker in edition.head.findings.filter(severity="blocker"):
        form = posted(edition, f"waive:{blocker.pk}", **{f"waive_reason_{blocker.pk}": "Seen on paper."})
        assert senior.post(desk_url(edition), form).status_code == 302
    assert "Approve (1 of 2)" in senior.get(desk_url(edition)).content.decode()


def test_hostile_text_is_shown_as_text(senior: Client) -> None:
    evil = "<script>alert(1)</script> We may use it."
    provision = make_provision(evil)
    edition = make_edition(provision, title="<img src=x onerror=alert(1)>", summary=evil)
    change_text(provision, evil + " <b>More.</b>")
    for url in (desk_url(edition), reverse("admin:review_edition_preview", args=[edition.pk]), queue_url()):
        page = senior.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>More" not in page


def queue_url(tab: str = "unclaimed") -> str:
    return reverse("admin:review_edition_changelist") + f"?tab={tab}"


def test_the_desk_takes_at_most_sixteen_queries(senior: Client, django_assert_max_num_queries: Capped) -> None:
    publication = make_publication()
    change_text(publication.provision, "We may use your Content to train and improve our models. Always.")
    edition = approve(make_edition(publication.provision, exposure_level="high"))
    actions.claim(edition, by=make_editor())
    with django_assert_max_num_queries(16):
        assert senior.get(desk_url(edition)).status_code == 200


def test_a_stranger_sees_neither_queue_nor_desk_nor_preview(client: Client, edition: Edition) -> None:
    client.force_login(make_user(is_staff=True))
    for url in (queue_url(), desk_url(edition), reverse("admin:review_edition_preview", args=[edition.pk])):
        assert client.get(url).status_code == 403


def test_a_viewer_sees_the_desk_without_buttons_and_is_refused_if_they_post(client: Client, edition: Edition) -> None:
    log_in(client, role="Viewer")
    page = client.get(desk_url(edition)).content.decode()
    assert 'value="save"' not in page and 'value="approve"' not in page
    assert client.post(desk_url(edition), posted(edition, "approve")).status_code == 409
    edition.refresh_from_db()
    assert edition.state == State.IN_REVIEW


def test_a_publication_is_withdrawn_from_its_page_with_a_public_reason(senior: Client) -> None:
    publication = make_publication()
    page = reverse("admin:atlas_publication_change", args=[publication.pk])
    assert "Take it back" in senior.get(page).content.decode()
    form = {"verb": "withdraw", "step": "confirm", "reason": "Cut short.", "reason_code": "incomplete"}
    senior.post(reverse("admin:atlas_publication_end", args=[publication.pk]), form)
    publication.refresh_from_db()
    assert publication.withdrawal_note == "Cut short." and publication.withdrawn_at


def test_an_editor_asks_for_a_draft_or_starts_by_hand(senior: Client) -> None:
    provision = make_provision()
    page = reverse("admin:review_provision_draft", args=[provision.pk])
    assert "Ask for a new draft" in senior.get(page).content.decode()
    senior.post(page, {"verb": "ask"})
    wording = provision.current_wording
    assert wording is not None and wording.draft_jobs.get().reason == "requested"
    senior.post(page, {"verb": "open_edition"})
    assert provision.editions.get().state == State.IN_REVIEW


def test_nothing_on_the_pages_needs_inline_script_or_style(senior: Client) -> None:
    for url in (desk_url(make_edition()), queue_url(), reverse("admin:index")):
        page = senior.get(url).content.decode()
        assert " style=" not in page and " onclick=" not in page and "<style" not in page
        assert "<script>" not in page
