"""What was seen of a document, look by look, as the lines an editor reads: runs of the same thing are one line.

Queries in, values out. Nothing is left out of a run but room: every line says how many looks it stands for.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Literal

from django.utils.formats import date_format

from atlas.models import Document, Outcome, Version

LINES_A_PAGE = 50
REASONS_SHOWN = 4

Kind = Literal["change", "held", "return", "unchanged"]
KINDS: dict[str, Kind] = {
    Outcome.FIRST: "change",
    Outcome.CHANGED: "change",
    Outcome.UPGRADED: "change",
    Outcome.RETURNED: "return",
    Outcome.UNCHANGED: "unchanged",
    Outcome.QUARANTINED: "held",
    Outcome.FAILED: "held",
}


@dataclass(frozen=True, slots=True)
class Look:
    """A capture without its texts. ``number`` and ``version_id`` are those of the version it reached, if any."""

    pk: int
    sequence: int
    captured_at: datetime
    outcome: str
    version_id: int | None = None
    number: int | None = None
    reasons: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        return KINDS[self.outcome]

    @property
    def version_public_id(self) -> str:
        return Version(pk=self.version_id).public_id if self.version_id else ""


def load_looks(document: Document) -> list[Look]:
    """Every look at ``document``, the oldest first. One query."""
    rows = document.captures.order_by("sequence").values_list(
        "pk", "sequence", "captured_at", "outcome", "version_id", "version__number", "reasons"
    )
    return [Look(*row[:6], tuple(str(reason) for reason in row[6])) for row in rows]


@dataclass(frozen=True)
class Line:
    """One look, or a run of looks with the same story; the oldest first. ``before`` is the version that stood then."""

    looks: tuple[Look, ...]
    before: Look | None = None

    @property
    def first(self) -> Look:
        return self.looks[0]

    @property
    def last(self) -> Look:
        return self.looks[-1]

    @property
    def kind(self) -> Kind:
        return self.first.kind

    @property
    def is_run(self) -> bool:
        return len(self.looks) > 1

    @property
    def day(self) -> date:
        return self.last.captured_at.date()

    @cached_property
    def news(self) -> tuple[Look, ...]:
        """The looks that the line is about, without the verifications between them."""
        return tuple(look for look in self.looks if look.kind == self.kind)

    @cached_property
    def verified_between(self) -> int:
        return len(self.looks) - len(self.news)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why looks were held or failed, the most frequent first, with how often."""
        return Counter(reason for look in self.news for reason in look.reasons).most_common(REASONS_SHOWN)

    @property
    def further_reasons(self) -> int:
        return max(0, len({reason for look in self.news for reason in look.reasons}) - REASONS_SHOWN)

    @property
    def words(self) -> str:
        """What happened, in a sentence without its end."""
        told = {"change": self._changed, "held": self._held, "return": self._returned, "unchanged": self._unchanged}
        sentence = told[self.kind]()
        if self.verified_between:
            sentence += f"; verified unchanged {times(self.verified_between)} in between"
        return sentence

    def _changed(self) -> str:
        return f"{Outcome(self.first.outcome).label}: version {self.first.number}"

    def _unchanged(self) -> str:
        if not self.is_run:
            return "Verified unchanged"
        return f"Verified unchanged {times(len(self.looks))} {self._between()}"

    def _held(self) -> str:
        if not self.is_run:
            return Outcome(self.first.outcome).label
        count = Counter(look.outcome for look in self.news)
        words = {Outcome.QUARANTINED: "held {}", Outcome.FAILED: "failed {}"}
        parts = [text.format(times(count[outcome])) for outcome, text in words.items() if count[outcome]]
        return f"{' and '.join(parts).capitalize()} {self._between()}"

    def _returned(self) -> str:
        if not self.is_run:
            return f"Returned to version {self.first.number}"
        versions = sorted({look.number for look in (self.before, *self.news) if look and look.number})
        if len(versions) > 2:
            named = f"{', '.join(map(str, versions[:-1]))} and {versions[-1]}"
            return f"Returned {times(len(self.news))} to texts seen before (versions {named}) {self._between()}"
        back = f"Returned to version {self.first.number} and back {times(len(self.news) // 2)}"
        again = f", then to version {self.first.number} once more," if len(self.news) % 2 else ""
        return f"{back}{again} {self._between()}"

    @property
    def stands_after(self) -> Look | None:
        """The last look with a version."""
        return next((look for look in reversed(self.looks) if look.version_id), None)

    @property
    def stood_otherwise(self) -> Look | None:
        """The last look at another version than the one that stands after the line."""
        after = self.stands_after
        earlier = [look for look in (self.before, *self.looks) if look and look.version_id]
        return next((look for look in reversed(earlier) if after and look.version_id != after.version_id), None)

    def _between(self) -> str:
        return between(self.first.captured_at, self.last.captured_at)


