"""What the tests of checks share: an analysis as it comes from a form, and what one check says of it."""

from typing import Any

from analysis.checks import CheckResult, run_checks
from atlas.abstention import ABSTENTION
from atlas.models import TEXT_FIELDS, Wording

GOOD = {
    "title": "Training on content, with an opt-out",
    "summary": "The text states “We may use your Content to train and improve our models.”",
    **dict.fromkeys(("why_it_matters", "practical_effect", "regulatory_landscape", "governance_exposure"), ABSTENTION),
}


def content(**fields: Any) -> dict[str, Any]:
    empty = dict.fromkeys(TEXT_FIELDS, "")
    return {**empty, "exposure_level": "", "topics": [], "attributes": [], **GOOD, **fields}


def found(code: str, wording: Wording, **fields: Any) -> list[CheckResult]:
    """What the check called ``code`` objects to."""
    results = [result for result in run_checks(content(**fields), wording) if result.code == code]
    assert results, f"no check is called {code}"
    return [result for result in results if result.severity != "pass"]


def blockers(wording: Wording, **fields: Any) -> set[str]:
    return {result.code for result in run_checks(content(**fields), wording) if result.severity == "blocker"}
