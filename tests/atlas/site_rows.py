"""Rows for the pages of the public site. Publications are written past the review, which has its own tests."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.db import connection

from atlas.models import (
    Attribute,
    AttributeValue,
    Capture,
    Change,
    ChangeKind,
    Document,
    Incident,
    Instrument,
    Jurisdiction,
    Obligation,
    Outcome,
    Provision,
    Publication,
    Significance,
    Snapshot,
    Topic,
    Wording,
    content_hash,
    sha256,
)
from tests.factories import NOON, add_wording, make_document, make_platform, make_provision, make_version

PARTICULARS = import_module("review.migrations.0002_guards").PARTICULARS
_revisions = itertools.count(1_000_000)
QUOTE = "We may use your Content to train and improve our models."
ANALYSIS: dict[str, Any] = {
    "title": "Training on content, with an opt-out",
    "summary": f"The text states that “{QUOTE}” It permits an opt-out in the account settings.",
    "why_it_matters": "Whoever enters confidential material needs to know that training is the default.",
    "practical_effect": "“You can opt out of this at any time in your account settings.” Until then it may be used.",
    "interpretive_note": "The text does not say whether an opt-out reaches models already trained.",
    "change_summary": "Before, the text named no period. Now it states “30 days”.",
    "regulatory_landscape": "Purpose limitation applies where content is personal data [@gdpr-art-5-1-b].",
    "governance_exposure": "Confidential input may leave the control of the customer.",
    "jurisdiction_flags": "EU: The basis for training must be stated [@gdpr-art-5-1-b].\nUS: State laws differ.",
    "contract_implications": "An agreement may take the opt-out in as an obligation.",
    "compliance_considerations": "- Opt out for every account.\n- Record when that was done.",
    "exposure_level": "high",
    "topics": ["training-user-content"],
    "attributes": [],
}


def allow_publications_past_review() -> None:
    """Switch off, in this transaction, the triggers that want an approved revision behind each publication."""
    with connection.cursor() as cursor:
        for trigger in ("review_publication_is_approved", "review_publication_ends"):
            cursor.execute(f"ALTER TABLE atlas_publication DISABLE TRIGGER {trigger}")
        for table, trigger in PARTICULARS.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


@contextmanager
def committing_past_review() -> Iterator[None]:
    """The same for a test that commits: the triggers are on again, as they were, when it ends."""
    tables = {"atlas_publication", *PARTICULARS}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgenabled = 'A' AND tgrelid::regclass::text = ANY(%s)",
            [sorted(tables)],
        )
        before = cursor.fetchall()
    allow_publications_past_review()
    yield
    with connection.cursor() as cursor:
        for table, trigger in before:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def make_catalogue() -> Obligation:
    """One topic, one law with one unit, one attribute."""
    europe = Jurisdiction.objects.create(key="EU", name="European Union", region="Europe")
    topic = Topic.objects.create(key="training-user-content", name="Training on user content", definition="Whether so.")
    law = Instrument.objects.create(
        key="gdpr",
        short_name="GDPR",
        full_name="General Data Protection Regulation",
        jurisdiction=europe,
        kind="regulation",
        in_force_since=datetime(2018, 5, 25).date(),  # noqa: DTZ001 - only the date is used
        status="in_force",
        url="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
        scope="Personal data.",
        verified_via="law-text",
    )
    unit = Obligation.objects.create(
        key="gdpr-art-5-1-b",
        instrument=law,
        pinpoint="Art. 5(1)(b)",
        title="Purpose limitation",
        paraphrase="Data may not be further processed for other purposes.",
        confidence="high",
        verified_via="law-text",
    )
    unit.topics.add(topic)
    Attribute.objects.create(
        key="training-default",
        topic=topic,
        name="Training by default",
        kind="choice",
        values={"opt-out": "Unless opted out"},
    )
    return unit


def publish(
    provision: Provision, *, wording: Wording | None = None, approver: str = "Ada Reviewer", **fields: Any
) -> Publication:
    """A publication about ``wording`` (the one in force), with its approval, citation and coded fact if these exist."""
    wording = wording or provision.current_wording
    assert wording is not None and wording.first_capture.version is not None
    number = provision.publications.count() + 1
    content = {**ANALYSIS, **{name: fields.pop(name) for name in list(fields) if name in ANALYSIS}}
    provision.publications.live().update(superseded_at=NOON + timedelta(days=number))
    publication = Publication.objects.create(
        provision=provision,
        wording=wording,
        version=wording.first_capture.version,
        **{
            "major": number,
            "published_at": NOON + timedelta(days=number),
            "revision_id": next(_revisions),
            "drafter": "Outline without a model",
            "content_sha256": content_hash(content),
            **content,
            **fields,
        },
    )
    publication.approvals.create(name=approver, role="Technology lawyer", approved_at=NOON + timedelta(days=number))
    publication.cited.set(Obligation.objects.filter(key="gdpr-art-5-1-b"))
    for attribute in Attribute.objects.filter(key="training-default"):
        AttributeValue.objects.create(publication=publication, attribute=attribute, value="opt-out", quote=QUOTE)
    return publication


def reword(provision: Provision, text: str, *, at: datetime | None = None, **fields: Any) -> Change:
    """A new version of the document in which ``provision`` reads ``text``, and the change that this is."""
    document = provision.document
    at = at or NOON + timedelta(days=document.captures.count())
    version, capture = make_version(document, text, captured_at=at)
    old = provision.current_wording
    wording = add_wording(provision, version, capture)
    defaults = {"kind": ChangeKind.MODIFIED, "significance": Significance.SUBSTANTIVE, "reasons": ["A number changed."]}
    return Change.objects.create(
        document=document,
        provision=provision,
        capture=capture,
        old_wording=old,
        new_wording=wording,
        **{**defaults, **fields},
    )


def go_back(provision: Provision, wording: Wording) -> Change:
    """The document returns to the version of ``wording``."""
    first, document = wording.first_capture, provision.document
    capture = Capture.objects.create(
        document=document,
        sequence=document.captures.count() + 1,
        captured_at=NOON + timedelta(days=document.captures.count()),
        outcome=Outcome.RETURNED,
        snapshot=first.snapshot,
        version=first.version,
    )
    old = provision.current_wording
    provision.current_wording = wording
    provision.save(update_fields=["current_wording"])
    return Change.objects.create(
        document=document,
        provision=provision,
        capture=capture,
        kind=ChangeKind.MODIFIED,
        significance=Significance.SUBSTANTIVE,
        old_wording=old,
        new_wording=wording,
        is_return=True,
    )


def hold_capture(document: Document, text: str = "Please log in to go on.") -> Incident:
    """A capture that does not look like the document, and its open incident."""
    snapshot = Snapshot.objects.create(sha256=sha256(text), text=text)
    at = NOON + timedelta(days=document.captures.count())
    capture = Capture.objects.create(
        document=document,
        sequence=document.captures.count() + 1,
        captured_at=at,
        outcome=Outcome.QUARANTINED,
        snapshot=snapshot,
        reasons=["The text is a log-in page."],
    )
    return Incident.objects.create(
        document=document, cause="The text is a log-in page.", opened_by=capture, opened_at=at
    )


def make_rows(platforms: int = 3, *, provisions: int = 3) -> list[Provision]:
    """Platforms that each have a document, provisions with a change and a publication, and one held capture."""
    if not Topic.objects.exists():
        make_catalogue()
    made = []
    for _ in range(platforms):
        document = make_document(make_platform())
        for place in range(provisions):
            text = f"{QUOTE} You can opt out of this at any time in your account settings. Clause {place}."
            provision = make_provision(text, document=document, title=f"Use of content {place}")
            provision.topics.set(["training-user-content"])
            reword(provision, f"{text} We keep it for 30 days.")
            publish(provision)
            made.append(provision)
        hold_capture(document, f"Please log in to go on, {document.pk}.")
    return made
