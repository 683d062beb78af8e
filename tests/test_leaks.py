"""Invariant 9: readers see approved publications and archived facts only."""

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Model, QuerySet
from django.test import Client

from analysis.models import DraftJob, DraftRun, Hold
from atlas.models import (
    TEXT_FIELDS,
    Attribute,
    Capture,
    Change,
    ChangeCluster,
    ClusterDecision,
    Document,
    HoldDecision,
    Instrument,
    NoiseRule,
    Obligation,
    Outcome,
    Platform,
    Provision,
    Publication,
    Snapshot,
    Topic,
    TopicCorrection,
    User,
    Version,
    sha256,
)
from atlas.search import KINDS
from review import actions
from review.models import (
    AnalysisRequest,
    ApiToken,
    Comment,
    Edition,
    Event,
    Finding,
    Presence,
    Revision,
    Snippet,
    UnsavedText,
)
from tests.atlas.api.asking import walk
from tests.atlas.assistants import answers, searches
from tests.atlas.site_rows import allow_publications_past_review, hold_capture, make_rows, publish, reword
from tests.canaries import BIRD, Aviary, empty_places
from tests.crawling import crawl, filled, public_routes, route_of, strings
from tests.factories import NOON, make_document, make_provision
from tests.review.factories import CONTENT, approve, approve_for_later, make_edition, make_editor, send_back, shown


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
    raw = " \n".join(text for run in DraftRun.objects.all() for text in (*strings(run.analysis), run.raw_answer))
    recorded = " ".join(reason for reasons in Change.objects.values_list("reasons", flat=True) for reason in reasons)
    public = " ".join((published + archived + recorded).split())
    return {sentence for sentence in sentences(drafted + raw) if sentence not in public}


def _said(body: str) -> str:
    """The texts of an answer of the API, without escapes; CSV as it is."""
    try:
        return " ".join(strings(json.loads(body)))
    except ValueError:
        return body


def _texts(rows: "QuerySet[Publication] | QuerySet[Revision]") -> list[str]:
    return [str(value) for row in rows.values_list(*TEXT_FIELDS) for value in row]


def held_words() -> set[str]:
    """What only captures say that were held back."""
    held = Snapshot.objects.filter(captures__outcome=Outcome.QUARANTINED, versions=None)
    accepted = Snapshot.objects.filter(versions__isnull=False)
    said = {line for snapshot in held for line in sentences(snapshot.text)}
    return said - {line for snapshot in accepted for line in sentences(snapshot.text)}


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_no_public_page_and_no_answer_of_the_api_shows_an_unapproved_word_or_a_held_capture(client: Client) -> None:
    call_command("load_catalogue", verbosity=0)
    call_command("load_sample", verbosity=0)
    unapproved, held = unapproved_words(), held_words()
    assert len(unapproved) > 50, "the sample data must hold drafts for this test to mean something"
    assert held

    pages = crawl(client)

    assert len(pages) > 1000
    assert {address: status for address, (status, _) in pages.items() if status not in (200, 410)} == {}
    answers = walk(client, with_law=False)
    assert len(answers) > 100
    read = {address: body for address, (_, body) in pages.items()}
    read |= {address: _said(body) for address, body in answers.items()}
    for address, body in read.items():
        text = visible(body)
        leaked = [words for words in unapproved | held if words in text]
        assert not leaked, f"{address} shows {leaked[0]!r}"


@pytest.mark.django_db
class TestCanaries:
    """A database full of words that are not for readers, and everything that readers and programs can ask for."""

    def test_none_of_them_is_read_anywhere(self, client: Client) -> None:
        birds = fill_with_canaries()
        assert empty_places(WITHOUT_CANARIES) == set()
        keys = {
            **{name: [row.public_id for row in rows] for name, rows in _cited().items()},
            "platforms": list(Platform.objects.values_list("slug", flat=True)),
            **{name: list(Topic.objects.values_list("pk", flat=True)) for name in ("topics", "topic")},
            **{name: list(Instrument.objects.values_list("pk", flat=True)) for name in ("law", "instruments")},
            "attributes": list(Attribute.objects.values_list("pk", flat=True)),
            "obligations": list(Obligation.objects.values_list("pk", flat=True)),
        }

        pages = crawl(client, extra=(*filled(public_routes(), keys), *_questions()))

        assert {address: status for address, (status, _) in pages.items() if status >= 500} == {}
        leaks = {address: birds.found_in(body) for address, (_, body) in pages.items()}
        assert {address: places for address, places in leaks.items() if places} == {}
        assert PUBLIC_WORD in pages[f"/search/?q={BIRD}&kind=analyses"][1], "or the search would find no canary either"
        good = {route_of(address) for address, (status, _) in pages.items() if status < 400 or status == 410}
        assert public_routes() - good - set(NOT_VISITED) == set()
        assert "account settings" in str(searches(client, [BIRD, "settings"])), "or it would not look for each word"
        told = answers(client, [BIRD]) | searches(client, [*birds.places])
        assert {asked: places for asked, body in told.items() if (places := birds.found_in(body))} == {}


