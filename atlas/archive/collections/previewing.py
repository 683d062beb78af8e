"""What an import would record, in simple classes, without the database: ``import_ota --dry-run``."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from atlas.archive.collections.confirming import Name, Waiting
from atlas.archive.collections.ota import Record, RecordKind
from atlas.archive.gate.held import ALTERNATING, Held, Ruling, judge, waits_to_be_confirmed
from atlas.archive.texts.normalising import fold, fold_markdown
from atlas.archive.texts.sentences import mask_dates
from atlas.models import sha256

DIGITS = re.compile(r"\d+")
CONFIRMED = "held at first, then confirmed"


@dataclass
class Stream:
    """One document as it would stand: its text, the hashes of all its texts, and what is held."""

    text: str | None = None
    seen: set[str] = field(default_factory=set)
    held: Held | None = None
    gone: dict[str, datetime] = field(default_factory=dict)  # texts held before the last good one
    held_now: dict[str, datetime] = field(default_factory=dict)

    def stand(self, text: str) -> None:
        """``text`` is good: what was held before it is over."""
        self.text, self.held = text, None
        self.seen.add(sha256(text))
        self.gone |= self.held_now
        self.held_now = {}

    def hold(self, record: Record, text: str, ruling: Ruling) -> None:
        before = self.gone.get(sha256(text))
        self.held_now[sha256(text)] = record.captured_at
        alternates = before is not None and before >= record.captured_at - ALTERNATING
        if waits_to_be_confirmed(problem.sentence for problem in ruling.problems) and not alternates:
            self.held = Held(text, record.captured_at, 0, source_ref=record.commit)
        elif self.held is not None:
            self.held = replace(self.held, stands=False)


class Preview:
    """Compares each record with what its document read before. Keeps one text a document and the hashes of all.

    Of editors' decisions and variants it knows nothing: what they let through counts as held.
    """

    def __init__(self, reach: Mapping[str, datetime]) -> None:
        self.classes: Counter[str] = Counter()
        self.streams: dict[Name, Stream] = defaultdict(Stream)
        self.waiting = Waiting(reach)

    def see(self, record: Record, text: str, *, is_counted: bool) -> None:
        """Class one record; those that are recorded already are only remembered, for the ones that follow."""
        self.confirm(self.waiting.reach[record.commit], is_counted=is_counted)
        stream = self.streams[record.document]
        name = self._class(stream, record, text, is_counted)
        if is_counted:
            self.classes[name] += 1
        if name != "held":
            stream.stand(text)
        self.waiting.see(record.document, stream.held)

    def confirm(self, at: datetime, *, is_counted: bool) -> None:
        """What is held and has stood long enough at ``at`` is good."""
        for name in self.waiting.due(at):
            self._confirm(self.streams[name], is_counted)
            self.waiting.see(name, None)

    def _confirm(self, stream: Stream, is_counted: bool) -> None:
        assert stream.held is not None, "only what is held waits"
        stream.stand(stream.held.text)
        self.classes[CONFIRMED] += is_counted

    def _class(self, stream: Stream, record: Record, text: str, is_counted: bool) -> str:
        if text == stream.text:
            return "unchanged"
        if sha256(text) in stream.seen:
            return "upgraded" if record.kind is RecordKind.UPGRADE else "returned"
        ruling = judge(text, last_good=stream.text, held=stream.held)
        if ruling.confirms:
            self._confirm(stream, is_counted)
            return self._class(stream, record, text, is_counted)
        if ruling.problems:
            stream.hold(record, text, ruling)
            return "held"
        if stream.text is None:
            return "first"
        return "upgraded" if record.kind is RecordKind.UPGRADE else difference(stream.text, text)


def difference(old: str, new: str) -> str:
    """The first class that makes two texts equal."""
    if fold(old) == fold(new):
        return "white space or typography only"
    folded_old, folded_new = fold_markdown(old), fold_markdown(new)
    if folded_old == folded_new:
        return "link targets or markup only"
    if mask_dates(folded_old) == mask_dates(folded_new):
        return "dates only"
    if DIGITS.sub("0", folded_old) == DIGITS.sub("0", folded_new):
        return "digits only"
    return "text"
