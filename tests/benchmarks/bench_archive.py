"""How quick the pure steps of the archive are, on the whole history of a real collection. Run by hand:

    PYTHONPATH=. uv run python tests/benchmarks/bench_archive.py PATH_TO_CLONE

A clone of an Open Terms Archive versions collection (bare will do); the texts are read in order of the commits and
nothing is kept. Prints seconds of CPU for each step and, to compare between machines, the ratio to reading.
"""

import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import yaml

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas.settings")
django.setup()

from atlas.archive.aligning.alignment import align  # noqa: E402
from atlas.archive.changes.significance import judge  # noqa: E402
from atlas.archive.changes.surroundings import survey  # noqa: E402
from atlas.archive.gate.health import problems  # noqa: E402
from atlas.archive.provisions.splitting import ProvisionText, split_provisions  # noqa: E402
from atlas.archive.provisions.topics import TopicCues, find_topics  # noqa: E402

TOPICS_FILE = Path(__file__).parents[2] / "atlas" / "catalogue" / "topics.yaml"


class Stopwatch:
    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        begin = time.process_time()
        yield
        self.seconds[step] += time.process_time() - begin  # type: ignore[assignment]


def read_history(clone: str) -> dict[str, list[str]]:
    """The blobs of each document along the first-parent chain, oldest first."""
    log = _git(clone, "log", "--first-parent", "-m", "--reverse", "--raw", "--no-abbrev", "--format=", "-z").decode()
    blobs: dict[str, list[str]] = defaultdict(list)
    fields = iter(log.split("\0"))
    for field in fields:
        if field.startswith(":"):
            _, _, _, blob, status = field.split()
            path = next(fields)
            if status[0] in "AM" and path.endswith(".md") and "/" in path:
                blobs[path].append(blob)
    return blobs


def read_texts(clone: str, blobs: set[str]) -> dict[str, str]:
    out = _git(clone, "cat-file", "--batch", given="\n".join(sorted(blobs)).encode())
    texts, position = {}, 0
    while position < len(out):
        header_end = out.index(b"\n", position)
        name, _, size = out[position:header_end].split()
        texts[name.decode()] = out[header_end + 1 : header_end + 1 + int(size)].decode()
        position = header_end + 2 + int(size)
    return texts


def _git(clone: str, *arguments: str, given: bytes | None = None) -> bytes:
    return subprocess.run(["git", "-C", clone, *arguments], check=True, input=given, stdout=subprocess.PIPE).stdout


def replay(texts: list[str], watch: Stopwatch, counts: Counter[str], topics: list[TopicCues], seen: set[str]) -> None:
    """One document: what the write path does for each capture, without the rows."""
    good: tuple[str, list[ProvisionText]] | None = None
    known: set[str] = set()
    for text in texts:
        if text in known:
            counts["captures seen before"] += 1
            continue
        known.add(text)
        with watch("health"):
            held = problems(text, last_good=good[0] if good else None)
        if held:
            counts["captures held"] += 1
            continue
        with watch("split"):
            provisions = split_provisions(text)
        counts["provisions"] += len(provisions)
        counts[f"largest {max(len(p.text) for p in provisions):06}"] += 1
        counts[f"number {len(provisions):06}"] += 1
        if good is not None:
            compare(good[1], provisions, watch, counts)
        with watch("topics"):
            for provision in provisions:
                if provision.text not in seen:
                    seen.add(provision.text)
                    find_topics(provision.text, topics)
        good = text, provisions


def compare(old: list[ProvisionText], new: list[ProvisionText], watch: Stopwatch, counts: Counter[str]) -> None:
    with watch("align"):
        pairs = align(old, new)
    changed = [pair for pair in pairs if pair.kind != "unchanged"]
    if not changed:
        return
    with watch("judge"):
        around = survey([p.text for p in old], [p.text for p in new])
        for pair in changed:
            before = old[pair.old].text if pair.old is not None else None
            after = new[pair.new].text if pair.new is not None else None
            verdict = judge(before, after, around)
            counts[f"{pair.kind} {verdict.significance}"] += 1


def align_large_document(watch: Stopwatch) -> int:
    """A made-up document of over 300,000 characters, half of whose 1,000 blocks change; returns its size."""
    chance = random.Random(1)
    words = [f"{chance.choice('bcdfgh')}{number}{chance.choice('aeiou')}" for number in range(3_000)]
    blocks = [chance.choices(words, k=60) for _ in range(1_000)]
    edited = [[*chance.choices(words, k=4), *block[4:]] if number % 2 else block for number, block in enumerate(blocks)]
    before, after = (
        "\n\n".join(" ".join(block).capitalize() + "." for block in version) for version in (blocks, edited)
    )
    old, new = split_provisions(before), split_provisions(after)
    with watch("align a large document of which half changed"):
        align(old, new)
    return len(before)


def main(clone: str) -> None:
    watch, counts, seen = Stopwatch(), Counter[str](), set[str]()
    topics = [TopicCues.from_entry(entry) for entry in yaml.safe_load(TOPICS_FILE.read_text())["topics"]]
    with watch("read"):
        history = read_history(clone)
        texts = read_texts(clone, {blob for blobs in history.values() for blob in blobs})
    for blobs in history.values():
        replay([texts[blob] for blob in blobs], watch, counts, topics, seen)
    report(watch, counts, len(seen), sum(map(len, texts.values())))
    watch.seconds.clear()
    size = align_large_document(watch)
    for step, seconds in watch.seconds.items():
        print(f"{seconds:7.2f} s  {step} ({size:,} characters, 500 blocks)")  # noqa: T201


def report(watch: Stopwatch, counts: Counter[str], distinct: int, characters: int) -> None:
    numbers = [int(name[7:]) for name, count in counts.items() if name.startswith("number ") for _ in range(count)]
    largest = max(int(name[8:]) for name in counts if name.startswith("largest "))
    print(f"{characters:,} characters, {counts['provisions']:,} provisions, {distinct:,} distinct texts")  # noqa: T201
    print(f"provisions a version: median {statistics.median(numbers)}; longest provision {largest:,}")  # noqa: T201
    for name, count in sorted(counts.items()):
        if not name.startswith(("number ", "largest ", "provisions")):
            print(f"{count:7,}  {name}")  # noqa: T201
    for step, seconds in watch.seconds.items():
        print(f"{seconds:7.2f} s  {step}")  # noqa: T201
    steps = sum(watch.seconds.values()) - watch.seconds["read"]
    print(f"{steps:7.2f} s  all steps; {characters / steps / 1e6:.1f} million characters a second")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
