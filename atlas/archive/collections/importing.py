"""An Open Terms Archive collection → captures, in the order in which it recorded them.

Idempotent and resumable: a record is known by its commit, or, where the collection's history was rewritten, by its
document, time and text. Committed in batches, so that a kill loses at most the open one.
"""

import hashlib
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import OperationalError, connection, transaction

from atlas.archive.collections.choosing import choose, known_commits, read_history
from atlas.archive.collections.confirming import Waiting, reach_of, with_incident
from atlas.archive.collections.ota import (
    Record,
    RecordKind,
    SourceError,
    Texts,
    fetch_collection,
)
from atlas.archive.collections.previewing import Preview
from atlas.archive.collections.registering import Register, find_collection, register_collection
from atlas.archive.gate.held import STOOD
from atlas.archive.record.recording import DocumentRecorder
from atlas.archive.record.sightings import Recorded, Sighting
from atlas.archive.record.topic_rows import refresh_topics
from atlas.config import load_config
from atlas.models import (
    Capture,
    Change,
    Collection,
    Outcome,
    Placement,
    Provision,
    Significance,
    Version,
    Wording,
)

logger = structlog.get_logger(__name__)

BATCH = 40  # captures a transaction; measured: larger ones are not faster
REMEMBERED_DOCUMENTS = 256  # recorders kept between captures, some 200 kB each
RECENT = timedelta(days=90)  # before the end of the collection: changes since then are worth drafting

Progress = Callable[[int, int], None]


