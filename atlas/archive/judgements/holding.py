"""An editor's word on a held capture: release it, as the document or as a variant of it, or reject it.

Each verb is one transaction and locks the document first, so that of two editors one decides and the other is told.

``HoldError > EmptyReason`` (say why), ``NotPermitted`` (ask somebody who may), ``NotHeld`` (nothing to decide),
``AlreadyDecided`` (read what was decided), ``Overtaken`` (a later capture settled it), ``NotAVariant`` (release it as
the document, or reject it).
"""

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from atlas.archive.gate.health import in_public
from atlas.archive.gate.held import EXTRACTION_CHANGED
from atlas.archive.gate.variants import make_variant
from atlas.archive.record.recording import DocumentRecorder
from atlas.archive.record.sightings import Recorded, Sighting
from atlas.archive.record.topic_rows import refresh_topics
from atlas.archive.texts.languages import NAMES, language_of
from atlas.models import Capture, Document, HoldDecision, HoldRuling, Incident, Outcome, User
from atlas.rooms import wake

logger = structlog.get_logger(__name__)
PERMISSION = "atlas.add_holddecision"


class HoldError(Exception):
    """Nothing was written; the message tells the person why, and what to do."""


class EmptyReason(HoldError):
    """A decision without a reason."""


class NotPermitted(HoldError):
    """The person's role does not decide on held captures."""


class NotHeld(HoldError):
    """The capture was not held."""


class AlreadyDecided(HoldError):
    """Somebody was quicker."""


class Overtaken(HoldError):
    """A later capture of the document settled the matter."""


class NotAVariant(HoldError):
    """The text cannot be told to be in another language."""


@transaction.atomic
def release(capture: Capture, *, by: User, reason: str, as_variant: bool = False) -> Capture:
    """Record the held text as what the document said when it was captured; gives back the new capture.

    ``as_variant``: as the first text of the document's stream in another language, which is made for it. Versions,
    provisions and changes follow as from any capture. Raises the errors above.
    """
    reason = _check(by, reason)
    recorder = DocumentRecorder(_lock(capture))
    recorder.lock()
    _check_undecided(capture)
    incident = _check_current(capture)
    target = _variant_recorder(recorder, capture) if as_variant else recorder
    recorded = target.accept(_sighting(capture, by, reason))
    refresh_topics(target.reworded)
    _end_incident(incident, capture, recorded.capture)
    _decide(capture, HoldRuling.RELEASED, by, reason, made=recorded.capture)
    _announce(recorded)
    return recorded.capture


@transaction.atomic
def reject(capture: Capture, *, by: User, reason: str) -> HoldDecision:
    """Say that the held text is not the document: it stays held, also when the same text is captured again.

    The incident stays open, because the document has still not been seen. Raises the errors above.
    """
    reason = _check(by, reason)
    _lock(capture)
    _check_undecided(capture)
    _check_not_recorded(capture)
    return _decide(capture, HoldRuling.REJECTED, by, reason)


def _check(by: User, reason: str) -> str:
    if not by.has_perm(PERMISSION):
        raise NotPermitted("Only editors decide on held captures. Ask one of them, or an administrator for the role.")
    if not reason.strip():
        raise EmptyReason("Say why: the reason is kept with the decision and shown to whoever asks later.")
    return reason.strip()


def _lock(capture: Capture) -> Document:
    documents = Document.objects.select_for_update(of=("self",), no_key=True).select_related("platform", "collection")
    return documents.get(pk=capture.document_id)


def _check_undecided(capture: Capture) -> None:
    if capture.outcome != Outcome.QUARANTINED:
        raise NotHeld("This capture was not held, so there is nothing to decide.")
    decision = HoldDecision.objects.filter(capture=capture).select_related("decided_by").first()
    if decision is not None:
        raise AlreadyDecided(
            f"{decision.decided_by.shown_name} has {decision.ruling} this capture already, on "
            f"{date_format(decision.decided_at, 'j F Y')}: {decision.reason}"
        )


def _check_current(capture: Capture) -> Incident:
    """The open incident that ``capture`` belongs to."""
    _check_not_recorded(capture)
    incident = Incident.objects.filter(document=capture.document_id, closed_at=None).select_related("opened_by").first()
    if incident is None or incident.opened_by.sequence > capture.sequence:
        raise Overtaken(
            "The document was captured well since, and that later text counts. Nothing can be put in before it; if "
            "this text comes back, it will be held again and can be released then."
        )
    return incident


def _check_not_recorded(capture: Capture) -> None:
    version = capture.document.versions.filter(snapshot=capture.snapshot_id).first()
    if version is not None:
        raise Overtaken(
            f"A later capture confirmed this text: it is {version.public_id} already. There is nothing left to decide."
        )


def _variant_recorder(recorder: DocumentRecorder, capture: Capture) -> DocumentRecorder:
    """The recorder of a new stream in the language of the held text."""
    assert capture.snapshot is not None
    language, own = language_of(capture.snapshot.text), language_of(recorder.standing.text)
    if not recorder.standing.text:
        raise NotAVariant("There is no good text of this document yet that this one could be a variant of.")
    if not language or language == (own or recorder.document.language):
        raise NotAVariant(
            "The text is not for sure in another language than the document. Release it as the document, or reject it."
        )
    variant = DocumentRecorder(make_variant(recorder.document, language))
    variant.lock()
    if variant.standing.version_id is not None:
        raise NotAVariant(
            f"There is a stream in {NAMES[language]} already; the next capture in that language goes there by itself."
        )
    return variant


def _sighting(capture: Capture, by: User, reason: str) -> Sighting:
    assert capture.snapshot is not None
    return Sighting(
        capture.snapshot.text,
        capture.captured_at,
        upgrade=EXTRACTION_CHANGED in capture.reasons,
        collection=capture.collection,
        confirmed_at=timezone.now(),
        reasons=(f"Released by {by.shown_name}: {reason}",),
    )


def _end_incident(incident: Incident, capture: Capture, made: Capture) -> None:
    """The incident ends with what the release made. What failed after the held capture is an incident of its own."""
    Incident.objects.filter(pk=incident.pk, closed_at=None).update(closed_by=made, closed_at=timezone.now())
    later = Capture.objects.filter(
        document=capture.document_id, sequence__gt=capture.sequence, outcome__in=[Outcome.QUARANTINED, Outcome.FAILED]
    )
    trouble = later.exclude(snapshot=capture.snapshot_id, snapshot__isnull=False).order_by("sequence").first()
    if trouble is not None:
        Incident.objects.create(
            document_id=capture.document_id,
            cause=" ".join(map(in_public, trouble.reasons)),
            opened_by=trouble,
            opened_at=trouble.captured_at,
        )


def _decide(
    capture: Capture, ruling: HoldRuling, by: User, reason: str, *, made: Capture | None = None
) -> HoldDecision:
    decision = HoldDecision.objects.create(capture=capture, ruling=ruling, reason=reason, made=made, decided_by=by)
    logger.info("decided on a held capture", capture=capture.pk, ruling=str(ruling), by=by.pk)
    return decision


def _announce(recorded: Recorded) -> None:
    if recorded.is_announced:
        wake("changes_recorded")
