"""What editors did with drafts: the free signal. Each publication against the draft of the same wording.

This floor does not know revisions. It compares the last draft that was there when a text was published with the text
that was published: sentences kept, edited, deleted and added, and how far each part is from its draft. Where several
drafts came before one publication, only the last is counted, and a text written by hand counts as an edited draft.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein
from rich.table import Table

from analysis.models import DraftRun, RunStatus
from atlas import markup
from atlas.models import TEXT_FIELDS, Publication

ALIKE = 60  # of 100: one sentence is another, edited
NO_HISTORY = "Nothing to compare yet: no draft was published, edited or not."


@dataclass
class History:
    """One drafter over all that was published from it. ``distances``: by part, 0 kept as it was to 1 all other."""

    drafter: str
    publications: int = 0
    sentences: Counter[str] = field(default_factory=Counter)  # kept, edited, deleted, added
    levels_changed: int = 0
    distances: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, draft: dict[str, Any], published: Publication) -> None:
        content = published.content()
        self.publications += 1
        self.levels_changed += draft.get("exposure_level", "") != content["exposure_level"]
        for part in TEXT_FIELDS:
            before, after = str(draft.get(part) or ""), str(content[part])
            self.sentences.update(compare(before, after))
            if before or after:
                self.distances[part].append(Levenshtein.normalized_distance(before, after))

    @property
    def kept(self) -> float:
        """The share of the drafted sentences that readers see as they were drafted."""
        drafted = self.sentences["kept"] + self.sentences["edited"] + self.sentences["deleted"]
        return self.sentences["kept"] / drafted if drafted else 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "drafter": self.drafter,
            "publications": self.publications,
            "sentences": {name: self.sentences[name] for name in ("kept", "edited", "deleted", "added")},
            "kept_share": round(self.kept, 3),
            "levels_changed": self.levels_changed,
            "edit_distance": {part: round(_mean(values), 3) for part, values in self.distances.items()},
        }


def history() -> list[History]:
    """By drafter (prompt, version and model, or the outline), most published first. Two queries."""
    publications = list(Publication.objects.order_by("published_at", "pk"))
    drafts = _drafts_by_wording({publication.wording_id for publication in publications})
    found: dict[str, History] = {}
    for publication in publications:
        runs = drafts[publication.wording_id]
        place = bisect_right(runs, publication.published_at, key=lambda run: run.created_at)
        if place:
            run = runs[place - 1]
            row = found.setdefault(run.drafter_words, History(run.drafter_words))
            row.add(run.analysis or {}, publication)
    return sorted(found.values(), key=lambda row: -row.publications)


def _drafts_by_wording(wordings: Iterable[int]) -> dict[int, list[DraftRun]]:
    """Drafts of each wording in the order in which they came."""
    drafts: dict[int, list[DraftRun]] = defaultdict(list)
    runs = DraftRun.objects.filter(status=RunStatus.DRAFTED, job__wording__in=wordings).select_related("job")
    for run in runs.defer("messages", "raw_answer").order_by("created_at", "pk"):
        drafts[run.job.wording_id].append(run)
    return drafts


def compare(draft: str, published: str) -> Counter[str]:
    """The sentences of ``draft`` by what became of them, and those ``added``.

    >>> compare("We keep it. It is long. Gone.", "We keep it. It is very long. New words here.")
    Counter({'kept': 1, 'edited': 1, 'deleted': 1, 'added': 1})
    """
    old, new = _sentences(draft), _sentences(published)
    kept = Counter(old) & Counter(new)
    gone, come = list((Counter(old) - kept).elements()), list((Counter(new) - kept).elements())
    counts = Counter(kept=kept.total(), edited=0, deleted=0, added=0)
    for sentence in gone:
        match = process.extractOne(sentence, come, scorer=fuzz.ratio, score_cutoff=ALIKE)
        counts["edited" if match else "deleted"] += 1
        if match:
            come.pop(match[2])
    counts["added"] = len(come)
    return counts


def _sentences(text: str) -> list[str]:
    return [" ".join(sentence.text.split()) for sentence in markup.parse(text)]


def table(rows: Sequence[History]) -> Table:
    """A column for each drafter."""
    shown = Table("what editors did", *(row.drafter for row in rows))
    shown.add_row("publications", *(str(row.publications) for row in rows))
    for name in ("kept", "edited", "deleted", "added"):
        shown.add_row(f"sentences {name}", *(str(row.sentences[name]) for row in rows))
    shown.add_row("share kept", *(f"{row.kept:.0%}" for row in rows))
    shown.add_row("exposure levels changed", *(str(row.levels_changed) for row in rows))
    for part in TEXT_FIELDS:
        values = [row.distances.get(part) for row in rows]
        if any(values):
            shown.add_row(f"edit distance, {part}", *(f"{_mean(value):.2f}" if value else "-" for value in values))
    return shown


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