# Routes that no reader follows a link to, and that answer no plain GET.
NOT_VISITED = {
    "api/v1/requests/": "needs a key: tests/review/test_asking.py",
    "api/v1/reanalyses/": "needs a key: tests/review/test_asking.py",
    "api/v1/reanalyses/<str:public_id>/": "needs a key: tests/review/test_asking.py",
    "api/v1/": "what stands at no address of the API: tests/atlas/api/",
    "mcp/": "answers POST alone: asked below, and in tests/atlas/api/test_leaks.py",
}
# Free texts of the private rooms that hold no prose.
WITHOUT_CANARIES: set[str] = set()
PUBLIC_WORD = "Blaumeise"


def _cited() -> dict[str, "list[Any]"]:
    kinds = {"versions": Version, "provisions": Provision, "publications": Publication, "changes": Change}
    return {name: list(model.objects.all()) for name, model in {**kinds, "documents": Document}.items()}


def _questions() -> list[str]:
    """Searches for the canaries, and checksums of what they stand in."""
    kinds = [f"&kind={kind}&order={order}" for kind in KINDS for order in ("best", "newest")]
    hashes = [*Publication.objects.values_list("content_sha256", flat=True)]
    hashes += [*Revision.objects.values_list("content_sha256", flat=True)]
    hashes += [*Snapshot.objects.values_list("sha256", flat=True)]
    searches = [f"/search/?q={BIRD}{kind}" for kind in ("", *kinds, *(f"&kind={kind}" for kind in KINDS))]
    pairs = [list(document.versions.order_by("number")) for document in Document.objects.filter(versions__number=2)]
    beside = [f"/versions/{old.public_id}/against/{new.public_id}/" for old, new, *_ in pairs]
    return [*searches, *beside, *(f"/verify/?sha256={value}" for value in set(hashes))]


def fill_with_canaries() -> Aviary:
    birds = Aviary()
    allow_publications_past_review()
    provisions = make_rows(4, provisions=2)
    publish(provisions[0], summary=f"{BIRD} {PUBLIC_WORD}")
    reword(provisions[7], "The clause was written anew, and says when.")
    _ended(birds, provisions)
    _held(birds, provisions[6].document)
    person = _person(birds)
    edition = _editions(birds, person)
    _published_in_the_end(birds, person)
    _judged(birds, person, provisions)
    _desk(birds, person, edition)
    return birds


def _ended(birds: Aviary, provisions: list[Provision]) -> None:
    """Withdrawn, retracted, superseded and then retracted, published twice and then retracted."""
    notes = {"withdrawn_at": "withdrawal_note", "retracted_at": "retraction_note"}
    for place, (how, note) in enumerate(notes.items()):
        only = _canary_publication(birds, provisions[1 + place], how)
        older = _canary_publication(birds, provisions[3 + place], f"superseded, {how}")
        publish(provisions[3 + place])
        again = _canary_publication(birds, provisions[3 + place], f"again, {how}", revision_id=older.revision_id)
        publish(provisions[3 + place])
        for row in (only, older, again):
            Publication.objects.filter(pk=row.pk).update(**{how: NOON + timedelta(days=40), note: "The reason."})


def _canary_publication(birds: Aviary, provision: Provision, place: str, **fields: Any) -> Publication:
    birds_of_change = {"public_note": birds.bird(f"{place}: public_note"), "drafter": birds.bird(f"{place}: drafter")}
    publication = publish(provision, **birds.analysis(place), **birds_of_change, **fields)
    hidden, _ = Attribute.objects.get_or_create(
        key="hidden", defaults={"name": "Only in what has ended", "topic_id": "training-user-content"}
    )
    value, quote = birds.bird(f"{place}: value"), birds.bird(f"{place}: quote")
    publication.attribute_values.create(attribute=hidden, value=value, quote=quote)
    return publication


def _held(birds: Aviary, document: Document) -> None:
    """A capture that is held, one that failed with a text, one that was rejected."""
    hold_capture(make_document(document.platform, "Held Policy"), birds.bird("held capture"))
    failed = birds.bird("failed capture")
    Capture.objects.create(
        document=document,
        sequence=document.captures.count() + 1,
        captured_at=NOON + timedelta(days=50),
        outcome=Outcome.FAILED,
        snapshot=Snapshot.objects.create(sha256=sha256(failed), text=failed),
    )


