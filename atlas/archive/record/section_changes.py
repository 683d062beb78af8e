"""Two versions of a document → what became of each section, so that a rewrite can be judged at a glance. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from atlas.archive.texts.sentences import Sentence, read_sentences

Part = tuple[int, tuple[str, ...], str]  # a provision: its key, the titles above it, its text
Key = tuple[str, ...]  # of a section

FEWEST_SECTIONS = 3  # headings that part a document into fewer say too little
LARGEST_SHARE = 0.60  # of the characters; above, the headings under the largest section say more
DEEPEST = 3  # levels of headings under the first that are tried
MOSTLY, PARTLY = 0.60, 0.20  # shares of kept text


@dataclass
class SectionChange:
    """A section before and after. Characters are those of the text that a reader sees.

    ``kept_characters`` stand in both versions of the document, perhaps in another section. ``was`` is its title before,
    if that was another. ``provisions`` counts those of the section by what happened to them.
    """

    title: str
    was: str = ""
    old_characters: int = 0
    new_characters: int = 0
    kept_characters: int = 0
    provisions: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def kept_share(self) -> float:
        """Of the longer of the two, from 0 to 1."""
        longer = max(self.old_characters, self.new_characters)
        return min(1.0, self.kept_characters / longer) if longer else 1.0

    @property
    def in_words(self) -> str:
        """What happened to the section, for editors."""
        if not self.old_characters:
            if self.kept_share >= MOSTLY:
                return "New heading over text that stood elsewhere"
            return "New section" if self.kept_share < PARTLY else "New section, partly of text that stood elsewhere"
        if not self.new_characters:
            return "Gone" if self.kept_share < MOSTLY else "Gone; its text stands elsewhere"
        if not self.provisions.keys() - {"unchanged", "moved"}:
            return "Unchanged"
        if self.kept_share >= MOSTLY:
            return "Mostly kept"
        return "Rewritten in part" if self.kept_share >= PARTLY else "Rewritten"


def compare_sections(old: Sequence[Part], new: Sequence[Part], happened: Mapping[int, str]) -> list[SectionChange]:
    """The sections of the new version in order, then those that are gone.

    ``happened``: provision → added, removed, modified or moved; whatever is not in it is unchanged.
    """
    before, after = _Version(old), _Version(new)
    partners = _partners(before, after)
    sections = [_section(after, key, before, partners.get(key), happened) for key in after.parts]
    gone = before.parts.keys() - set(partners.values())
    return sections + [_gone(before, key, after, happened) for key in before.parts if key in gone]


class _Version:
    """A version by sections, each of them the provisions under one heading of the level that parts it best."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.depth = _telling_depth(parts)
        self.parts: dict[Key, list[Part]] = defaultdict(list)
        for part in parts:
            self.parts[self._key(part)].append(part)
        self.section_of = {part[0]: self._key(part) for part in parts}
        self.last_titles = Counter(key[-1] for key in self.parts if key)
        self.keys = Counter(sentence.key for part in parts for sentence in read_sentences(part[2]))

    def _key(self, part: Part) -> Key:
        return tuple(title.casefold() for title in _path(part, self.depth))

    def title(self, key: Key) -> str:
        if not key:
            return "Introduction" if len(self.parts) > 1 else "The whole document"
        path = _path(self.parts[key][0], self.depth)
        return path[-1] if self.last_titles[key[-1]] == 1 else " · ".join(path)

    def sentences(self, key: Key) -> list[Sentence]:
        return [sentence for part in self.parts[key] for sentence in read_sentences(part[2])]


def _path(part: Part, depth: int) -> tuple[str, ...]:
    """The titles that name the section; the first, the document's own, only if there is nothing under it."""
    path = part[1]
    return path[1 : depth + 1] if depth else path[:1]


def _telling_depth(parts: Sequence[Part]) -> int:
    """The first level whose headings part the text well, or else the one whose largest section is smallest."""
    shares = [_largest_share(parts, depth) for depth in range(DEEPEST + 1)]
    return next((depth for depth, share in enumerate(shares) if share <= LARGEST_SHARE), shares.index(min(shares)))


def _largest_share(parts: Sequence[Part], depth: int) -> float:
    lengths: Counter[Key] = Counter()
    for part in parts:
        lengths[_path(part, depth)] += len(part[2])
    return max(lengths.values()) / lengths.total() if len(lengths) >= FEWEST_SECTIONS else 1.0


def _partners(before: _Version, after: _Version) -> dict[Key, Key]:
    """New section → the old one of the same title, or else the one whose provisions it holds now."""
    partners = {key: key for key in after.parts if key in before.parts}
    for key in before.parts.keys() - after.parts.keys():
        stand_in = Counter(after.section_of[part[0]] for part in before.parts[key] if part[0] in after.section_of)
        for heir, _ in stand_in.most_common(1):
            if heir not in partners:
                partners[heir] = key
    return partners


def _section(
    version: _Version, key: Key, before: _Version, was: Key | None, happened: Mapping[int, str]
) -> SectionChange:
    counts = _count(version.parts[key], happened)
    section = SectionChange(version.title(key), new_characters=_length(version.sentences(key)))
    section.kept_characters = _kept(version.sentences(key), before.keys)
    if was is not None:
        section.old_characters = _length(before.sentences(was))
        section.was = "" if before.title(was) == section.title else before.title(was)
        counts.update(_count_removed(before.parts[was], happened))
    section.provisions = dict(counts)
    return section


def _gone(version: _Version, key: Key, after: _Version, happened: Mapping[int, str]) -> SectionChange:
    sentences = version.sentences(key)
    section = SectionChange(version.title(key), old_characters=_length(sentences))
    section.kept_characters = _kept(sentences, after.keys)
    section.provisions = dict(_count_removed(version.parts[key], happened))
    return section


def _count(parts: Iterable[Part], happened: Mapping[int, str]) -> Counter[str]:
    return Counter(happened.get(part[0], "unchanged") for part in parts)


def _count_removed(parts: Iterable[Part], happened: Mapping[int, str]) -> Counter[str]:
    """Provisions that still stand are counted where they stand now."""
    return Counter("removed" for part in parts if happened.get(part[0]) == "removed")


def _length(sentences: Iterable[Sentence]) -> int:
    return sum(len(sentence.text) for sentence in sentences)


def _kept(sentences: Iterable[Sentence], other: Counter[str]) -> int:
    """Characters of the sentences that the other version holds, each as often as it holds them."""
    free = Counter(other)
    kept = 0
    for sentence in sentences:
        if free[sentence.key] > 0:
            free[sentence.key] -= 1
            kept += len(sentence.text)
    return kept
