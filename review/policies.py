"""What must hold before an editor may do something. ``check_…`` raises the sentence the person reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import connection

from atlas.models import Exposure, User
from review.errors import NotAllowed
from review.models import Decision, DecisionKind, Edition, EditionKind, Finding, Revision, Severity, State


def check_permission(by: User, permission: str, to_do: str) -> None:
    """Raises NotAllowed unless ``by`` is active and has ``permission`` ("review.approve_edition")."""
    if not (by.is_active and by.has_perm(permission)):
        raise NotAllowed(f"Your role does not let you {to_do}. A managing editor can change roles.")


def check_reason(reason: str) -> str:
    """``reason`` without white space around it and without null bytes; raises NotAllowed if nothing is left."""
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise NotAllowed("Please give a reason: it stays in the record.")
    return reason


def check_open(edition: Edition) -> None:
    if not edition.is_open:
        raise NotAllowed(f"This edition is {edition.get_state_display().lower()}; nothing more can be done to it.")


def check_in_review(edition: Edition) -> None:
    if edition.state != State.IN_REVIEW:
        raise NotAllowed(f"This edition is {edition.get_state_display().lower()}, not in review.")


def check_can_revise(edition: Edition, by: User) -> None:
    check_permission(by, "review.change_edition", "edit drafts")
    check_open(edition)
    if edition.state == State.APPROVED:
        raise NotAllowed("This text is approved: void the approval first.")


def check_can_waive(finding: Finding, edition: Edition, by: User) -> None:
    check_permission(by, "review.waive_finding", "waive a blocking check")
    check_in_review(edition)
    if finding.revision_id != edition.head_id:
        raise NotAllowed("That finding belongs to an earlier revision.")
    if finding.severity != Severity.BLOCKER:
        raise NotAllowed("Only a blocking check needs a waiver.")
    if not finding.is_waivable:
        raise NotAllowed("This check cannot be waived: take the coded fact out, or mend it.")
    if finding.waivers.exists():
        raise NotAllowed("That check has been waived already.")


@dataclass(frozen=True)
class Case:
    """An edition's head with what speaks for and against it. Three queries, made by :func:`load_case`.

    ``writers`` and ``instructors`` are the keys of all who wrote a part of the head, or had it drafted. ``needs_two``
    are the reasons for a second approval: once one holds for any revision, it holds for all that follow.
    """

    edition: Edition
    head: Revision
    findings: list[Finding]
    decisions: list[Decision]
    writers: frozenset[int]
    instructors: frozenset[int]
    needs_two: frozenset[str]
    open_objections: int

    @cached_property
    def waivers(self) -> dict[int, Decision]:
        """Finding key → the decision that waives it."""
        return {d.finding_id: d for d in self.decisions if d.kind == DecisionKind.WAIVE and d.finding_id}

    @property
    def blockers(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == Severity.BLOCKER]

    @property
    def open_blockers(self) -> list[Finding]:
        return [finding for finding in self.blockers if finding.pk not in self.waivers]

    @property
    def approvals(self) -> list[Decision]:
        """Those that count: of this very text, in the edition's current round."""
        return [
            d
            for d in self.decisions
            if d.kind == DecisionKind.APPROVE
            and d.revision_id == self.head.pk
            and d.round == self.edition.round
            and d.content_sha256 == self.head.content_sha256
        ]

    @property
    def reasons_for_two(self) -> list[str]:
        is_high = self.head.exposure_level == Exposure.HIGH
        words = {
            "high": "exposure is high" if is_high else "exposure was rated high in an earlier revision",
            "waived": "a blocking check was waived",
            "correction": "it corrects a publication",
        }
        return [words[reason] for reason in words if reason in self.needs_two]

    @property
    def strictly_required(self) -> int:
        """How many people must approve, wherever more than one works."""
        return 2 if self.reasons_for_two else 1

    @property
    def approvals_required(self) -> int:
        return 1 if settings.ATLAS_SOLO_REVIEW else self.strictly_required

    def is_own_work(self, by: User) -> bool:
        return by.pk in self.writers | self.instructors