def _person(birds: Aviary) -> User:
    names = {name: birds.bird(f"user: {name}").replace(" ", "-") for name in ("username", "first_name", "last_name")}
    email = f"{birds.bird('user: email').replace(' ', '.')}@example.com"
    return make_editor("Managing editor", email=email, public_name="Ada Lovelace", public_role="Lawyer", **names)


def _editions(birds: Aviary, person: User) -> Edition:
    """Drafts in every state that an edition can be in; the one in review is returned."""
    approve_for_later(make_edition(make_provision(), **birds.analysis("scheduled")))
    send_back(make_edition(make_provision(), **birds.analysis("sent back")))
    discarded = make_edition(make_provision(), **birds.analysis("discarded"))
    reason = birds.bird("decision: reason")
    actions.discard(discarded, by=person, lock_version=shown(discarded)["lock_version"], reason=reason)
    facts = [{"attribute": "training-default", "value": "opt-out", "quote": birds.bird("in review: quote")}]
    edition = make_edition(make_provision(), **birds.analysis("in review"), attributes=facts)
    text = {"summary": birds.bird("revised")}
    actions.revise(edition, text, by=make_editor("Editor"), lock_version=edition.lock_version)
    edition.refresh_from_db()
    return edition


def _published_in_the_end(birds: Aviary, person: User) -> None:
    """Readers see the approved text of an edition; not the draft that it began with, nor what was said of that."""
    edition = make_edition(make_provision(), **birds.analysis("first draft"))
    Comment.objects.create(edition=edition, revision=edition.head, body=birds.bird("comment"), by=person)
    reason, lock = birds.bird("request for changes"), shown(edition)["lock_version"]
    actions.request_changes(edition, by=person, lock_version=lock, reason=reason, mode="edit")
    edition.refresh_from_db()
    actions.revise(edition, CONTENT, by=make_editor("Editor"), lock_version=edition.lock_version)
    approve(edition, person)
    assert Publication.objects.live().filter(provision=edition.provision, title=CONTENT["title"]).exists()
    editor = make_editor("Editor")
    correction = actions.open_edition(edition.provision, by=editor)
    text, note = {"summary": birds.bird("correction")}, birds.bird("correction: note")
    actions.revise(correction, text, by=editor, lock_version=correction.lock_version, public_note=note)


def _judged(birds: Aviary, person: User, provisions: list[Provision]) -> None:
    """What editors wrote about the archive: beside the record, for editors alone."""
    incident = hold_capture(make_document(name="Rejected Policy"), birds.bird("rejected capture"))
    HoldDecision.objects.create(
        capture=incident.opened_by, ruling="rejected", decided_by=person, reason=birds.bird("hold")
    )
    TopicCorrection.objects.create(
        provision=provisions[0], topic=Topic.objects.all()[0], is_about=True, corrected_by=person,
        reason=birds.bird("topic correction"),
    )  # fmt: skip
    NoiseRule.objects.create(
        phrase=birds.bird("noise: phrase"), reason=birds.bird("noise"), made_by=person, expires_on=NOON.date()
    )
    cluster = ChangeCluster.objects.create(kind="cause", title=birds.bird("cluster: title"), made_by=person)
    cluster.changes.set(Change.objects.all()[:3])
    ClusterDecision.objects.create(
        cluster=cluster, ruling="set_aside", reason=birds.bird("cluster: reason"), decided_by=person
    )


def _desk(birds: Aviary, person: User, edition: Edition) -> None:
    """What lies on the desk and in the drafter's room, in every free text of every table."""
    given: dict[type[Model], dict[str, Any]] = {
        Hold: {"cause": "paused", "since": NOON},
        DraftJob: {"wording": edition.wording, "reason": "requested", "state": "failed", "run_after": NOON},
        DraftRun: {"job": lambda: DraftJob.objects.latest("pk"), "attempt": 1, "status": "failed", "analysis": None},
        Comment: {"edition": edition, "revision": edition.head, "by": person},
        UnsavedText: {"edition": edition, "user": person, "base": edition.head},
        Presence: {"edition": edition, "user": person},
        Snippet: {"owner": person},
        AnalysisRequest: {"provision": edition.provision, "asked_by": person},
        ApiToken: {"user": person, "sha256": sha256("key")},
        Finding: {"revision": edition.head, "severity": "warning"},
        Event: {"edition_ref": edition.pk},
    }
    for model, values in given.items():
        columns = {name: value() if callable(value) else value for name, value in values.items()}
        model._default_manager.create(**{**birds.texts(model), **columns})
