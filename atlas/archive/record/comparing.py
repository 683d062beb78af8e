"""Two versions of a document → the changes of its provisions, as values. The write path turns them into rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from atlas.archive.changes.history import SentenceHistory
from atlas.archive.changes.significance import judge
from atlas.archive.changes.surroundings import survey
from atlas.archive.record.standing import Piece
from atlas.models import ChangeKind, Significance


@dataclass(frozen=True, slots=True)
class Step:
    """A provision before and after; one of the two may be missing."""

    kind: ChangeKind
    old: Piece | None
    new: Piece | None

    @property
    def provision_id(self) -> int:
        piece = self.new or self.old
        assert piece is not None
        return piece.provision_id


@dataclass(frozen=True, slots=True)
class Judged:
    """A step that is worth a row, with what it means."""

    step: Step
    significance: Significance
    reasons: tuple[str, ...]
    is_return: bool = False


def steps_by_identity(old: Sequence[Piece], new: Sequence[Piece]) -> list[Step]:
    """The way between two recorded versions: which provision is which is known."""
    before = {piece.provision_id: piece for piece in old}
    after = {piece.provision_id for piece in new}
    steps = []
    for piece in new:
        was = before.get(piece.provision_id)
        if was is None:
            steps.append(Step(ChangeKind.ADDED, None, piece))
        elif was.wording_id != piece.wording_id:
            steps.append(Step(ChangeKind.MODIFIED, was, piece))
    steps += [Step(ChangeKind.REMOVED, piece, None) for piece in old if piece.provision_id not in after]
    return steps


def judge_steps(
    steps: Iterable[Step],
    old: Sequence[Piece],
    new: Sequence[Piece],
    history: SentenceHistory | None = None,
    at: datetime | None = None,
    *,
    platform: str = "",
) -> list[Judged]:
    """What each step means, in the light of the two whole versions.

    ``history`` has seen every accepted capture up to the one that ``old`` stands for, not yet the one of ``new``, which
    was taken ``at``. ``platform`` is its name: it may be called otherwise without saying anything new.
    """
    steps = list(steps)
    if not steps:
        return []
    texts = [piece.text.text for piece in old], [piece.text.text for piece in new]
    around = survey(*texts, history, at, platform=platform)
    judged = []
    for step in steps:
        judgement = judge(step.old.text.text if step.old else None, step.new.text.text if step.new else None, around)
        judged.append(Judged(step, judgement.significance, judgement.reasons, judgement.is_return))
    return judged
