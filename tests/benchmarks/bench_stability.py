"""How well provisions keep their identity over the whole history of a real collection. Run by hand:

    PYTHONPATH=. uv run python tests/benchmarks/bench_stability.py PATH_TO_CLONE [PART_OF_A_PATH]

Replays each document of an Open Terms Archive versions collection (a bare clone will do) in memory: gate, splitting,
aligning, provisions that come back. Unchanged text is the sentences that stand in both of two consecutive accepted
versions, as often as they do; stable is what of it, by characters, stands in the same provision. Exits with 1 if a
promise is broken.
"""

import os
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas.settings")
django.setup()

from atlas.archive.aligning.alignment import align  # noqa: E402
from atlas.archive.collections.ota import Repository, parse_record  # noqa: E402
from atlas.archive.gate.health import problems  # noqa: E402
from atlas.archive.provisions.splitting import ProvisionText, split_provisions  # noqa: E402
from atlas.archive.texts.blocks import scan_blocks  # noqa: E402
from atlas.archive.texts.normalising import folded_sha256  # noqa: E402
from atlas.archive.texts.sentences import sentence_keys  # noqa: E402

STABLE = 0.995  # share of unchanged text that must keep its provision
LONGEST = 4_000  # characters of a provision, unless it is one sentence or one table
PROVISIONS = (20, 80)  # where the median of provisions a document must lie


@dataclass
class Replay:
    """One document in memory; provisions are numbers."""

    path: str
    good: str = ""
    ids: list[int] = field(default_factory=list)
    pieces: list[ProvisionText] = field(default_factory=list)
    known: dict[str, tuple[list[int], list[ProvisionText]]] = field(default_factory=dict)
    texts_of: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))  # by reading, oldest first
    provisions: int = 0
    kept: int = 0  # characters of unchanged text in the provision that it stood in before
    unchanged: int = 0
    worst: list[tuple[int, int]] = field(default_factory=list)  # (characters lost, number of the version)
    kinds: Counter[str] = field(default_factory=Counter)
    lossy: int = 0
    held: int = 0

    @property
    def share(self) -> float:
        return self.kept / self.unchanged if self.unchanged else 1.0

    def see(self, text: str) -> None:
        if text == self.good:
            return
        if text not in self.known:
            if problems(text, last_good=self.good or None):
                self.held += 1
                return
            self._learn(text)
        ids, pieces = self.known[text]
        if self.good:
            self._measure(ids, pieces)
        self.good, self.ids, self.pieces = text, ids, pieces

    def _learn(self, text: str) -> None:
        pieces = split_provisions(text)
        self.lossy += not gives_back(text, pieces)
        owners = self._owners(pieces)
        ids = []
        for index, piece in enumerate(pieces):
            if index not in owners:
                self.provisions += 1
                owners[index] = self.provisions
            ids.append(owners[index])
            self.texts_of[folded_sha256(piece.text)].append(owners[index])
        self.known[text] = ids, pieces

    def _owners(self, pieces: Sequence[ProvisionText]) -> dict[int, int]:
        pairs = align(self.pieces, pieces) if self.good else []
        self.kinds.update(pair.kind for pair in pairs)
        owners = {pair.new: self.ids[pair.old] for pair in pairs if pair.new is not None and pair.old is not None}
        taken = {*self.ids, *owners.values()}
        for index, piece in enumerate(pieces):
            gone = [one for one in self.texts_of[folded_sha256(piece.text)] if one not in taken]
            if index not in owners and gone:
                owners[index] = gone[0]
                taken.add(gone[0])
        return owners

    def _measure(self, ids: Sequence[int], pieces: Sequence[ProvisionText]) -> None:
        kept, unchanged = stable_text(homes(self.ids, self.pieces), homes(ids, pieces))
        self.kept += kept
        self.unchanged += unchanged
        self.worst.append((unchanged - kept, len(self.known)))


