"""What verify_archive recomputes of texts and looks: snapshots, versions, captures, stated dates."""

import re
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Length, Substr

from atlas.archive.texts.fingerprints import fingerprint_sha256
from atlas.archive.texts.normalising import folded_sha256
from atlas.archive.verifying.verifying import ROWS_AT_ONCE, TEXTS_AT_ONCE, Verdicts, say
from atlas.models import Capture, Outcome, Snapshot, StatedDate, Version, sha256

YEAR = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])")


def snapshots() -> Verdicts:
    for row in Snapshot.objects.order_by("pk").iterator(TEXTS_AT_ONCE):
        yield say(row, "" if sha256(row.text) == row.sha256 else "its text has another hash than recorded.")


def versions() -> Verdicts:
    """By document, in the order of their numbers."""
    seen = Exists(Capture.objects.filter(version=OuterRef("pk")))
    rows = Version.objects.select_related("snapshot").annotate(is_seen=seen).order_by("document_id", "number")
    for _, versions in groupby(rows.iterator(TEXTS_AT_ONCE), lambda row: row.document_id):
        number = 0
        for version in versions:
            yield say(version, gap(version.number, number) or _version_problem(version))
            number = version.number


def gap(number: int, before: int) -> str:
    """What is wrong with ``number`` after ``before``, which it should follow."""
    return "" if number == before + 1 else f"its number is {number}, and {before + 1} is missing before it."


def _version_problem(version: Version) -> str:
    if version.folded_sha256 != folded_sha256(version.text):
        return "its folded hash is not that of its text."
    if version.fingerprint_sha256 and version.fingerprint_sha256 != fingerprint_sha256(version.text):
        return "its fingerprint is not that of its text."
    return "" if version.is_seen else "no capture shows it."  # type: ignore[attr-defined]


@dataclass
class _Told:
    """What the captures of a document tell up to one of them."""

    sequence: int = 0
    standing: int | None = None
    versions: set[int] = field(default_factory=set)


def captures() -> Verdicts:
    """By document, in sequence: each outcome must fit those before."""
    rows = Capture.objects.select_related("version").order_by("document_id", "sequence")
    for _, captures in groupby(rows.iterator(ROWS_AT_ONCE), lambda row: row.document_id):
        told = _Told()
        for capture in captures:
            yield say(capture, gap(capture.sequence, told.sequence) or _capture_problem(capture, told))
            told.sequence = capture.sequence
            if capture.version_id is not None:
                told.standing = capture.version_id
                told.versions.add(capture.version_id)


def _capture_problem(capture: Capture, told: _Told) -> str:
    version = capture.version
    if version is None:
        fits = (capture.outcome == Outcome.QUARANTINED) == (capture.snapshot_id is not None)
        return "" if fits else f"its outcome is “{capture.outcome}”, which does not fit whether it has a text."
    if version.document_id != capture.document_id:
        return "its version belongs to another document."
    if version.snapshot_id != capture.snapshot_id:
        return "its text is not that of its version."
    if not _fits(capture, told):
        return f"its outcome is “{capture.outcome}”, which does not fit the captures before it."
    if version.pk not in told.versions and version.first_captured_at != capture.captured_at:
        return "it shows its version for the first time, at another time than the version says."
    return ""


def _fits(capture: Capture, told: _Told) -> bool:
    is_known = capture.version_id in told.versions
    match capture.outcome:
        case Outcome.FIRST:
            return told.standing is None
        case Outcome.UNCHANGED:
            return capture.version_id == told.standing
        case Outcome.RETURNED:
            return is_known and capture.version_id != told.standing
        case Outcome.CHANGED:
            return told.standing is not None and not is_known
        case Outcome.UPGRADED:
            return told.standing is not None
    return False


def stated_dates() -> Verdicts:
    """The words of a date must lie in the text and hold its year, where they have one in our digits."""
    rows = StatedDate.objects.order_by("pk").annotate(
        length=Length("version__snapshot__text"),
        words=Substr("version__snapshot__text", F("start") + 1, F("end") - F("start")),
    )
    for row in rows.iterator(ROWS_AT_ONCE):
        yield say(row, _date_problem(row))


def _date_problem(row: StatedDate) -> str:
    if not row.start < row.end <= row.length:  # type: ignore[attr-defined]
        return "the words that state it lie outside its version's text."
    years = YEAR.findall(row.words)  # type: ignore[attr-defined]
    return "" if not years or row.value[:4] in years else "the words that state it name another year."
