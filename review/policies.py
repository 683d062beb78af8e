"""What must hold before an editor may do something. ``check_…`` raises the sentence the person reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import connection
from django.db.models.expressions import RawSQL

from atlas.models import Exposure, User
from review.errors import NotAllowed
from review.models import AuthorKind, Decision, DecisionKind, Edition, EditionKind, Finding, Revision, Severity, State


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


@dataclass(frozen=True)
class Case:
    """An edition's head with what speaks for and against it. Three or four queries, made by :func:`load_case`.

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
    findings = list(edition.head.findings.all())
    decisions = list(edition.decisions.select_related("by", "revision").order_by("id"))
    origins = origins_of(edition)
    needs_two, objections = _standing(edition)
    return Case(
        edition,
        edition.head,
        findings,
        decisions,
        writers=frozenset(revision.author_id for revision in origins if revision.author_id),
        instructors=frozenset(revision.instructed_by_id for revision in origins if revision.instructed_by_id),
        needs_two=needs_two,
        open_objections=objections,
    )


def _standing(edition: Edition) -> tuple[frozenset[str], int]:
    """Why two people have to approve, as PostgreSQL will see it at commit, and how many blocking comments are open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ARRAY(SELECT review_reasons_for_two(%s)),"
            " (SELECT count(*) FROM review_comment WHERE edition_id = %s AND is_blocking AND resolved_at IS NULL)",
            [edition.pk, edition.pk],
        )
        reasons, objections = cursor.fetchone()
    return frozenset(reasons), objections


def origins_of(edition: Edition) -> list[Revision]:
    """The head and the revisions that people made it from, back to the draft they started from. At most one query.

    A draft takes nothing over from the revision before it, so the line ends there. It goes on into an earlier edition
    where the text was carried over from one. PostgreSQL draws the line, for this and for its own check at commit
    (``review_line`` in ``review/migrations/0008_desk_guards.py``).
    """
    assert edition.head is not None
    if edition.head.author_kind not in (AuthorKind.PERSON, AuthorKind.CARRIED) or edition.head.parent_id is None:
        return [edition.head]
    line = RawSQL("SELECT id FROM review_line(%s)", [edition.head.pk])
    columns = ("edition_id", "parent_id", "author_kind", "author_id", "instructed_by_id")
    return list(Revision.objects.filter(pk__in=line).only(*columns).order_by("-pk"))


def obstacles(case: Case, by: User) -> list[str]:
    """Why ``by`` cannot approve this text now, one sentence each; empty: can."""
    return list(_obstacles(case, by))


def _obstacles(case: Case, by: User) -> Iterator[str]:
    if not (by.is_active and by.has_perm("review.approve_edition")):
        yield "Your role does not let you approve."
    if case.edition.state != State.IN_REVIEW:
        yield f"This edition is {case.edition.get_state_display().lower()}, not in review."
    if case.edition.provision_changed:
        yield "The provision has changed since: this text was read against a wording that is no longer in force."
    if by.pk == case.head.author_id and not settings.ATLAS_SOLO_REVIEW:
        yield "You wrote this revision: a colleague has to approve it."
    elif by.pk in case.writers and not settings.ATLAS_SOLO_REVIEW:
        yield "You wrote a part of this text: somebody who wrote none of it has to approve it."
    elif by.pk in case.instructors and not settings.ATLAS_SOLO_REVIEW:
        yield "This text was drafted to your instructions: a colleague has to approve it."
    if case.open_blockers:
        count = len(case.open_blockers)
        yield "One blocking check is open." if count == 1 else f"{count} blocking checks are open."
    if case.open_objections == 1:
        yield "A blocking comment is open: resolve it first."
    elif case.open_objections:
        yield f"{case.open_objections} blocking comments are open: resolve them first."
    if any(decision.by_id == by.pk for decision in case.approvals):
        yield "You have approved this text: a second person has to."
    if case.edition.kind == EditionKind.CORRECTION and not case.edition.public_note:
        yield "A correction needs its public note: what was wrong."


def check_can_approve(case: Case, by: User) -> None:
    if found := obstacles(case, by):
        raise NotAllowed(*found)


def can_approve(case: Case, by: User) -> bool:
    return not obstacles(case, by)
