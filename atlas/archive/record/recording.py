"""THE write path: a look at a document → capture, version, provisions, wordings, placements, changes.

One transaction a capture, a constant number of queries, and nothing else in the house writes these tables. What the
outcomes mean and when a provision keeps its identity: docs/decisions/0004-import.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from atlas.archive.gate.health import Problem, in_public
from atlas.archive.gate.held import (
    AGREED,
    EXTRACTION_CHANGED,
    as_held,
    doubts,
    is_decided,
    judge,
    waits_to_be_confirmed,
)
from atlas.archive.gate.variants import find_variant, note_language
from atlas.archive.record.comparing import Judged, Step, judge_steps, steps_by_identity
from atlas.archive.record.dating import record_stated_dates
from atlas.archive.record.identity import Identified, identify, place_provisions, reworded
from atlas.archive.record.record_rows import insert_changes, insert_placements, store
from atlas.archive.record.remembering import Past, load_past
from atlas.archive.record.rewrites import cluster_rewrite
from atlas.archive.record.sightings import Recorded, Sighting
from atlas.archive.record.standing import Known, Piece, Standing, load_pieces, load_standing, split_texts
from atlas.archive.record.topic_rows import refresh_topics
from atlas.archive.texts.fingerprints import fingerprint_sha256
from atlas.archive.texts.normalising import folded_sha256, storable
from atlas.models import (
    Capture,
    Change,
    Collection,
    Document,
    Incident,
    Outcome,
    Placement,
    Version,
    sha256,
)
from atlas.rooms import wake

REMEMBERED_WAYS = 64


def record_capture(
    document: Document,
    *,
    text: str,
    captured_at: datetime,
    upgrade: bool = False,
    collection: Collection | None = None,
    source_ref: str = "",
    is_backfill: bool = False,
) -> Capture:
    """Record that ``document`` read ``text`` at ``captured_at``; wakes the drafter if readers are to hear of a change.

    Idempotent for imports: a ``source_ref`` that the document has already gives back its capture.
    """
    sighting = Sighting(storable(text), captured_at, upgrade, collection, source_ref, is_backfill)
    with transaction.atomic():
        recorder = DocumentRecorder(document)
        recorder.lock()
        if source_ref and (known := _known_by(document, source_ref)):
            return known
        recorded = recorder.record(sighting)
        refresh_topics(recorder.reworded)
        if recorded.is_announced:
            wake("changes_recorded")
    return recorded.capture


def _known_by(document: Document, source_ref: str) -> Capture | None:
    """The capture of that source, in the document's own stream or in one of its variants."""
    streams = Q(document=document) | Q(document__variant_of=document)
    return Capture.objects.filter(streams, source_ref=source_ref).first()


def record_failure(document: Document, *, reason: str, captured_at: datetime) -> Capture:
    """Record that ``document`` could not be read, in words an editor understands; opens an incident."""
    with transaction.atomic():
        recorder = DocumentRecorder(document)
        recorder.lock()
        return recorder.record_failure(reason, captured_at)


