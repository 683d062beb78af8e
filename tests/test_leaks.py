"""Invariant 9: readers see approved publications and archived facts only."""

import html
import json
import re

import pytest
from django.core.management import call_command
from django.db.models import QuerySet
from django.test import Client

from analysis.models import DraftRun
from atlas.models import TEXT_FIELDS, Change, Outcome, Publication, Snapshot
from review.models import Revision
from tests.atlas.api.asking import walk
from tests.crawling import crawl

pytestmark = pytest.mark.django_db(transaction=True)


def sentences(text: str) -> set[str]:
    """Pieces of prose between quotes, citations and full stops, long enough to be recognised on a page."""
    pieces = re.split(r"[“”\n]|\[@?[\w.-]+\]|\. ", text)
    return {" ".join(piece.split()) for piece in pieces if len(piece.strip()) > 30}


def visible(body: str) -> str:
    """The words of a page without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", body)).split())


def unapproved_words() -> set[str]:
    """What only drafts say: revisions and draft runs, without what is published now or archived."""
    published = " ".join(_texts(Publication.objects.filter(withdrawn_at=None, retracted_at=None)))
    archived = " ".join(Snapshot.objects.values_list("text", flat=True))
    drafted = " \n".join(_texts(Revision.objects.all()))
    raw = " \n".join(str(run.analysis) + run.raw_answer for run in DraftRun.objects.all())
    recorded = " ".join(reason for reasons in Change.objects.values_list("reasons", flat=True) for reason in reasons)
    public = " ".join((published + archived + recorded).split())
    return {sentence for sentence in sentences(drafted + raw) if sentence not in public}


def _strings(body: str) -> list[str]:
    """The texts of an answer of the API, without escapes; CSV as it is."""
    try:
        waiting = [json.loads(body)]
    except ValueError:
        return [body]
    found: list[str] = []
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict | list):
            waiting.extend(value.values() if isinstance(value, dict) else value)
    return found


def _texts(rows: "QuerySet[Publication] | QuerySet[Revision]") -> list[str]:
    return [str(value) for row in rows.values_list(*TEXT_FIELDS) for value in row]


def held_words() -> set[str]:
    """What only captures say that were held back."""
    held = Snapshot.objects.filter(captures__outcome=Outcome.QUARANTINED, versions=None)
    accepted = Snapshot.objects.filter(versions__isnull=False)
    said = {line for snapshot in held for line in sentences(snapshot.text)}
    return said - {line for snapshot in accepted for line in sentences(snapshot.text)}


@pytest.mark.long
def test_no_public_page_and_no_answer_of_the_api_shows_an_unapproved_word_or_a_held_capture(client: Client) -> None:
    call_command("load_catalogue", verbosity=0)
    call_command("load_sample", verbosity=0)
    unapproved, held = unapproved_words(), held_words()
    assert len(unapproved) > 50, "the sample data must hold drafts for this test to mean something"
    assert held

    pages = crawl(client)

    assert len(pages) > 50
    assert {status for status, _ in pages.values()} <= {200, 410}
    answers = {address: (200, " ".join(_strings(body))) for address, body in walk(client, with_law=False).items()}
    assert len(answers) > 100
    for address, (_, body) in (pages | answers).items():
        text = visible(body)
        leaked = [words for words in unapproved | held if words in text]
        assert not leaked, f"{address} shows {leaked[0]!r}"