def load_case(edition: Edition) -> Case:
    assert edition.head is not None, f"edition {edition.pk} has no revision"
    findings = list(edition.head.findings.order_by("pk"))
    decisions = list(edition.decisions.select_related("by").order_by("id"))
    return Case(edition, edition.head, findings, decisions, *_standing(edition))


# The text's line: the head and what people made it from, back to the draft they began with, which took nothing over.
# PostgreSQL draws it, and gives the reasons for two, here as at commit: review/migrations/0008_desk_guards.py.
_STANDING = """
SELECT ARRAY(SELECT author_id FROM review_line(%(head)s) WHERE author_id IS NOT NULL
        UNION SELECT review_note_writers(%(head)s)),
    ARRAY(SELECT instructed_by_id FROM review_line(%(head)s) WHERE instructed_by_id IS NOT NULL),
    ARRAY(SELECT review_reasons_for_two(%(edition)s)),
    (SELECT count(*) FROM review_comment WHERE edition_id = %(edition)s AND is_blocking AND resolved_at IS NULL)
"""


def _standing(edition: Edition) -> tuple[frozenset[int], frozenset[int], frozenset[str], int]:
    """Writers, instructors, reasons for two people, open blocking comments."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"head": edition.head_id, "edition": edition.pk})
        writers, instructors, reasons, objections = cursor.fetchone()
    return frozenset(writers), frozenset(instructors), frozenset(reasons), objections


def obstacles(case: Case, by: User) -> list[str]:
    """Why ``by`` cannot approve this text now, one sentence each; empty: can."""
    return [*_obstacles_of_person(case, by), *_obstacles_of_text(case)]


def _obstacles_of_person(case: Case, by: User) -> Iterator[str]:
    if not (by.is_active and by.has_perm("review.approve_edition")):
        yield "Your role does not let you approve."
    if any(decision.by_id == by.pk for decision in case.approvals):
        yield "You have approved this text: a second person has to."
    if settings.ATLAS_SOLO_REVIEW:
        return
    if by.pk == case.head.author_id:
        yield "You wrote this revision: a colleague has to approve it."
    elif by.pk in case.writers:
        yield "You wrote a part of this text: somebody who wrote none of it has to approve it."
    elif by.pk in case.instructors:
        yield "This text was drafted to your instructions: a colleague has to approve it."


def _obstacles_of_text(case: Case) -> Iterator[str]:
    if case.edition.state != State.IN_REVIEW:
        yield f"This edition is {case.edition.get_state_display().lower()}, not in review."
    if case.edition.provision_changed:
        yield "The provision has changed since: this text was read against a wording that is no longer in force."
    if case.open_blockers:
        count = len(case.open_blockers)
        yield "One blocking check is open." if count == 1 else f"{count} blocking checks are open."
    if case.open_objections == 1:
        yield "A blocking comment is open: resolve it first."
    elif case.open_objections:
        yield f"{case.open_objections} blocking comments are open: resolve them first."
    if case.edition.kind == EditionKind.CORRECTION and not case.edition.public_note:
        yield "A correction needs its public note: what was wrong."


def check_can_approve(case: Case, by: User) -> None:
    if found := obstacles(case, by):
        raise NotAllowed(*found)


def check_can_void(case: Case, by: User) -> None:
    check_permission(by, "review.approve_edition", "void approvals")
    if case.edition.state not in (State.IN_REVIEW, State.APPROVED) or not case.approvals:
        raise NotAllowed("There is no approval to void.")


def check_can_restore(case: Case, *, is_solo: bool) -> None:
    """Whether what was approved then would be published today."""
    if case.open_objections or (not is_solo and len(case.approvals) < case.strictly_required):
        raise NotAllowed("What was approved then would not be published today: it has to be reviewed again.")


def can_approve(case: Case, by: User) -> bool:
    return not obstacles(case, by)