def times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def between(first: datetime, last: datetime) -> str:
    """``between 2 and 19 May 2026``: what both days share is said once.

    >>> from datetime import UTC
    >>> between(datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 5, 19, tzinfo=UTC))
    'between 2 and 19 May 2026'
    """
    first, last = min(first, last), max(first, last)
    if first.date() == last.date():
        return f"on {date_format(last, 'j F Y')}"
    shown = "j F Y" if first.year != last.year else "j F" if first.month != last.month else "j"
    return f"between {date_format(first, shown)} and {date_format(last, 'j F Y')}"


def fold(looks: Iterable[Look], *, alone: frozenset[int] = frozenset()) -> list[Line]:
    """The lines of ``looks`` (the oldest first), the newest line first.

    Verifications in a row are one line; so are returns in a row, and held or failed looks in a row, with the
    verifications between them. The captures with a key in ``alone`` get a line of their own.
    """
    folding = _Folding(alone)
    for look in looks:
        folding.take(look)
    folding.close()
    return _after_one_another(folding.runs)


@dataclass
class _Folding:
    """``run`` is being collected; ``tail`` are verifications that belong to it only if it goes on."""

    alone: frozenset[int]
    runs: list[tuple[Look, ...]] = field(default_factory=list)
    run: list[Look] = field(default_factory=list)
    tail: list[Look] = field(default_factory=list)

    def take(self, look: Look) -> None:
        if look.pk in self.alone or look.kind == "change":
            self.close()
            self.runs.append((look,))
        elif self.run and look.kind == self.run[0].kind:
            self.run += [*self.tail, look]
            self.tail = []
        elif self.run and look.kind == "unchanged":
            self.tail.append(look)
        else:
            self.close()
            self.run = [look]

    def close(self) -> None:
        self.runs += [tuple(looks) for looks in (self.run, self.tail) if looks]
        self.run, self.tail = [], []


def _after_one_another(runs: Iterable[tuple[Look, ...]]) -> list[Line]:
    lines: list[Line] = []
    standing: Look | None = None
    for looks in runs:
        lines.append(Line(looks, standing))
        standing = next((look for look in reversed(looks) if look.version_id), standing)
    return lines[::-1]


@dataclass(frozen=True)
class LinePage:
    """Some lines. ``next_before`` asks for those after them; 0 where there are none."""

    lines: Sequence[Line]
    next_before: int


def page_of(
    lines: Iterable[Line],
    *,
    kind: str = "",
    before: int | None = None,
    on: date | None = None,
    size: int = LINES_A_PAGE,
) -> LinePage:
    """The lines of ``kind`` (all if empty) from before the capture ``before``, or from the day ``on`` and earlier.

    ``lines`` come the newest first. A line stands where its last look does.
    """
    wanted = [line for line in lines if not kind or line.kind == kind]
    if before is not None:
        wanted = [line for line in wanted if line.last.sequence < before]
    elif on is not None:
        start = next((place for place, line in enumerate(wanted) if line.first.captured_at.date() <= on), len(wanted))
        wanted = wanted[start:]
    shown = wanted[:size]
    return LinePage(shown, shown[-1].last.sequence if len(wanted) > size else 0)
