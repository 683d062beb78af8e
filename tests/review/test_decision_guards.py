"""What PostgreSQL holds of decisions, round the application: each is bound to its text, and two people stay needed."""

from typing import Any

import pytest

from review import actions
from review.models import Edition, Finding, State
from review.policies import load_case
from tests.factories import NOON, make_provision
from tests.review.factories import CONTENT, INVENTED, approve, make_edition, make_editor, shown
from tests.review.round_the_code import decide, forge, refused, written

pytestmark = pytest.mark.django_db


class TestADecisionIsBound:
    def test_one_that_is_stands(self) -> None:
        written(lambda: decide(make_edition()))

    @pytest.mark.parametrize("column", ["content_sha256", "round", "wording", "edition", "revision"])
    def test_to_its_text_its_wording_its_round(self, column: str) -> None:
        edition, other = make_edition(), make_edition()
        columns: dict[str, Any] = {
            "content_sha256": {"content_sha256": "0" * 64},
            "round": {"round": 2},
            "wording": {"wording": other.wording},
            "edition": {"of": other},
            "revision": {"revision": other.head},
        }[column]
        with refused("is bound to its text"):
            written(lambda: decide(edition, **columns))

    @pytest.mark.parametrize("kind", ["approve", "request_changes", "void", "discard"])
    def test_to_the_latest_text(self, kind: str) -> None:
        edition = make_edition()
        first = edition.head
        actions.revise(edition, {"title": "Other"}, by=make_editor(), lock_version=edition.lock_version)
        edition = Edition.objects.get(pk=edition.pk)
        with refused(f"Nobody can {kind.replace('_', ' ')} this revision"):
            written(lambda: decide(edition, kind, revision=first))

    @pytest.mark.parametrize("kind", ["approve", "request_changes", "void", "discard", "withdraw", "retract"])
    def test_to_a_state_in_which_it_can_be_made(self, kind: str) -> None:
        edition = make_edition()
        if kind not in ("withdraw", "retract"):
            actions.discard(edition, by=make_editor(), lock_version=edition.lock_version, reason="Not material.")
        with refused("it is (discarded|in review)"):
            written(lambda: decide(Edition.objects.get(pk=edition.pk), kind))

    def test_nobody_backdates_one(self) -> None:
        decision = decide(make_edition(), at=NOON.replace(year=2001))
        decision.refresh_from_db()
        assert decision.at.year > 2001

    @pytest.mark.parametrize("which", ["of another text", "no blocker", "a wrong coded fact"])
    def test_a_waiver_is_of_a_blocking_finding_on_the_very_text(self, which: str) -> None:
        edition, other = make_edition(**INVENTED), make_edition(make_provision(), **INVENTED)
        assert edition.head is not None and other.head is not None
        finding = {
            "of another text": lambda: other.head.findings.filter(severity="blocker")[0],  # type: ignore[union-attr]
            "no blocker": lambda: edition.head.findings.filter(severity="pass")[0],  # type: ignore[union-attr]
            "a wrong coded fact": lambda: Finding.objects.create(
                revision=edition.head, code="attributes", severity="blocker", message="Unknown."
            ),
        }[which]()
        with refused("can be waived"):
            written(lambda: decide(edition, "waive", finding=finding))


class TestTwoPeopleStayNeeded:
    def test_where_an_earlier_revision_was_rated_high(self) -> None:
        edition = make_edition(exposure_level="high")
        actions.revise(edition, {"exposure_level": "low"}, by=make_editor(), lock_version=edition.lock_version)
        edition = Edition.objects.get(pk=edition.pk)
        assert load_case(edition).reasons_for_two == ["exposure was rated high in an earlier revision"]
        with refused("needs 2 eligible approvals and has 1"):
            forge(edition, approvers=(make_editor(),))
        assert approve(edition).state == State.IN_REVIEW
        assert approve(edition).state == State.PUBLISHED

    def test_where_a_blocker_was_waived_and_then_written_away(self) -> None:
        edition, senior = make_edition(**INVENTED), make_editor("Senior reviewer")
        for blocker in edition.head.findings.filter(severity="blocker"):  # type: ignore[union-attr]
            actions.waive(blocker, by=senior, lock_version=shown(edition)["lock_version"], reason="Seen on paper.")
        lock = shown(edition)["lock_version"]
        actions.revise(edition, {"summary": CONTENT["summary"]}, by=make_editor("Editor"), lock_version=lock)
        edition = Edition.objects.get(pk=edition.pk)
        case = load_case(edition)
        assert not case.open_blockers and case.reasons_for_two == ["a blocking check was waived"]
        with refused("needs 2 eligible approvals and has 1"):
            forge(edition, approvers=(make_editor(),))