@dataclass
class DocumentRecorder:
    """Records captures of one document, one after the other, and remembers what stands in between.

    Call ``lock`` first in each transaction, then ``record`` as often as you like, and last ``refresh_topics`` on what
    it ``reworded``, so that only wordings that stand are searched. An instance that saw its transaction roll back must
    be thrown away.
    """

    document: Document
    reworded: dict[int, str] = field(default_factory=dict)  # provisions → texts, yet without their topics
    standing: Standing = field(default_factory=Standing)
    past: Past | None = None  # read when a text is first compared
    ways: dict[tuple[int, int], list[Judged]] = field(default_factory=dict)

    def lock(self) -> None:
        """Nobody else records this document until the transaction ends. Reads what stands, unless it is known."""
        Document.objects.select_for_update(of=("self",), no_key=True).get(pk=self.document.pk)
        latest = Capture.objects.filter(document=self.document).aggregate(sequence=Max("sequence"))["sequence"] or 0
        if latest != self.standing.sequence or self._incident_ended():
            self.standing, self.past = load_standing(self.document), None
            self.ways.clear()

    def _incident_ended(self) -> bool:
        """Did an editor release what was held as a variant? That leaves no capture here."""
        incident = self.standing.incident
        return incident is not None and Incident.objects.filter(pk=incident.pk, closed_at__isnull=False).exists()

    def record(self, sighting: Sighting) -> Recorded:
        """Record one look at the document."""
        digest = sha256(sighting.text)
        if digest == self.standing.sha256:
            return Recorded(self._see(sighting, Outcome.UNCHANGED, self.standing.version_id, self.standing.snapshot_id))
        if (known := self.standing.versions.get(digest)) is not None:
            return self._record_known(sighting, digest, known)
        ruling = judge(sighting.text, last_good=self.standing.text or None, held=self.standing.held)
        if ruling.language and (variant := find_variant(self.document, ruling.language)):
            return self._record_variant(variant, sighting)
        if ruling.confirms and (confirmed := self.confirm(AGREED, at=sighting.captured_at)):
            return replace(self.record(sighting), confirmed=confirmed)
        if ruling.problems:
            return Recorded(self._hold(sighting, digest, list(ruling.problems)))
        return self._record_new(sighting, digest)

    def confirm(self, reason: str, *, at: datetime, is_backfill: bool = False) -> Recorded | None:
        """Record the held text that may be real, as of when it was first seen; None if an editor decided meanwhile."""
        held = self.standing.held
        assert held is not None, "only a document with a held text that may be real is asked to confirm it"
        if is_decided(held):
            self.standing.held = None
            return None
        sighting = Sighting(
            held.text,
            held.since,
            upgrade=held.is_upgrade,
            collection=held.collection,
            is_backfill=is_backfill,
            confirmed_at=at,
            reasons=(reason,),
        )
        return self.accept(sighting)

    def accept(self, sighting: Sighting) -> Recorded:
        """Record a text that was held: it is the document after all."""
        return self._record_new(sighting, sha256(sighting.text))

    def _record_variant(self, variant: Document, sighting: Sighting) -> Recorded:
        """A look at the source that showed another language: it belongs to that stream and says nothing of this one."""
        recorder = DocumentRecorder(variant, self.reworded)
        recorder.lock()
        return recorder.record(sighting)

    def record_failure(self, reason: str, captured_at: datetime) -> Capture:
        """Record that the document could not be read."""
        capture = self._insert_capture(captured_at, Outcome.FAILED, reasons=[reason])
        self._open_incident(capture, reason)
        return capture

    def _insert_capture(self, captured_at: datetime, outcome: Outcome, **fields: Any) -> Capture:
        self.standing.sequence += 1
        return Capture.objects.create(
            document=self.document, sequence=self.standing.sequence, captured_at=captured_at, outcome=outcome, **fields
        )

    def _see(self, sighting: Sighting, outcome: Outcome, version_id: int | None, snapshot_id: int | None) -> Capture:
        """A good capture; an open incident ends with it."""
        capture = self._insert_capture(
            sighting.captured_at,
            outcome,
            version_id=version_id,
            snapshot_id=snapshot_id,
            reasons=list(sighting.reasons),
            collection=sighting.collection,
            source_ref=sighting.source_ref,
        )
        if self.standing.incident is not None:
            open_incident = Incident.objects.filter(pk=self.standing.incident.pk)
            open_incident.update(closed_by=capture, closed_at=sighting.confirmed_at or sighting.captured_at)
        self.standing.incident = self.standing.held = None
        return capture

    def _hold(self, sighting: Sighting, digest: str, found: list[Problem]) -> Capture:
        """Kept as it was seen; nothing is made of it."""
        found += doubts(self.document, digest, at=sighting.captured_at, incident=self.standing.incident)
        reasons = [problem.sentence for problem in found]
        capture = self._insert_capture(
            sighting.captured_at,
            Outcome.QUARANTINED,
            snapshot_id=store(sighting.text, digest),
            reasons=[*reasons, EXTRACTION_CHANGED] if sighting.upgrade else reasons,
            collection=sighting.collection,
            source_ref=sighting.source_ref,
        )
        self._open_incident(capture, " ".join(map(in_public, reasons)))
        if waits_to_be_confirmed(reasons):
            self.standing.held = as_held(capture, sighting.text)
        elif self.standing.held is not None:
            self.standing.held = replace(self.standing.held, stands=False)
        return capture

    def _open_incident(self, capture: Capture, cause: str) -> None:
        if self.standing.incident is None:
            self.standing.incident = Incident.objects.create(
                document=self.document, cause=cause, opened_by=capture, opened_at=capture.captured_at
            )

    def _record_known(self, sighting: Sighting, digest: str, known: Known) -> Recorded:
        """Back to a text that was archived before: the provisions and wordings it had then are current again."""
        outcome = Outcome.UPGRADED if sighting.upgrade else Outcome.RETURNED
        capture = self._see(sighting, outcome, known.version_id, known.snapshot_id)
        old, new = self.standing.pieces, load_pieces(known.version_id, sighting.text)
        changes: list[Change] = []
        if not sighting.upgrade:
            is_flapping = self._past(sighting).stood_lately(known.version_id, sighting.captured_at)
            steps = steps_by_identity(old, new)
            judged = self._way_to(known, steps, new) if is_flapping else self._judge(steps, new, sighting)
            is_return = [is_flapping or way.is_return for way in judged]
            changes = insert_changes(capture, judged, is_return, is_backfill=sighting.is_backfill)
            cluster_rewrite(capture, changes, old, new)
        self._stand(sighting, digest, known, new)
        self._place(old, new, sighting)
        return Recorded(capture, changes=tuple(changes))

    def _way_to(self, known: Known, steps: Sequence[Step], new: Sequence[Piece]) -> list[Judged]:
        """The judged steps to a version that stood not long before. Flapping pages go the same ways again and again."""
        assert self.standing.version_id is not None
        way = (self.standing.version_id, known.version_id)
        if way not in self.ways:
            if len(self.ways) == REMEMBERED_WAYS:
                self.ways.clear()
            self.ways[way] = judge_steps(steps, self.standing.pieces, new)
        return self.ways[way]

    def _judge(self, steps: Sequence[Step], new: Sequence[Piece], sighting: Sighting) -> list[Judged]:
        """What the steps to ``new`` mean, also in the light of what the document said before."""
        platform = self.document.platform.name
        history = self._past(sighting).sentences
        return judge_steps(steps, self.standing.pieces, new, history, sighting.captured_at, platform=platform)

    def _past(self, sighting: Sighting) -> Past:
        """What the document said before ``sighting``, whose capture is the latest."""
        if self.past is None:
            self.past = load_past(self.document, at=sighting.captured_at, before=self.standing.sequence)
        return self.past

    def _record_new(self, sighting: Sighting, digest: str) -> Recorded:
        """A text never seen before: a version, and whatever of its provisions is new or other."""
        note_language(self.document, sighting.text)
        is_first = self.standing.version_id is None
        outcome = Outcome.FIRST if is_first else Outcome.UPGRADED if sighting.upgrade else Outcome.CHANGED
        version = Version.objects.create(
            document=self.document,
            number=len(self.standing.versions) + 1,
            snapshot_id=store(sighting.text, digest),
            folded_sha256=folded_sha256(sighting.text),
            fingerprint_sha256=fingerprint_sha256(sighting.text),
            first_captured_at=sighting.captured_at,
        )
        record_stated_dates(version, sighting.text)
        capture = self._see(sighting, outcome, version.pk, version.snapshot_id)
        old = self.standing.pieces
        found = identify(capture, old, split_texts(sighting.text))
        insert_placements(version, sighting.text, found.pieces)
        changes: list[Change] = []
        if outcome == Outcome.CHANGED:
            judged = self._judge(found.steps, found.pieces, sighting)
            returned = self._returned(found, sighting) if found.returned else frozenset()
            is_return = [way.is_return or way.step.provision_id in returned for way in judged]
            changes = insert_changes(capture, judged, is_return, is_backfill=sighting.is_backfill)
            cluster_rewrite(capture, changes, old, found.pieces)
        self._stand(sighting, digest, Known(version.pk, version.snapshot_id), found.pieces)
        self._place(old, found.pieces, sighting)
        return Recorded(capture, True, found.new_provisions, tuple(changes))

    def _returned(self, found: Identified, sighting: Sighting) -> frozenset[int]:
        """Provisions that read as they did lately. What is as it was long before was reinstated, and that is news."""
        now = {piece.provision_id: folded_sha256(piece.text.text) for piece in found.pieces}
        lately = Placement.objects.filter(
            version__in=self._past(sighting).versions_lately(sighting.captured_at),
            wording__provision__in=found.returned,
        )
        rows = lately.order_by().values_list("wording__provision_id", "wording__folded_sha256")
        return frozenset(provision_id for provision_id, folded in rows if now[provision_id] == folded)

    def _stand(self, sighting: Sighting, digest: str, known: Known, pieces: list[Piece]) -> None:
        standing = self.standing
        standing.versions[digest] = known
        standing.version_id, standing.snapshot_id = known.version_id, known.snapshot_id
        standing.sha256, standing.text, standing.pieces = digest, sighting.text, pieces
        if self.past is not None:
            texts = [piece.text.text for piece in pieces]
            self.past.see(known.version_id, texts, sighting.captured_at, is_upgrade=sighting.upgrade)

    def _place(self, old: Sequence[Piece], new: Sequence[Piece], sighting: Sighting) -> None:
        place_provisions(old, new, at=sighting.captured_at)
        self.reworded |= reworded(old, new)
