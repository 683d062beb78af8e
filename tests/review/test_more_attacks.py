"""Attempts to get round the desk with what it offers: one text published twice, objections to what waits for its hour,
names and snippets that are programs."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from atlas.archive.verifying.verifying import verify
from atlas.models import Publication
from review import actions, commenting
from review.errors import NotAllowed
from review.models import Event, Snippet
from review.scheduling import publish_due
from review.verifying import CHECKS
from tests.factories import TRAINING_TEXT, make_provision
from tests.review.factories import (
    approve_for_later,
    change_text,
    check_constraints,
    make_edition,
    make_editor,
    make_publication,
    return_to,
)
from tests.review.test_desk import desk_url, log_in, queue_url

pytestmark = pytest.mark.django_db
OTHER_TEXT = TRAINING_TEXT.replace("30 days", "90 days")


def published_twice() -> tuple[Publication, Publication]:
    """One analysis, published for a text that went and came back: as it was first, and again."""
    first = make_publication()
    wording = first.wording
    change_text(first.provision, OTHER_TEXT)
    make_publication(first.provision)
    return_to(first.provision, wording)
    first.refresh_from_db()
    again = actions.restore(first)
    check_constraints()
    return first, again


class TestATextThatWasPublishedTwice:
    @pytest.mark.parametrize("which", [0, 1])
    def test_is_retracted_wherever_it_stands(self, client: Client, which: int) -> None:
        both = published_twice()

        actions.retract(both[which], by=make_editor("Managing editor"), reason="It misreads the text.")

        for publication in both:
            page = client.get(publication.permalink)
            assert page.status_code == 410
            assert "It misreads the text." in page.content.decode()
        assert verify(checks=CHECKS).broken == []

    def test_retracting_it_leaves_what_was_retracted_before_as_it_was(self) -> None:
        first, again = published_twice()
        actions.retract(again, by=make_editor("Managing editor"), reason="It misreads the text.")

        with pytest.raises(NotAllowed, match="already"):
            actions.retract(first, by=make_editor("Managing editor"), reason="Once more.")


class TestAnObjectionToWhatWaitsForItsHour:
    def test_stops_the_publication_until_it_is_settled(self) -> None:
        edition = approve_for_later(make_edition())
        assert edition.head is not None and edition.publish_at is not None
        objection = commenting.comment(
            edition,
            "Wait: the quote is of another clause.",
            by=make_editor(),
            revision=edition.head,
            is_blocking=True,
        )

        with time_machine.travel(edition.publish_at, tick=False):
            assert publish_due() == 0
            assert publish_due() == 0
        assert not Publication.objects.exists()
        assert "blocking comment" in Event.objects.get(action="publish_refused").data["reason"]
        edition.refresh_from_db()
        with pytest.raises(NotAllowed, match="blocking comment"):
            actions.publish_now(edition, by=make_editor("Senior reviewer"), lock_version=edition.lock_version)

        commenting.resolve(objection, by=make_editor("Senior reviewer"))
        with time_machine.travel(edition.publish_at, tick=False):
            assert publish_due() == 1


def test_names_and_snippets_that_are_programs_are_words(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    author = make_editor("Senior reviewer", first_name=evil, public_name=evil)
    Snippet.objects.create(name=evil, text=evil, owner=author)
    edition = make_edition()
    assert edition.head is not None
    commenting.comment(edition, evil, by=author, revision=edition.head)
    actions.claim(edition, by=author)
    log_in(client, author)
    publication = make_publication(make_provision())
    pages = [desk_url(edition), queue_url(), reverse("admin:atlas_publication_change", args=[publication.pk])]

    for address in pages:
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in client.get(desk_url(edition)).content.decode()
