"""Which records of a collection's history an import takes: those that are asked for and not recorded yet."""

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from atlas.archive.collections.ota import Record, Repository, SourceError, Texts, parse_record
from atlas.archive.collections.registering import names
from atlas.models import Capture, Collection, sha256

NEAR_NAMES = 5


class UnknownName(ValueError):
    """A service or terms type is not in the collection; the message lists what is near."""


def read_history(repository: Repository, tip: str) -> tuple[list[Record], int]:
    """All records of the collection in the order of the parent chain, and how many commits are none.

    Raises:
        SourceError: if there is not a single record.
    """
    records: list[Record] = []
    latest: datetime | None = None
    others = 0
    for commit in repository.commits(tip):
        record = parse_record(commit)
        if record is None:
            others += 1
        else:
            records.append(_not_in_the_future(record, latest))
            latest = max(latest or records[-1].captured_at, records[-1].captured_at)
    if not records:
        raise SourceError(
            f"{repository.source} is a git repository but no Open Terms Archive versions collection: "
            "no commit in it records one file like “Service/Privacy Policy.md”."
        )
    return records, others


def _not_in_the_future(record: Record, latest: datetime | None) -> Record:
    """A date to come is a wrong clock's: as old as the ``latest`` before it. Else all that follows were old history."""
    now = timezone.now()
    return record if record.captured_at <= now else replace(record, captured_at=latest or now)


def choose(
    history: Sequence[Record], *, services: Sequence[str], terms: Sequence[str], since: datetime | None
) -> list[Record]:
    """The records asked for; no names means all. Raises UnknownName."""
    known_services, known_terms = names(history)
    _check_names(services, known_services, "service")
    _check_names(terms, known_terms, "terms type")
    return [
        record
        for record in history
        if (not services or record.service in services)
        and (not terms or record.terms_type in terms)
        and (since is None or record.captured_at >= since)
    ]


def _check_names(asked: Sequence[str], known: set[str], what: str) -> None:
    for name in asked:
        if name in known:
            continue
        folded = {other.casefold(): other for other in sorted(known)}
        near = difflib.get_close_matches(name.casefold(), folded, n=NEAR_NAMES, cutoff=0.4)
        others = [folded[match] for match in near] or sorted(known)[:NEAR_NAMES]
        raise UnknownName(f"The collection has no {what} {name!r}. It has, among others: {', '.join(others)}.")


def known_commits(collection: Collection | None, history: Sequence[Record], texts: Texts) -> set[str]:
    """The commits of ``history`` that are recorded already, under this or an earlier name."""
    if collection is None:
        return set()
    captures = Capture.objects.filter(collection=collection).exclude(source_ref="").order_by()
    known = set(captures.values_list("source_ref", flat=True))
    orphans = known - {record.commit for record in history}
    if orphans:
        known |= _recognise(captures.filter(source_ref__in=orphans), history, known, texts)
    return known


def _recognise(captures: Any, history: Sequence[Record], known: set[str], texts: Texts) -> set[str]:
    """Records of a rewritten history: same document, same time, same text as a capture whose commit is gone."""
    columns = ("document__platform__name", "document__terms_type", "captured_at", "snapshot__sha256")
    recorded = Counter(captures.values_list(*columns))
    recognised = set()
    for record in history:
        if record.commit in known:
            continue
        sighting = (*record.document, record.captured_at, sha256(texts.read(record.blob)))
        if recorded[sighting] > 0:
            recorded[sighting] -= 1
            recognised.add(record.commit)
    return recognised
