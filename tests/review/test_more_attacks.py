"""Attempts to get round the desk with what it offers: every button for who may only look, one text published twice,
objections to what waits for its hour, names and snippets that are programs."""

from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from atlas.archive.verifying.verifying import verify
from atlas.models import Publication
from review import actions, commenting
from review.desk.page import VERBS
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
from tests.review.test_desk import desk_url, log_in, posted, queue_url

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


def everything() -> dict[str, str]:
    """A checksum of every table that the desk's people could change, but for what is one's own: log-in, settings."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("atlas_", "analysis_", "review_", "auth_")) and table != "review_desksettings":
                row = "(to_jsonb(t) - 'last_login')::text"
                cursor.execute(f"SELECT coalesce(md5(string_agg({row}, ',' ORDER BY {row})), '') FROM {table} t")
                found[table] = cursor.fetchone()[0]
    return found


def editors_addresses(**keys: int) -> set[str]:
    """Every address of the editors' side that takes no argument or one of ``keys``."""
    found = set()
    for name in _names(admin.site.get_urls()):
        for arguments in ([], *([key] for key in keys.values())):
            try:
                found.add(reverse(f"admin:{name}", args=arguments))
            except NoReverseMatch:
                continue
    return found


def _names(patterns: list[Any]) -> set[str]:
    names = {pattern.name for pattern in patterns if getattr(pattern, "name", None)}
    return names.union(*(_names(pattern.url_patterns) for pattern in patterns if hasattr(pattern, "url_patterns")))


@pytest.mark.parametrize("role", ["Viewer", "Auditor"])
def test_who_may_only_look_changes_nothing_by_any_post(client: Client, role: str) -> None:
    publication = make_publication()
    change_text(publication.provision, OTHER_TEXT)
    edition, waiting = make_edition(publication.provision), approve_for_later(make_edition(make_provision()))
    log_in(client, make_editor(role))
    before = everything()
    posts = [(desk_url(row), posted(row, f"{verb}:1", **ANYTHING)) for row in (edition, waiting) for verb in VERBS]
    posts += [
        (queue_url(), {"act": act, "row": f"{edition.pk}:{edition.lock_version}", **ANYTHING})
        for act in ("claim", "assign", "set_due", "discard", "start", "next")
    ]
    addresses = editors_addresses(edition=edition.pk, publication=publication.pk, provision=publication.provision_id)
    assert len(addresses) > 60
    posts += [(address, ANYTHING) for address in addresses if "logout" not in address and "password" not in address]

    for address, fields in posts:
        assert client.post(address, fields).status_code < 500, address

    changed = [table for table, checksum in everything().items() if checksum != before[table]]
    assert changed == []


ANYTHING: dict[str, Any] = {
    "reason": "Because.",
    "reason_code": "wrong",
    "confirmed": "yes",
    "comment_body": "Words.",
    "instructions": "Write it anew.",
    "title": "Mine",
    "body": "Words.",
    "name": "Mine",
    "due": "2027-01-01",
    "to": "nobody",
    "action": "delete_selected",
    "_selected_action": "1",
    "post": "yes",
    "_save": "Save",
}


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
