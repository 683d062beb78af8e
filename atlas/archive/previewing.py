"""What an import would record, in simple classes, without the database: ``import_ota --dry-run``."""

import re
from collections import Counter, defaultdict

from atlas.archive.health import problems
from atlas.archive.normalising import fold, fold_markdown
from atlas.archive.ota import Record, RecordKind
from atlas.archive.sentences import mask_dates
from atlas.models import sha256

DIGITS = re.compile(r"\d+")


class Preview:
    """Compares each record with what its document read before. Keeps one text a document and the hashes of all."""

    def __init__(self) -> None:
        self.classes: Counter[str] = Counter()
        self.texts: dict[tuple[str, str], str] = {}
        self.seen: dict[tuple[str, str], set[str]] = defaultdict(set)

    def see(self, record: Record, text: str, *, is_counted: bool) -> None:
        """Class one record; those that are recorded already are only remembered, for the ones that follow."""
        name = self._class(record, text)
        if is_counted:
            self.classes[name] += 1
        if name != "held":
            self.texts[record.document] = text
            self.seen[record.document].add(sha256(text))

    def _class(self, record: Record, text: str) -> str:
        before = self.texts.get(record.document)
        if text == before:
            return "unchanged"
        if sha256(text) in self.seen[record.document]:
            return "upgraded" if record.kind is RecordKind.UPGRADE else "returned"
        if problems(text, last_good=before):
            return "held"
        if before is None:
            return "first"
        return "upgraded" if record.kind is RecordKind.UPGRADE else difference(before, text)


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
