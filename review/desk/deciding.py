"""The desk's bar: what may be done, what a button will do, and why one is off."""

from typing import Any

from django.conf import settings

from atlas.models import User
from review.desk.opened import stamp
from review.models import Edition, Finding, Severity
from review.policies import Case, obstacles


def context(edition: Edition, case: Case, by: User, posted_stamp: str) -> dict[str, Any]:
    """What ``_decision_bar.html`` shows. No query."""
    return {
        "hindrances": obstacles(case, by),
        "approve_words": approve_words(case),
        "opened": stamp(edition, by, posted_stamp),
        "is_solo": settings.ATLAS_SOLO_REVIEW,
    }


def approve_words(case: Case) -> str:
    """What the button will do: "Approve and publish", "Approve (1 of 2)"."""
    count = len(case.approvals) + 1
    return (
        "Approve and publish" if count >= case.approvals_required else f"Approve ({count} of {case.approvals_required})"
    )


def grouped(case: Case) -> dict[str, list[tuple[Finding, Any]]]:
    """Findings by severity, each with its waiver or None; those that still block come first."""
    found = {
        severity: [(f, case.waivers.get(f.pk)) for f in case.findings if f.severity == severity]
        for severity in (Severity.BLOCKER.value, Severity.WARNING.value, Severity.PASS.value)
    }
    found["blocker"].sort(key=lambda pair: pair[1] is not None)
    return found
