"""The automatic checks of an analysis against its wording and the catalogue.

Used when a draft is stored and on every revision of an editor. To add a check: write a function that yields
problems into the file of its family, name it in that file's ``CHECKS``, show it in ``tests/analysis/test_checks.py``.
"""

from collections.abc import Mapping
from typing import Any

from analysis.checks import (
    citations,
    exposure,
    intrusions,
    language,
    meaning,
    names,
    numbers,
    quotes,
    repetition,
    structure,
)
from analysis.checks.base import CheckResult, Severity, Subject, day_last_seen
from analysis.checks.catalogue import Catalogue
from atlas.models import Wording

__all__ = ["CHECKS", "FAMILIES", "Catalogue", "CheckResult", "Severity", "run_checks"]

FAMILIES = {
    "quotes": quotes.CHECKS,
    "citations": citations.CHECKS,
    "numbers": numbers.CHECKS,
    "meaning": meaning.CHECKS,
    "language": language.CHECKS,
    "intrusions": intrusions.CHECKS,
    "names": names.CHECKS,
    "structure": structure.CHECKS,
    "exposure": exposure.CHECKS,
    "repetition": repetition.CHECKS,
}
CHECKS = tuple(check for family in FAMILIES.values() for check in family)


def run_checks(
    content: Mapping[str, Any], wording: Wording, *, catalogue: Catalogue | None = None
) -> list[CheckResult]:
    """Every check's results on ``content`` (``AnalysisText.content()``); a check without a problem gives a pass.

    Costs at most ten queries whatever the size: one to six for the catalogue unless it is handed in, one for the last
    capture of the wording, one each for versions that quotes name, for platforms that the prose may name, and for the
    live analyses of the document's other provisions.
    """
    subject = Subject(content, wording.text, day_last_seen(wording), catalogue or Catalogue.load(), wording.pk)
    return [result for check in CHECKS for result in check.run(subject)]
