"""The admin's pages of the archive's history: their addresses, what they say, and documents to show on them."""

import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape

from django.test import Client
from django.urls import reverse

from atlas.archive.record.recording import record_capture
from atlas.models import Capture, Document, Outcome, Provision, Version
from tests.atlas.texts import document
from tests.factories import NOON, make_document

SCRIPT = "<script>alert(1)</script>"


def history(of: Document) -> str:
    return reverse("admin:atlas_document_archive", args=[of.pk])


def side_by_side(of: Document) -> str:
    return reverse("admin:atlas_document_side_by_side", args=[of.pk])


def timeline(of: Provision) -> str:
    return reverse("admin:atlas_provision_timeline", args=[of.pk])


def read(client: Client, address: str, **asked: object) -> str:
    page = client.get(address, asked)
    assert page.status_code == 200
    return page.content.decode()


def words_of(page: str) -> str:
    """What a person reads: without tags and doubled spaces."""
    body = page[page.index('<div class="record-page">') :].replace("</dt>", " ").replace("</dd>", " ")
    return " ".join(unescape(re.sub(r"<[^>]{0,500}>", "", body)).split())


def seen(texts: Sequence[str], of: Document | None = None) -> Document:
    """A document that read ``texts`` on days in a row."""
    terms = of or make_document(name="Terms of Service")
    for day, text in enumerate(texts):
        record_capture(terms, text=text, captured_at=NOON + timedelta(days=day))
    return terms


def captures_in_bulk(of: Document, outcomes: Sequence[tuple[Outcome, Version | None]]) -> None:
    """One look a day after those that there are."""
    start = of.captures.count()
    Capture.objects.bulk_create(
        Capture(
            document=of,
            sequence=start + number,
            captured_at=NOON + timedelta(days=start + number),
            outcome=outcome,
            version=version,
            snapshot=version.snapshot if version else None,
            reasons=[] if version else ["The page looks like an error page."],
        )
        for number, (outcome, version) in enumerate(outcomes, start=1)
    )


KEPT, CHANGED, CUT = document(), document(Retention="We keep your Content for 90 days."), document(Retention=None)
