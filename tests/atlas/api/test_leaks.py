"""No answer of the API, and none of the tools for assistants, tells what readers must not see."""

from datetime import timedelta

import pytest
from django.test import Client

from atlas.mcp.tools import BY_NAME
from atlas.models import Attribute, Capture, Outcome, Publication, Snapshot, sha256
from tests.atlas.api.asking import walk
from tests.atlas.assistants import answers
from tests.atlas.site_rows import QUOTE, allow_publications_past_review, hold_capture, make_rows, publish
from tests.factories import NOON, make_provision
from tests.review.factories import make_edition

pytestmark = pytest.mark.django_db
SECRETS = {
    "withdrawn": "Quokkas were withdrawn.",
    "retracted": "Narwhals were retracted.",
    "superseded": "Okapis were superseded and retracted later.",
    "again": "Axolotls were approved twice and retracted once.",
    "draft": "Pangolins were never approved.",
    "held": "Wombats stood on a page that was held.",
    "failed": "Capybaras stood on a page that failed.",
}


@pytest.fixture(autouse=True)
def _archive() -> None:
    allow_publications_past_review()
    rows = make_rows(3, provisions=2)
    Attribute.objects.create(key="hidden", name="Only in what has ended", topic_id="training-user-content")
    ended = {"withdrawal_note": "Why it went.", "withdrawn_at": NOON + timedelta(days=40)}
    _end(_secret(rows[0], "withdrawn"), **ended)
    _end(_secret(rows[1], "retracted"), retraction_note="Why it went.", retracted_at=NOON + timedelta(days=40))
    superseded = _secret(rows[2], "superseded")
    publish(rows[2])
    _end(superseded, retraction_note="Why it went.", retracted_at=NOON + timedelta(days=40))
    first = _secret(rows[3], "again")
    publish(rows[3])
    again = _secret(rows[3], "again", revision_id=first.revision_id)
    _end(again, retraction_note="Why it went.", retracted_at=NOON + timedelta(days=40))
    make_edition(make_provision(), title=SECRETS["draft"], summary=SECRETS["draft"])
    hold_capture(make_provision().document, SECRETS["held"])
    document = rows[5].document
    text = SECRETS["failed"]
    Capture.objects.create(
        document=document,
        sequence=document.captures.count() + 1,
        captured_at=NOON + timedelta(days=50),
        outcome=Outcome.FAILED,
        snapshot=Snapshot.objects.create(sha256=sha256(text), text=text),
    )


def _secret(provision: object, name: str, **fields: object) -> Publication:
    words = SECRETS[name]
    texts = dict.fromkeys(("title", "summary", "governance_exposure", "change_summary", "drafter"), words)
    publication = publish(provision, **texts, public_note=words, **fields)  # type: ignore[arg-type]
    publication.attribute_values.create(attribute=Attribute.objects.get(key="hidden"), value=words, quote=words)
    return publication


def _end(publication: Publication, **fields: object) -> None:
    Publication.objects.filter(pk=publication.pk).update(**fields)


def _told(bodies: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, address) for address, body in bodies.items() for name, words in SECRETS.items() if words in body]


def test_no_answer_of_the_api_tells_what_readers_must_not_see(client: Client) -> None:
    bodies = walk(client)
    assert len(bodies) > 60
    assert any(QUOTE in body for body in bodies.values())
    assert sum("Why it went." in body for body in bodies.values()) >= 5
    assert _told(bodies) == []


def test_no_tool_tells_what_readers_must_not_see(client: Client) -> None:
    """Asked about everything, and with the secrets themselves in every field that takes a text."""
    words = [*SECRETS.values(), *(f'"{secret}"' for secret in SECRETS.values())]
    bodies = answers(client, [*words, *(secret.split()[0] for secret in SECRETS.values()), "Content"])
    assert {name.split()[0] for name in bodies} == set(BY_NAME)
    assert len(bodies) > 300
    assert QUOTE in bodies["search_provisions {'limit': 20, 'words': 'Content'}"], "a search must be able to find"
    assert sum("Why it went." in body for body in bodies.values()) >= 5
    assert _told(bodies) == []