def homes(ids: Iterable[int], pieces: Iterable[ProvisionText]) -> Mapping[str, Counter[int]]:
    """Sentence → the provisions it stands in and how often."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for owner, piece in zip(ids, pieces, strict=True):
        for key in sentence_keys(piece.text):
            found[key][owner] += 1
    return found


def stable_text(old: Mapping[str, Counter[int]], new: Mapping[str, Counter[int]]) -> tuple[int, int]:
    """Characters of unchanged text that kept their provision, and of all unchanged text."""
    kept = unchanged = 0
    for key, before in old.items():
        if (after := new.get(key)) is not None:
            unchanged += len(key) * min(before.total(), after.total())
            kept += len(key) * (before & after).total()
    return kept, unchanged


def gives_back(text: str, pieces: Sequence[ProvisionText]) -> bool:
    """Do the pieces with the white space between them make the text?"""
    ends = [0, *(piece.end for piece in pieces)]
    starts = [*(piece.start for piece in pieces), len(text)]
    between = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    texts = [*(piece.text for piece in pieces), ""]
    joined = "".join(gap + piece for gap, piece in zip(between, texts, strict=True))
    return joined == text and not any(gap.strip() for gap in between)


def replay(clone: str, part: str) -> list[Replay]:
    repository = Repository(Path(clone), clone)
    history: dict[str, list[str]] = defaultdict(list)
    for record in filter(None, map(parse_record, repository.commits(repository.tip()))):
        history["/".join(record.document)].append(record.blob)
    documents = []
    with repository.texts() as texts:
        for path, blobs in history.items():
            if part in path:
                documents.append(Replay(path))
                for blob in blobs:
                    documents[-1].see(texts.read(blob))
    return documents


def overlong(documents: Iterable[Replay]) -> Iterator[tuple[str, ProvisionText]]:
    for document in documents:
        for _, pieces in document.known.values():
            for piece in pieces:
                if len(piece.text) > LONGEST and not is_one_block(piece.text):
                    yield document.path, piece


def is_one_block(text: str) -> bool:
    """One sentence, or one table with its headings."""
    bodies = [block for block in scan_blocks(text) if block.kind != "heading"]
    return len(sentence_keys(text)) == 1 or (len(bodies) == 1 and bodies[0].kind == "table")


def main(clone: str, part: str = "") -> int:
    documents = replay(clone, part)
    for document in sorted(documents, key=lambda one: one.share, reverse=True):
        worst = ", ".join(f"version {number}: {lost:,}" for lost, number in sorted(document.worst)[:-4:-1] if lost)
        print(f"{document.share:.4f}  {document.path} ({len(document.known)} versions)  {worst}")  # noqa: T201
    share = sum(one.kept for one in documents) / max(1, sum(one.unchanged for one in documents))
    latest = [len(document.pieces) for document in documents if document.pieces]
    lengths = [len(piece.text) for document in documents for _, pieces in document.known.values() for piece in pieces]
    below = sum(document.share < STABLE for document in documents)
    long_ones, lossy = list(overlong(documents)), sum(document.lossy for document in documents)
    kinds = sum((document.kinds for document in documents), Counter[str]())
    cuts = statistics.quantiles(lengths, n=10)
    print(f"stable text: {share:.5f} by characters; below {STABLE} in {below} of {len(documents)} documents")  # noqa: T201
    print(f"provisions a document: median {statistics.median(latest)}, quartiles {statistics.quantiles(latest)}")  # noqa: T201
    print(f"length: median {statistics.median(lengths):.0f}, deciles {cuts[0]:.0f} and {cuts[-1]:.0f}")  # noqa: T201
    print(f"longest {max(lengths):,} characters; over {LONGEST:,} and more than one block: {len(long_ones)}")  # noqa: T201
    print(f"versions whose pieces do not give back the text: {lossy}; held texts: {sum(d.held for d in documents)}")  # noqa: T201
    print(", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common()))  # noqa: T201
    print(f"identities: {sum(document.provisions for document in documents):,}")  # noqa: T201
    is_sized = PROVISIONS[0] <= statistics.median(latest) <= PROVISIONS[1]
    return int(share < STABLE or lossy > 0 or bool(long_ones) or not is_sized)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
