"""No answer of the API, and none of the tools for assistants, tells what readers must not see."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from atlas.models import Attribute, Capture, Outcome, Publication, Snapshot, sha256
from tests.atlas.api.asking import walk
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
    asked: list[tuple[str, dict[str, object]]] = [
        ("search_provisions", {"limit": 20}),
        ("list_changes", {"change_class": "all", "limit": 20}),
        ("compare_topic", {"topic": "training-user-content"}),
        *(("verify_checksum", {"sha256": sha256(words)}) for words in SECRETS.values()),
        *(("verify_checksum", {"sha256": row.content_sha256}) for row in Publication.objects.all()),
        *(("get_publication", {"id": row.public_id}) for row in Publication.objects.all()),
        *(("get_provision", {"id": row.provision.public_id}) for row in Publication.objects.all()),
        *(("get_version_text", {"id": row.version.public_id}) for row in Publication.objects.all()),
        *(
            ("get_version_text", {"document": row.provision.document.public_id, "day": "2026-12-31"})
            for row in Publication.objects.all()
        ),
    ]
    bodies = {}
    for number, (name, arguments) in enumerate(asked):
        params = {"name": name, "arguments": arguments}
        body = json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})
        response = client.post("/mcp/", body, content_type="application/json")
        assert response.status_code == 200
        bodies[f"{name} {arguments}"] = json.dumps(response.json(), ensure_ascii=False)
    assert any(QUOTE in body for body in bodies.values())
    assert _told(bodies) == []
