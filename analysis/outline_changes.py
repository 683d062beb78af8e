"""What changed from the wording before, as quotes of both: before and now, added, no longer there."""

from dataclasses import dataclass

from rapidfuzz import fuzz, process

from analysis.passages import Passage, quotable, sentences
from atlas.models import Placement, Wording

ALIKE = 65  # of 100: two sentences of which one replaced the other; a longer one may hold the shorter
PAIRS, SINGLES = 3, 2  # shown of each


@dataclass(frozen=True)
class ChangeDescription:
    """``lines`` in the text format. ``is_typographic``: the sentences are the same."""

    lines: list[str]
    is_typographic: bool


def describe_change(wording: Wording) -> ChangeDescription | None:
    """What is different from the provision's wording before, or None if there was none. Two queries."""
    before = wording.provision.wordings.filter(number__lt=wording.number).order_by("-number").first()
    placement = _placement(before) if before else None
    if before is None or placement is None:
        return None
    old, new = sentences(before.text), sentences(wording.text)
    gone = [text for text in old if text not in set(new)]
    come = [text for text in new if text not in set(old)]
    if not gone and not come:
        same = "The sentences are those of the wording before; their order, typography or layout differs."
        return ChangeDescription([same], is_typographic=True)
    return ChangeDescription(_lines(gone, come, before, wording, placement.version.public_id), is_typographic=False)


def _lines(gone: list[str], come: list[str], before: Wording, now: Wording, version: str) -> list[str]:
    lines: list[str] = []
    for old, new in _pairs(gone, come)[:PAIRS]:
        focus = _first_difference(old, new)
        was, becomes = quotable(old, before.text, focus=focus), quotable(new, now.text, focus=focus)
        if was and becomes:
            lines.append(f"- Before: {_marked(was, version)}; now: {becomes.quote}.")
            gone.remove(old)
            come.remove(new)
    removed = [passage for text in gone if (passage := quotable(text, before.text))]
    added = [passage for text in come if (passage := quotable(text, now.text))]
    lines += [f"- No longer there: {_marked(passage, version)}." for passage in removed[:SINGLES]]
    lines += [f"- Added: {passage.quote}." for passage in added[:SINGLES]]
    more = len(removed[SINGLES:]) + len(added[SINGLES:])
    return [*lines, "- There are further differences; see the comparison of the two wordings."] if more else lines


def _pairs(gone: list[str], come: list[str]) -> list[tuple[str, str]]:
    """Sentences that replaced one another, each in one pair at most, in the order of the old text."""
    pairs: list[tuple[str, str]] = []
    left = list(come)
    for old in gone:
        found = process.extractOne(old, left, scorer=fuzz.token_set_ratio, score_cutoff=ALIKE)
        if found is not None:
            pairs.append((old, found[0]))
            left.remove(found[0])
    return pairs


def _first_difference(old: str, new: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _marked(passage: Passage, version: str) -> str:
    return passage.quote.replace("”", f"”[{version}]", 1)


def _placement(wording: Wording) -> Placement | None:
    """Where ``wording`` stood last."""
    return wording.placements.select_related("version").order_by("-version__number", "-splitter").first()