@dataclass
class ImportSummary:
    """What an import found and did. ``records`` are those asked for; all other counts are of this run."""

    collection: str
    records: Counter[RecordKind] = field(default_factory=Counter)
    not_records: int = 0
    recorded: Counter[RecordKind] = field(default_factory=Counter)
    already_known: int = 0
    left_out: int = 0
    captures: Counter[Outcome] = field(default_factory=Counter)
    versions: int = 0
    provisions: int = 0
    changes: Counter[Significance] = field(default_factory=Counter)
    preview: dict[str, int] | None = None
    seconds: float = 0.0

    def add(self, record: Record, recorded: Recorded) -> None:
        self.recorded[record.kind] += 1
        self.count(recorded)

    def count(self, recorded: Recorded) -> None:
        """What a record became, and what was held before and is confirmed with it."""
        if recorded.confirmed is not None:
            self.count(recorded.confirmed)
        self.captures[Outcome(recorded.capture.outcome)] += 1
        self.versions += recorded.is_new_version
        self.provisions += recorded.new_provisions
        self.changes.update(Significance(change.significance) for change in recorded.changes)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``. Every kind and outcome is named, also those that did not occur."""
        return {
            "collection": self.collection,
            "records": _counts(RecordKind, self.records) | {"total": self.records.total()},
            "not_records": self.not_records,
            "recorded": _counts(RecordKind, self.recorded) | {"total": self.recorded.total()},
            "already_known": self.already_known,
            "left_out": self.left_out,
            "captures": _counts(Outcome, self.captures),
            "versions": self.versions,
            "provisions": self.provisions,
            "changes": _counts(Significance, self.changes),
            "seconds": round(self.seconds, 1),
        } | ({} if self.preview is None else {"would_record": self.preview})


def _counts(kinds: type[RecordKind] | type[Outcome] | type[Significance], counter: Counter[Any]) -> dict[str, int]:
    return {kind.value: counter[kind] for kind in kinds}


def import_collection(
    source: str,
    *,
    services: Sequence[str] = (),
    terms: Sequence[str] = (),
    since: datetime | None = None,
    queue_since: datetime | None = None,
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
    folder: Path | None = None,
) -> ImportSummary:
    """Record what ``source`` (a git URL, clone or bundle) recorded and the archive does not hold yet.

    ``since`` leaves out older records; changes captured before ``queue_since`` (default: 90 days before the
    collection's end) count as old history and are not drafted. ``folder`` keeps the copies of collections.

    Raises:
        SourceError: if the source cannot be read as a collection, or is being imported already.
        UnknownName: if a service or terms type asked for is not in it.
    """
    started = time.monotonic()
    repository = fetch_collection(source, folder or load_config().data_dir / "collections")
    tip = repository.tip()
    history, not_records = read_history(repository, tip)
    chosen = choose(history, services=services, terms=terms, since=since)
    first_commit = repository.first_commit(tip)
    with nobody_else_importing(first_commit, source), repository.texts() as texts:
        known_as = find_collection(first_commit, history)
        collection = known_as
        if not dry_run:
            collection = register_collection(known_as or Collection(key=first_commit), repository, texts, tip)
        summary = ImportSummary(collection.name if collection else source, not_records=not_records)
        summary.records.update(record.kind for record in chosen)
        todo = _sort_out(chosen, known_commits(known_as, history, texts), summary)
        if dry_run:
            summary.preview = _preview(chosen, todo, texts, reach_of(history), progress)
        elif collection is not None:
            recent = queue_since or max(record.captured_at for record in history) - RECENT
            waiting = Waiting(reach_of(history))
            _record_all(collection, chosen, todo, texts, waiting, recent, summary, progress)
            if summary.recorded:
                refresh_statistics()
    summary.seconds = time.monotonic() - started
    if not dry_run:
        logger.info("imported collection", collection=summary.collection, recorded=summary.recorded.total())
    return summary


@contextmanager
def nobody_else_importing(key: str, source: str) -> Iterator[None]:
    """Two imports of one collection at once would wait for each other's documents; the second is told so."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        except OperationalError:
            raise SourceError(f"{source} is being imported by another process. Wait for it to end.") from None
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _sort_out(chosen: Sequence[Record], known: set[str], summary: ImportSummary) -> list[Record]:
    """What is new. A record from before a document's latest recorded one cannot be put in between: it is left out."""
    latest = {record.document: index for index, record in enumerate(chosen) if record.commit in known}
    todo = []
    for index, record in enumerate(chosen):
        if record.commit in known:
            summary.already_known += 1
        elif index < latest.get(record.document, -1):
            summary.left_out += 1
        else:
            todo.append(record)
    return todo


def _preview(
    chosen: Sequence[Record], todo: Sequence[Record], texts: Texts, reach: Mapping[str, datetime], progress: Progress
) -> dict[str, int]:
    new = {record.commit for record in todo}
    preview = Preview(reach)
    for done, record in enumerate(chosen, start=1):
        preview.see(record, texts.read(record.blob), is_counted=record.commit in new)
        progress(done, len(chosen))
    preview.confirm(max(reach.values()), is_counted=bool(new))
    return {name: number for name, number in preview.classes.items() if number}


def refresh_statistics() -> None:
    """Tell PostgreSQL what the tables hold now: until it knows, it reads whole tables to find single rows."""
    tables = ", ".join(model._meta.db_table for model in (Capture, Version, Provision, Wording, Placement, Change))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _record_all(
    collection: Collection,
    chosen: Sequence[Record],
    todo: Sequence[Record],
    texts: Texts,
    waiting: Waiting,
    recent: datetime,
    summary: ImportSummary,
    progress: Progress,
) -> None:
    recorders = Recorders(Register(collection))
    with recorders.batch():
        for name in with_incident(collection, chosen):
            waiting.see(name, recorders.of(name).standing.held)
    for start in range(0, len(todo), BATCH):
        with recorders.batch():
            for record in todo[start : start + BATCH]:
                _confirm(recorders, waiting, waiting.reach[record.commit], recent, summary)
                sighting = Sighting(
                    texts.read(record.blob),
                    record.captured_at,
                    upgrade=record.kind is RecordKind.UPGRADE,
                    collection=collection,
                    source_ref=record.commit,
                    is_backfill=record.captured_at < recent,
                )
                recorder = recorders.of(record.document)
                summary.add(record, recorder.record(sighting))
                waiting.see(record.document, recorder.standing.held)
        progress(min(start + BATCH, len(todo)), len(todo))
    with recorders.batch():
        _confirm(recorders, waiting, max(waiting.reach.values()), recent, summary)


def _confirm(recorders: "Recorders", waiting: Waiting, at: datetime, recent: datetime, summary: ImportSummary) -> None:
    """Record the held texts that have stood long enough at ``at``, before anything that was captured then."""
    for name in waiting.due(at):
        recorder = recorders.of(name)
        held = recorder.standing.held
        if held is not None and (confirmed := recorder.confirm(STOOD, at=at, is_backfill=held.since < recent)):
            summary.count(confirmed)
        waiting.see(name, None)


class Recorders:
    """The recorders of the documents met lately, each locked once in a transaction."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.reworded: dict[int, str] = {}
        self.recorders: OrderedDict[tuple[str, str], DocumentRecorder] = OrderedDict()
        self.locked: set[tuple[str, str]] = set()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction: no lock is held yet, and at its end the topics are those of the wordings that stand."""
        self.locked.clear()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = off")
            yield
            refresh_topics(self.reworded)
            self.reworded.clear()

    def of(self, name: tuple[str, str]) -> DocumentRecorder:
        """The recorder of the document of that service and terms type, with its lock."""
        recorder = self.recorders.pop(name, None) or DocumentRecorder(self.register.document(*name), self.reworded)
        self.recorders[name] = recorder
        if name not in self.locked:
            recorder.lock()
            self.locked.add(name)
        if len(self.recorders) > REMEMBERED_DOCUMENTS:
            self.recorders.popitem(last=False)
        return recorder
