"""From an approval to what readers see, and how a publication ends."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from atlas.models import Publication
from review import actions
from review.errors import NotAllowed
from review.models import Decision, Edition, EditionKind, Event
from tests.review.factories import (
    approve,
    change_text,
    check_constraints,
    make_edition,
    make_editor,
    make_publication,
    shown,
)

pytestmark = pytest.mark.django_db


def admin_page(publication: Publication) -> str:
    return reverse("admin:atlas_publication_change", args=[publication.pk])


def end_url(publication: Publication) -> str:
    return reverse("admin:atlas_publication_end", args=[publication.pk])


def ending(verb: str = "withdraw", step: str = "preview", **changes: str) -> dict[str, str]:
    return {"verb": verb, "step": step, "reason_code": "wrong", "reason": "The quote was cut short.", **changes}


def notice_in(page: str) -> str:
    """The grave notice of a page, without the second at which it was made."""
    notice = page[page.index('<div class="notice grave">') :].partition("</div>")[0]
    return re.sub(r' datetime="[^"]*"', "", notice)


def test_a_correction_starts_from_what_readers_see_and_shows_its_note_to_them(client: Client) -> None:
    first, editor = make_publication(), make_editor("Editor")
    client.force_login(editor)
    answer = client.post(reverse("admin:atlas_publication_correct", args=[first.pk]))
    edition = Edition.objects.open().get()
    assert answer.headers["Location"] == reverse("admin:review_edition_desk", args=[edition.pk])
    assert edition.head is not None
    assert (edition.kind, edition.head.content()) == (EditionKind.CORRECTION, first.content())
    text = {"practical_effect": "Content trains models unless the customer opts out."}
    note = "The first version said “until”."
    actions.revise(edition, text, by=editor, lock_version=edition.lock_version, public_note=note)
    approve(edition, make_editor(), make_editor())
    second = Publication.objects.live().get()
    assert second.number == "1.1"
    for page in (second.get_absolute_url(), second.permalink):
        assert "Correction.</strong> The first version said “until”." in client.get(page).content.decode()
    assert "Superseded on" in client.get(first.permalink).content.decode()


def test_a_correction_without_its_note_is_not_approved() -> None:
    first, editor = make_publication(), make_editor("Editor")
    edition = actions.open_edition(first.provision, by=editor)
    actions.revise(edition, {"title": "Other"}, by=editor, lock_version=edition.lock_version)
    with pytest.raises(NotAllowed, match="needs its public note"):
        approve(edition, make_editor())


def test_a_publication_is_not_corrected_while_an_edition_is_open(client: Client) -> None:
    first = make_publication()
    client.force_login(make_editor("Editor"))
    correct = reverse("admin:atlas_publication_correct", args=[first.pk])
    client.post(correct)
    page = client.post(correct, follow=True).content.decode()
    assert "has an open edition already" in page
    assert "The open edition of this provision" in page
    assert Edition.objects.open().count() == 1


@pytest.mark.parametrize(("verb", "role"), [("withdraw", "Senior reviewer"), ("retract", "Managing editor")])
def test_what_readers_will_see_is_shown_before_it_is_done(client: Client, verb: str, role: str) -> None:
    publication = make_publication()
    client.force_login(make_editor(role))
    preview = client.post(end_url(publication), ending(verb)).content.decode()
    publication.refresh_from_db()
    assert publication.is_live
    client.post(end_url(publication), ending(verb, "confirm"))
    check_constraints()
    response = client.get(publication.permalink)
    page = response.content.decode()
    assert "The quote was cut short." in notice_in(page)
    assert notice_in(page) == notice_in(preview)
    assert response.status_code == (410 if verb == "retract" else 200)
    assert publication.summary not in page


def test_an_ending_is_told_of_with_who_why_and_which_number() -> None:
    publication, senior = make_publication(), make_editor("Senior reviewer", "grace")
    actions.withdraw(publication, by=senior, reason="Cut short.", reason_code="incomplete")
    event, decision = Event.objects.get(action="withdraw"), Decision.objects.get(kind="withdraw")
    assert event.actor == "Grace"
    assert (event.data["publication"], event.data["number"]) == (publication.public_id, "1.0")
    assert (event.data["reason"], event.data["reason_code"]) == ("Cut short.", "incomplete")
    assert (decision.by, decision.reason_code) == (senior, "incomplete")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " \0"}, "Please give a reason"),
        ({"reason_code": ""}, "Please choose what was wrong"),
        ({"reason_code": "not_material"}, "Please choose what was wrong"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "confirm"])
def test_an_ending_takes_a_category_and_words_and_a_refusal_keeps_what_was_typed(
    client: Client, step: str, changes: dict[str, str], words: str
) -> None:
    publication = make_publication()
    client.force_login(make_editor("Senior reviewer"))
    response = client.post(end_url(publication), ending("withdraw", step, **changes))
    assert response.status_code == 409
    assert words in response.content.decode()
    if "reason" not in changes:
        assert "The quote was cut short.</textarea>" in response.content.decode()
    publication.refresh_from_db()
    assert publication.is_live


def test_the_words_can_be_changed_after_they_were_shown(client: Client) -> None:
    publication = make_publication()
    client.force_login(make_editor("Managing editor"))
    page = client.post(end_url(publication), ending("retract", "change")).content.decode()
    assert "The quote was cut short.</textarea>" in page
    assert '<option value="wrong" selected>' in page


def test_a_role_is_offered_only_what_it_may_and_refused_the_rest(client: Client) -> None:
    publication = make_publication()
    offers = {"Reviewer": (), "Senior reviewer": ("withdraw",), "Managing editor": ("withdraw", "retract")}
    for role, allowed in offers.items():
        client.force_login(make_editor(role))
        page = client.get(admin_page(publication)).content.decode()
        for verb in ("withdraw", "retract"):
            assert (f'name="verb" value="{verb}"' in page) == (verb in allowed)
            if verb not in allowed:
                for step in ("preview", "confirm"):
                    response = client.post(end_url(publication), ending(verb, step))
                    assert response.status_code == 403
                    assert "role does not let you" in response.content.decode()


def test_a_superuser_ends_and_corrects_by_the_same_rules(client: Client) -> None:
    publication = make_publication()
    root = make_editor("Viewer", is_superuser=True)
    edition = actions.open_edition(publication.provision, by=root)
    actions.revise(edition, {"title": "x"}, by=root, lock_version=edition.lock_version, public_note="It was wrong.")
    with pytest.raises(NotAllowed, match="You wrote this"):
        approve(edition, root)
    approve(edition, make_editor())
    with pytest.raises(NotAllowed, match="You wrote this"):
        approve(edition, root)
    with pytest.raises(NotAllowed, match="reason"):
        actions.retract(publication, by=root, reason=" ", reason_code="wrong")


def test_a_superseded_publication_can_only_be_retracted(client: Client) -> None:
    first = make_publication()
    change_text(first.provision, "We train on nothing. We may use your Content to train and improve our models.")
    make_publication(first.provision)
    client.force_login(make_editor("Managing editor"))
    page = client.get(admin_page(first)).content.decode()
    assert 'value="retract"' in page and 'value="withdraw"' not in page
    with pytest.raises(NotAllowed, match="Only a publication that stands"):
        actions.withdraw(first, by=make_editor("Senior reviewer"), reason="x", reason_code="wrong")


def test_the_page_shows_how_the_publication_came_about(client: Client) -> None:
    first = make_publication()
    change_text(first.provision, "We train on nothing. We may use your Content to train and improve our models.")
    second = make_publication(first.provision, exposure_level="low")
    client.force_login(make_editor("Viewer"))
    page = client.get(admin_page(first)).content.decode()
    assert first.approvals.get().name in page
    assert "Superseded" in page and second.public_id in page
    assert first.practical_effect in page
    assert "Ask for a new draft" not in page and "Correct this analysis" not in page


def test_a_page_and_the_list_take_a_bounded_number_of_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    first = make_publication()
    for _ in range(4):
        make_publication()
    client.force_login(make_editor("Managing editor"))
    with django_assert_max_num_queries(12):
        assert client.get(admin_page(first)).status_code == 200
    with django_assert_max_num_queries(8):
        assert client.get(reverse("admin:atlas_publication_changelist")).status_code == 200


def test_the_list_is_filtered_by_standing(client: Client) -> None:
    stale, withdrawn, retracted, superseded = (make_publication() for _ in range(4))
    change_text(stale.provision, "Everything is different now.")
    actions.withdraw(withdrawn, by=make_editor("Senior reviewer"), reason="x", reason_code="wrong")
    actions.retract(retracted, by=make_editor("Managing editor"), reason="x", reason_code="wrong")
    change_text(superseded.provision, "We may use your Content to train and improve our models. Always.")
    live = make_publication(superseded.provision)
    wanted = {
        "live": {stale, live},
        "stale": {stale},
        "superseded": {superseded},
        "withdrawn": {withdrawn},
        "retracted": {retracted},
        "none-of-these": {stale, live, superseded, withdrawn, retracted},
    }
    client.force_login(make_editor("Viewer"))
    for standing, publications in wanted.items():
        page = client.get(reverse("admin:atlas_publication_changelist") + f"?standing={standing}&days=7")
        assert set(page.context["cl"].result_list) == publications, standing


def test_a_publication_approved_under_single_editor_review_says_so_to_readers_and_editors(
    client: Client, settings: Any
) -> None:
    settings.ATLAS_SOLO_REVIEW = True
    edition, editor = make_edition(), make_editor()
    actions.revise(edition, {"title": "My words"}, by=editor, lock_version=edition.lock_version)
    approve(edition, editor)
    settings.ATLAS_SOLO_REVIEW = False  # what was approved so stays so
    publication = Publication.objects.get()
    client.force_login(editor)
    for page in (publication.permalink, publication.get_absolute_url(), admin_page(publication)):
        assert "ingle-editor review" in client.get(page).content.decode()
    other = make_publication()
    for page in (other.permalink, other.get_absolute_url(), admin_page(other)):
        assert "ingle-editor review" not in client.get(page).content.decode()


def test_nothing_is_published_that_is_not_approved() -> None:
    edition = make_edition()
    with pytest.raises(NotAllowed, match="Only an approved edition"):
        actions.publish(edition)
    assert shown(edition)["lock_version"] == edition.lock_version
