"""A redraft of some parts leaves all others as they are, letter for letter: looked at again where drafts are stored."""

from collections.abc import Sequence
from typing import Any

from analysis.attempt import Attempt
from analysis.models import DraftJob
from analysis.schema import Analysis
from atlas.models import PARTS

FROZEN_PART = "frozen_part"
_LABELS = {part.field: part.label for part in PARTS}


def redone(base: Analysis, draft: Analysis, parts: Sequence[str]) -> Analysis:
    """``base`` with ``parts`` taken from ``draft``; the exposure level comes with the part it stands beside."""
    return base.model_copy(update={name: getattr(draft, name) for name in _to_redo(parts)})


def hold_to_frozen_parts(job: DraftJob, attempt: Attempt) -> Attempt:
    """``attempt``, or a failed one if it changes a part that was to stay."""
    if not job.parts or job.base is None or attempt.analysis is None:
        return attempt
    changed = changed_parts(job.base, attempt.analysis.content(), job.parts)
    if not changed:
        return attempt
    named = ", ".join(_LABELS.get(name, name.replace("_", " ").capitalize()) for name in changed)
    refused = Attempt(fields=attempt.fields)
    return refused.fail(FROZEN_PART, f"The draft changed parts that were to stay as they are: {named}. Try it again")


def changed_parts(base: dict[str, Any], content: dict[str, Any], parts: Sequence[str]) -> list[str]:
    """Names of parts other than ``parts`` that ``content`` has otherwise than ``base``."""
    frozen = [name for name in content if name not in _to_redo(parts)]
    stays = Analysis.model_validate(base).content()
    return [name for name in frozen if content[name] != stays[name]]


def _to_redo(parts: Sequence[str]) -> set[str]:
    return {*parts, "exposure_level"} if "governance_exposure" in parts else set(parts)
