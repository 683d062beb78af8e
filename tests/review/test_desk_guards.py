"""What PostgreSQL holds of decisions, comments, carried texts, schedules, requests and the ends of publications.

Round the application, each time: raw SQL, ``update``, ``bulk_create``, ``delete``, TRUNCATE.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from django.utils import timezone

from analysis.models import DraftJob
from atlas.models import Approval, Publication
from review import actions, following, system_checks
from review.models import AnalysisRequest, Comment, Decision, Edition, Event, Finding, Revision, State
from review.policies import load_case
from tests.factories import NOON, make_provision, make_user
from tests.review.factories import (
    CONTENT,
    INVENTED,
    approve,
    change_text,
    check_constraints,
    make_edition,
    make_editor,
    make_publication,
    make_run,
    return_to,
    shown,
)
from tests.review.test_guards import forge, run

pytestmark = pytest.mark.django_db
OTHER = "We may use your Content to train and improve our models. You cannot opt out of this."


@contextmanager
def refused(words: str) -> Iterator[None]:
    """PostgreSQL refuses the block with these words, and nothing of it is written."""
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        yield


def written(make: Callable[[], object]) -> None:
    """Write a row, and check what COMMIT would."""
    with transaction.atomic():
        make()
        check_constraints()


def decide(edition: Edition, kind: str = "approve", *, of: Edition | None = None, **columns: Any) -> Decision:
    """A decision as somebody writes it who walks round the verbs."""
    head = columns.pop("revision", edition.head)
    values = {
        "edition": of or edition,
        "revision": head,
        "wording": edition.wording,
        "content_sha256": head.content_sha256,
        "round": edition.round,
        "by": make_editor(),
        "reason": "Because.",
    }
    return Decision.objects.bulk_create([Decision(kind=kind, **{**values, **columns})])[0]


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


class TestComments:
    def comment(self, edition: Edition, **columns: Any) -> Comment:
        values = {"edition": edition, "revision": edition.head, "body": "Whose data?", "by": make_editor()}
        return Comment.objects.bulk_create([Comment(**{**values, **columns})])[0]

    @pytest.mark.parametrize("change", ["body = 'Fine.'", "is_blocking = false", "by_id = by_id + 1", "quote = 'x'"])
    def test_what_was_said_stays_said(self, change: str) -> None:
        self.comment(make_edition(), is_blocking=True)
        with refused("only ever added"):
            run(f"UPDATE review_comment SET {change}")

    def test_it_is_resolved_once_by_somebody(self) -> None:
        comment, by = self.comment(make_edition(), is_blocking=True), make_editor()
        rows = Comment.objects.filter(pk=comment.pk)
        with refused("comment_resolved_by_somebody"):
            written(lambda: rows.update(resolved_at=NOON))
        written(lambda: rows.update(resolved_at=NOON, resolved_by=by))
        for columns in ({"resolved_at": timezone.now()}, {"resolved_by": make_editor()}):
            with refused("stays as it is"):
                written(lambda columns=columns: rows.update(**columns))  # type: ignore[misc]
        with refused("stays as it is"):
            written(lambda: rows.update(resolved_at=None, resolved_by=None))

    def test_it_is_never_deleted(self) -> None:
        self.comment(make_edition())
        with refused("only ever added"):
            written(lambda: Comment.objects.all().delete())

    def test_it_belongs_to_its_edition_and_so_does_what_it_answers(self) -> None:
        edition, other = make_edition(), make_edition()
        with refused("a revision of its edition"):
            self.comment(edition, revision=other.head)
        thread = self.comment(other)
        with refused("belongs to the edition"):
            self.comment(edition, reply_to=thread)

    def test_it_begins_unresolved(self) -> None:
        with refused("begins unresolved"):
            self.comment(make_edition(), resolved_at=NOON, resolved_by=make_editor())

    def test_an_open_blocking_one_stops_a_publication_until_it_is_resolved(self) -> None:
        edition = make_edition()
        comment = self.comment(edition, is_blocking=True)
        with refused("blocking comment"):
            forge(edition, approvers=(make_editor(),))
        Comment.objects.filter(pk=comment.pk).update(resolved_at=NOON, resolved_by=make_editor())
        forge(edition, approvers=(make_editor(),))


class TestRequests:
    def test_what_was_decided_stays_decided(self) -> None:
        by = make_editor()
        asked = AnalysisRequest.objects.create(provision=make_provision(), asked_by=make_user(), reason="Please.")
        rows = AnalysisRequest.objects.filter(pk=asked.pk)
        written(lambda: rows.update(ruling="declined", answer="It stands as it was.", decided_by=by, decided_at=NOON))
        for columns in ({"answer": "Other."}, {"decided_at": timezone.now()}, {"decided_by": make_editor()}):
            with refused("stays as it is"):
                written(lambda columns=columns: rows.update(**columns))  # type: ignore[misc]
        with refused("stays as it is"):
            written(lambda: rows.update(ruling="", answer="", decided_by=None, decided_at=None))

    @pytest.mark.parametrize("sql", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
    def test_what_was_asked_stays_asked(self, sql: str) -> None:
        AnalysisRequest.objects.create(provision=make_provision(), asked_by=make_user(), reason="Please.")
        with refused("only ever added"):
            run(sql.format("review_analysisrequest"))


class TestAnEdition:
    def test_is_about_a_wording_of_its_provision(self) -> None:
        with refused("its own provision"):
            Edition.objects.create(provision=make_provision(), wording=make_provision().current_wording)

    def test_is_handed_down_a_text_about_the_same_provision(self) -> None:
        provision, other = make_provision(), make_edition()
        with refused("about the same provision"):
            Edition.objects.create(provision=provision, wording=provision.current_wording, carried_from=other.head)

    def test_what_it_was_handed_down_never_changes(self) -> None:
        make_edition()
        with refused("never change"):
            run("UPDATE review_edition SET carried_from_id = head_id, lock_version = lock_version + 1")

    def test_its_hour_moves_with_the_lock_version_and_only_once_approved(self) -> None:
        edition = make_edition()
        with refused("without a new lock version"):
            run("UPDATE review_edition SET publish_at = now() WHERE id = %s", edition.pk)
        with refused("edition_scheduled_is_approved"):
            run("UPDATE review_edition SET publish_at = now(), lock_version = lock_version + 1")

    def test_its_text_is_its_own(self) -> None:
        edition, other = make_edition(), make_edition()
        with refused("one of its own revisions"):
            Edition.objects.filter(pk=edition.pk).update(head=other.head, lock_version=F("lock_version") + 1)

    def test_what_is_approved_is_the_latest_text(self) -> None:
        edition = make_edition()
        first = edition.head
        actions.revise(edition, {"title": "Other"}, by=make_editor(), lock_version=edition.lock_version)
        with refused("its latest text"):
            Edition.objects.filter(pk=edition.pk).update(
                state="approved", approved_revision=first, lock_version=F("lock_version") + 1
            )

    @pytest.mark.parametrize(
        "change", ["round = round + 1", "public_note = 'x'", "due_at = now()", "closed_at = now()"]
    )
    def test_nothing_of_a_closed_one_moves(self, change: str) -> None:
        make_publication()
        with refused("nothing of it moves any more"):
            run(f"UPDATE review_edition SET {change}, lock_version = lock_version + 1")

    def test_who_is_to_do_it_and_by_when_leaves_open_forms_as_they_are(self) -> None:
        edition = make_edition()
        Edition.objects.filter(pk=edition.pk).update(assigned_to=make_editor(), due_at=NOON)
        actions.approve(edition, by=make_editor(), **shown(edition))


class TestRevisions:
    def carried(self, edition: Edition, parent: Revision | None, **columns: Any) -> Revision:
        assert parent is not None
        content = {**parent.content(), "content_sha256": parent.content_sha256, **columns}
        return Revision.objects.create(edition=edition, number=9, author_kind="carried", parent=parent, **content)

    def test_a_published_edition_gets_no_other_text(self) -> None:
        edition = approve(make_edition())
        with refused("gets no other text"):
            Revision.objects.create(
                edition=edition, number=9, author_kind="person", author=make_editor(), content_sha256="0", **CONTENT
            )

    def test_one_is_made_from_an_earlier_one_of_its_edition(self) -> None:
        edition, other = make_edition(), make_edition()
        with refused("an earlier one of its edition"):
            Revision.objects.create(
                edition=edition,
                number=9,
                author_kind="person",
                author=make_editor(),
                parent=other.head,
                content_sha256="0",
                **CONTENT,
            )

    def test_a_text_is_carried_from_an_earlier_edition_about_the_same_words(self) -> None:
        first = make_edition()
        change_text(first.provision, OTHER)
        second = make_edition(first.provision, summary="A plain reading, long enough to be one.")
        with refused("same words of the same provision"):
            self.carried(second, first.head)
        with refused("same words of the same provision"):
            self.carried(make_edition(), second.head)

    def test_it_stays_as_it_was(self) -> None:
        first = make_edition()
        actions.discard(first, by=make_editor(), lock_version=first.lock_version, reason="Not material.")
        second = make_edition(first.provision)
        with refused("stays as it was"):
            self.carried(second, first.head, exposure_level="low")
        self.carried(second, first.head)

    def test_who_wrote_what_is_carried_counts_as_its_author(self) -> None:
        author = make_editor()
        first = make_edition()
        actions.revise(first, {"title": "Mine"}, by=author, lock_version=first.lock_version)
        change_text(first.provision, OTHER)
        following.follow_changes()
        return_to(first.provision, first.wording)
        following.follow_changes()
        edition = Edition.objects.open().get(provision=first.provision)
        with refused("needs 1 eligible approvals and has 0"):
            forge(edition, approvers=(author,))

    def test_so_does_who_wrote_the_parts_that_a_redraft_left_alone(self) -> None:
        author, edition = make_editor(), make_edition()
        actions.revise(edition, {"title": "Mine"}, by=author, lock_version=edition.lock_version)
        job = DraftJob.objects.create(
            wording=edition.wording, reason="redraft", parts=["summary"], base=CONTENT, state="done", run_after=NOON
        )
        make_run(job=job, wording=edition.wording, title="Mine", practical_effect="Redrafted.")
        actions.take_in()
        edition = Edition.objects.get(pk=edition.pk)
        assert load_case(edition).writers == {author.pk}
        with refused("needs 1 eligible approvals and has 0"):
            forge(edition, approvers=(author,))


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


class TestAPublication:
    def test_does_not_appear_without_its_event(self) -> None:
        edition = make_edition()
        Event.objects.create(edition_ref=edition.pk, action="publish", actor="x", data={"publication": "AT-A-000001"})
        with refused("without its event"):
            Publication.objects.create(
                **edition.head.content(),  # type: ignore[union-attr]
                content_sha256=edition.head.content_sha256,  # type: ignore[union-attr]
                provision=edition.provision,
                wording=edition.wording,
                version=edition.wording.placements.get().version,
                major=1,
                published_at=NOON,
                revision_id=edition.head_id,
                drafter="x",
            )
            decide(edition)
            Edition.objects.filter(pk=edition.pk).update(
                state="approved", approved_revision=edition.head, lock_version=F("lock_version") + 1
            )
            Edition.objects.filter(pk=edition.pk).update(state="published", lock_version=F("lock_version") + 1)
            for source, target in (("in_review", "approved"), ("approved", "published")):
                Event.objects.create(edition_ref=edition.pk, action="x", actor="x", from_state=source, to_state=target)
            check_constraints()

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ("superseded_at = now()", "none took its place"),
            ("withdrawn_at = now(), withdrawal_note = 'x'", "without the decision and the event"),
            ("retracted_at = now(), retraction_note = 'x'", "without the decision and the event"),
            ("withdrawn_at = now()", "with a note"),
            ("withdrawal_note = 'x'", "on a day"),
            ("retraction_note = 'x'", "on a day"),
        ],
    )
    def test_does_not_end_without_its_cause(self, change: str, words: str) -> None:
        make_publication()
        with refused(words):
            run(f"UPDATE atlas_publication SET {change}")

    @pytest.mark.parametrize("kind", ["withdraw", "retract"])
    def test_ends_with_decision_and_event_and_not_with_one_of_them(self, kind: str) -> None:
        publication = make_publication()
        edition = Edition.objects.get(approved_revision=publication.revision_id)
        date, note = {"withdraw": ("withdrawn_at", "withdrawal_note"), "retract": ("retracted_at", "retraction_note")}[
            kind
        ]
        end = f"UPDATE atlas_publication SET {date} = now(), {note} = 'Because.'"
        with refused("without the decision and the event"):
            decide(edition, kind)
            run(end)
        with refused("without the decision and the event"):
            self.tell(edition, kind, publication)
            run(end)
        with refused("without the decision and the event"):
            decide(edition, kind, reason="Another reason.")
            self.tell(edition, kind, publication)
            run(end)
        decide(edition, kind)
        self.tell(edition, kind, publication)
        run(end)

    def tell(self, edition: Edition, kind: str, publication: Publication) -> None:
        Event.objects.create(
            edition_ref=edition.pk, action=kind, actor="x", data={"publication": publication.public_id}
        )

    def test_one_that_was_superseded_is_not_superseded_again_nor_withdrawn(self) -> None:
        first = make_publication()
        change_text(first.provision, OTHER)
        first.provision.refresh_from_db()
        make_publication(first.provision, title="Of the next text")
        with refused("stays as it is"):
            run("UPDATE atlas_publication SET superseded_at = now() WHERE id = %s", first.pk)
        with refused("without the decision"):
            run("UPDATE atlas_publication SET withdrawn_at = now(), withdrawal_note = 'x' WHERE id = %s", first.pk)


class TestTheSameTextAgain:
    """Only what ``restore`` does, and nothing more."""

    @pytest.fixture
    def first(self) -> Publication:
        """Superseded by the publication of another text; then its own text came back."""
        first = make_publication()
        change_text(first.provision, OTHER)
        first.provision.refresh_from_db()
        make_publication(first.provision, title="Of the text between")
        return_to(first.provision, first.wording)
        first.refresh_from_db()
        return first

    def repeat(self, of: Publication, told: str = "restore", **columns: Any) -> None:
        with transaction.atomic():
            Publication.objects.live().filter(provision=of.provision_id).update(superseded_at=NOON)
            kept = ("provision", "wording", "version", "revision_id", "drafter", "solo_review", "public_note")
            values = {name: getattr(of, name) for name in kept} | {"major": 3, "published_at": NOON, **columns}
            again = Publication.objects.create(**of.content(), content_sha256=of.content_sha256, **values)
            edition = Edition.objects.get(approved_revision=of.revision_id)
            Event.objects.create(edition_ref=edition.pk, action=told, actor="x", data={"publication": again.public_id})
            check_constraints()

    def test_the_latest_of_its_words_that_was_superseded(self, first: Publication) -> None:
        self.repeat(first)

    def test_with_its_event(self, first: Publication) -> None:
        with refused("without its event"):
            self.repeat(first, told="publish")

    @pytest.mark.parametrize("columns", [{"drafter": "x"}, {"solo_review": True}])
    def test_with_all_that_stood_beside_it(self, first: Publication, columns: dict[str, Any]) -> None:
        with refused("did not end by being superseded"):
            self.repeat(first, **columns)

    @pytest.mark.parametrize("columns", [{"major": 7}, {"minor": 4}])
    def test_with_the_next_number(self, first: Publication, columns: dict[str, Any]) -> None:
        with refused("not numbered as the next one"):
            self.repeat(first, **columns)

    def test_not_while_its_text_is_not_in_force(self, first: Publication) -> None:
        between = Publication.objects.live().get()
        self.repeat(first)
        with refused("wording in force"):
            self.repeat(between, major=4)

    def test_not_one_that_was_retracted(self, first: Publication) -> None:
        actions.retract(first, by=make_editor("Managing editor"), reason="It was wrong.")
        first.refresh_from_db()
        with refused("did not end by being superseded"):
            self.repeat(first)

    def test_not_while_another_analysis_of_the_words_is_in_review(self, first: Publication) -> None:
        make_edition(first.provision, title="Better words")
        with refused("is in review"):
            self.repeat(first)

    def test_not_one_that_nothing_superseded(self) -> None:
        with refused("did not end by being superseded"):
            self.repeat(make_publication(), major=2)

    def test_nobody_is_added_to_those_who_approved(self, first: Publication) -> None:
        self.repeat(first)
        again = Publication.objects.live().get()
        with refused("did not approve"):
            written(lambda: Approval.objects.create(publication=again, name="A", role="B", approved_at=NOON))


RECORD = [Revision, Finding, Decision, Event, Comment, AnalysisRequest, Publication, Edition]


class TestEveryGuardStands:
    def test_they_are_all_there_always_and_all_listed(self) -> None:
        assert system_checks.standing_guards() == system_checks.GUARDS
        assert system_checks.guards_stand(None, databases=["default"]) == []

    @pytest.mark.parametrize("change", ["DISABLE TRIGGER", "ENABLE TRIGGER"])
    def test_one_that_is_off_or_rests_in_a_replica_is_named(self, change: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE review_event {change} review_event_chain")
        [error] = system_checks.guards_stand(None, databases=["default"])
        assert error.id == "review.E001" and "review_event_chain" in error.msg

    def test_where_no_database_is_checked_nothing_is_said(self) -> None:
        assert system_checks.guards_stand(None) == []

    @pytest.mark.parametrize("model", RECORD)
    def test_a_table_is_not_emptied_outside_of_tests(self, model: type[models.Model]) -> None:
        """The guard lets databases through whose name begins with test_: so its condition is asked for its name."""
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s", [f"{table}_no_truncate"])
            [definition] = cursor.fetchone() or [""]
        assert "BEFORE TRUNCATE" in definition and "!~~ 'test\\_%'" in definition
        with refused("TRUNCATE"), connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TRIGGER no_exception BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION atlas_insert_only()"
            )
            cursor.execute(f"TRUNCATE {table} CASCADE")
