"""What the verbs of the editors' desk do, and refuse."""

from typing import Any

import pytest

from analysis.models import DraftJob
from atlas.models import Publication
from review import actions
from review.errors import NotAllowed, StaleEdition
from review.models import Decision, Edition, Event, State
from tests.factories import make_provision
from tests.review.factories import (
    CONTENT,
    INVENTED,
    approve,
    change_text,
    make_edition,
    make_editor,
    make_publication,
    make_run,
    shown,
)

pytestmark = pytest.mark.django_db


def test_a_finished_draft_becomes_an_edition_in_review_with_its_findings() -> None:
    run = make_run()
    assert actions.take_in() == 1
    edition = Edition.objects.get()
    assert edition.state == State.IN_REVIEW
    assert edition.head is not None and edition.head.draft_run == run
    assert edition.head.content() == CONTENT
    assert edition.head.findings.exists()
    assert [event.action for event in Event.objects.all()] == ["take_in"]


def test_taking_in_twice_is_taking_in_once() -> None:
    make_run()
    assert actions.take_in() == 1
    assert actions.take_in() == 0
    assert Edition.objects.count() == 1


def test_an_approval_publishes_exactly_the_revision_approved() -> None:
    edition = approve(make_edition())
    publication = Publication.objects.get()
    assert edition.state == State.PUBLISHED
    assert publication.content() == CONTENT
    assert publication.revision_id == edition.approved_revision_id
    assert (publication.number, publication.drafter) == ("1.0", "Outline without a model")
    assert publication.approvals.get().role == "Lawyer"
    assert [event.action for event in Event.objects.all()] == ["take_in", "approve", "publish"]


def test_no_step_from_a_draft_to_readers_asks_twice(django_assert_max_num_queries: Any) -> None:
    make_publication()  # what is read once a process, is read
    run, by = make_run(), make_editor()
    with django_assert_max_num_queries(19):
        actions.take_in()
    edition = Edition.objects.get(revisions__draft_run=run)
    opened = shown(edition)
    with django_assert_max_num_queries(26):
        actions.approve(edition, by=by, **opened)
    assert Publication.objects.filter(provision=edition.provision).exists()


def test_a_new_text_of_the_provision_supersedes_under_the_next_major_number() -> None:
    first = make_publication()
    change_text(first.provision, "We train on nothing. We may use your Content to train and improve our models.")
    second = make_publication(first.provision)
    first.refresh_from_db()
    assert first.superseded_at is not None
    assert second.number == "2.0"
    assert Publication.objects.live().get() == second


def test_a_correction_needs_two_people_and_a_public_note_and_gets_a_minor_number() -> None:
    first = make_publication()
    edition = make_edition(first.provision, practical_effect="Better words.")
    assert edition.kind == "correction"
    editor = make_editor("Editor")
    with pytest.raises(NotAllowed, match="public note"):
        approve(edition)
    actions.revise(edition, {}, by=editor, lock_version=edition.lock_version, public_note="The effect was wrong.")
    assert approve(edition).state == State.IN_REVIEW
    assert approve(edition).state == State.PUBLISHED
    live = Publication.objects.live().get()
    assert (live.number, live.public_note) == ("1.1", "The effect was wrong.")


def test_high_exposure_needs_two_people() -> None:
    edition = make_edition(exposure_level="high")
    reviewer = make_editor()
    assert approve(edition, reviewer).state == State.IN_REVIEW
    with pytest.raises(NotAllowed, match="second person"):
        approve(edition, reviewer)
    assert approve(edition).state == State.PUBLISHED


def test_nobody_approves_what_they_wrote() -> None:
    edition, author = make_edition(), make_editor()
    actions.revise(edition, {"title": "My words"}, by=author, lock_version=edition.lock_version)
    with pytest.raises(NotAllowed, match="You wrote this"):
        approve(edition, author)
    assert approve(edition).state == State.PUBLISHED


def test_nobody_approves_what_was_drafted_to_their_instructions() -> None:
    edition, instructor = make_edition(), make_editor()
    actions.request_changes(edition, by=instructor, lock_version=edition.lock_version, reason="Say who may opt out.")
    job = DraftJob.objects.get(edition_ref=edition.pk)
    assert (job.reason, job.instructions) == ("redraft", "Say who may opt out.")
    make_run(job=job, title="Redrafted")
    actions.take_in()
    edition.refresh_from_db()
    assert (edition.state, edition.revisions.count()) == (State.IN_REVIEW, 2)
    with pytest.raises(NotAllowed, match="your instructions"):
        approve(edition, instructor)
    assert approve(edition).state == State.PUBLISHED


def test_a_superuser_is_bound_by_the_same_rules() -> None:
    edition, root = make_edition(), make_editor(is_superuser=True)
    actions.revise(edition, {"title": "My words"}, by=root, lock_version=edition.lock_version)
    with pytest.raises(NotAllowed, match="You wrote this"):
        approve(edition, root)


def test_a_single_editor_deployment_may_approve_its_own_text_and_says_so(settings: pytest.FixtureRequest) -> None:
    settings.ATLAS_SOLO_REVIEW = True  # type: ignore[attr-defined]
    edition, editor = make_edition(exposure_level="high"), make_editor()
    actions.revise(edition, {"title": "My words"}, by=editor, lock_version=edition.lock_version)
    approve(edition, editor)
    assert Publication.objects.get().solo_review
    assert Decision.objects.get(kind="approve").is_self_approval


def test_a_quote_that_is_not_in_the_source_needs_a_waiver_and_then_two_people() -> None:
    edition, senior = make_edition(**INVENTED), make_editor("Senior reviewer")
    finding = edition.head.findings.filter(severity="blocker")[0]
    with pytest.raises(NotAllowed, match="blocking check"):
        approve(edition)
    with pytest.raises(NotAllowed, match="role does not let you waive"):
        actions.waive(finding, by=make_editor(), lock_version=edition.lock_version, reason="Seen on paper.")
    for blocker in edition.head.findings.filter(severity="blocker"):
        actions.waive(blocker, by=senior, lock_version=shown(edition)["lock_version"], reason="Seen on paper.")
    assert approve(edition).state == State.IN_REVIEW
    assert approve(edition).state == State.PUBLISHED


def test_a_waiver_does_not_outlive_its_revision() -> None:
    edition, senior = make_edition(**INVENTED), make_editor("Senior reviewer")
    for blocker in edition.head.findings.filter(severity="blocker"):
        actions.waive(blocker, by=senior, lock_version=shown(edition)["lock_version"], reason="Seen on paper.")
    actions.revise(edition, {"title": "Other"}, by=make_editor("Editor"), lock_version=shown(edition)["lock_version"])
    with pytest.raises(NotAllowed, match="blocking check"):
        approve(edition)


def test_saving_the_same_text_makes_nothing() -> None:
    edition = make_edition()
    before = Event.objects.count()
    actions.revise(edition, dict(CONTENT), by=make_editor("Editor"), lock_version=edition.lock_version)
    assert (edition.revisions.count(), Event.objects.count()) == (1, before)


def test_a_new_revision_leaves_earlier_approvals_behind() -> None:
    edition, first = make_edition(exposure_level="high"), make_editor()
    approve(edition, first)
    actions.revise(edition, {"title": "Other"}, by=make_editor("Editor"), lock_version=shown(edition)["lock_version"])
    assert approve(edition).state == State.IN_REVIEW
    assert approve(edition, first).state == State.PUBLISHED


def test_a_voided_approval_no_longer_counts_and_may_be_given_again() -> None:
    edition, first = make_edition(exposure_level="high"), make_editor()
    approve(edition, first)
    actions.void(edition, by=first, lock_version=shown(edition)["lock_version"], reason="Read too fast.")
    assert approve(edition).state == State.IN_REVIEW
    assert approve(edition, first).state == State.PUBLISHED


def test_an_approval_of_another_text_than_the_one_shown_is_refused() -> None:
    edition = make_edition()
    with pytest.raises(NotAllowed, match="not the text"):
        actions.approve(edition, by=make_editor(), **{**shown(edition), "content_sha256": "0" * 64})


def test_a_form_opened_before_a_colleague_saved_is_told_what_happened() -> None:
    edition, colleague = make_edition(), make_editor("Editor", "ada")
    opened = shown(edition)
    actions.revise(edition, {"title": "Other"}, by=colleague, lock_version=edition.lock_version)
    with pytest.raises(StaleEdition, match="Ada saved a revision"):
        actions.approve(edition, by=make_editor(), **opened)


def test_an_approval_is_refused_when_the_provision_changed_meanwhile() -> None:
    edition = make_edition()
    change_text(edition.provision, "Everything is different now.")
    with pytest.raises(NotAllowed, match="no longer in force"):
        approve(edition)
    assert not Publication.objects.exists()


def test_an_approval_stands_when_only_the_typography_of_the_provision_changed() -> None:
    edition = make_edition()
    change_text(edition.provision, edition.wording.text.replace(". ", ".\n"))
    assert approve(edition).state == State.PUBLISHED


def test_a_draft_of_the_new_wording_replaces_the_edition_of_the_old_one() -> None:
    old = make_edition()
    change_text(old.provision, "We may use your Content to train and improve our models. Always.")
    new = make_edition(old.provision)
    old.refresh_from_db()
    assert (old.state, new.state) == (State.DISCARDED, State.IN_REVIEW)
    assert Event.objects.get(edition_ref=old.pk, action="discard").data["reason"] == "The provision changed."


def test_a_draft_that_arrives_after_its_wording_has_gone_is_kept_but_not_offered() -> None:
    provision = make_provision()
    run = make_run(provision)
    change_text(provision, "Everything is different now.")
    actions.take_in()
    assert Edition.objects.get(revisions__draft_run=run).state == State.DISCARDED


def test_an_editor_starts_by_hand_and_needs_a_colleague() -> None:
    provision, editor = make_provision(), make_editor()
    edition = actions.open_edition(provision, by=editor)
    text = {key: CONTENT[key] for key in ("title", "summary", "exposure_level", "practical_effect")}
    actions.revise(edition, text, by=editor, lock_version=edition.lock_version)
    with pytest.raises(NotAllowed, match="You wrote this"):
        approve(edition, editor)
    with pytest.raises(NotAllowed, match="open edition already"):
        actions.open_edition(provision, by=editor)


def test_a_discarded_edition_needs_a_reason_and_is_over() -> None:
    edition, editor = make_edition(), make_editor("Editor")
    with pytest.raises(NotAllowed, match="reason"):
        actions.discard(edition, by=editor, lock_version=edition.lock_version, reason=" ")
    actions.discard(edition, by=editor, lock_version=edition.lock_version, reason="Not material.")
    with pytest.raises(NotAllowed, match="discarded"):
        actions.discard(edition, by=editor, lock_version=shown(edition)["lock_version"], reason="Again.")


def test_withdrawing_and_retracting_end_a_publication_with_a_public_reason() -> None:
    publication, senior, managing = make_publication(), make_editor("Senior reviewer"), make_editor("Managing editor")
    with pytest.raises(NotAllowed, match="role does not let you"):
        actions.withdraw(publication, by=make_editor(), reason="Wrong.")
    actions.withdraw(publication, by=senior, reason="The quote was cut short.")
    publication.refresh_from_db()
    assert publication.withdrawn_at and publication.withdrawal_note == "The quote was cut short."
    assert not Publication.objects.live().exists()
    with pytest.raises(NotAllowed, match="role does not let you"):
        actions.retract(publication, by=senior, reason="It must not be read.")
    actions.retract(publication, by=managing, reason="It must not be read.")
    publication.refresh_from_db()
    assert publication.retracted_at and publication.retraction_note == "It must not be read."
    assert publication.withdrawal_note == "The quote was cut short."
    with pytest.raises(NotAllowed, match="already"):
        actions.retract(publication, by=managing, reason="Again.")


def test_a_claim_lasts_a_quarter_of_an_hour_and_the_next_one_goes_to_the_next_person() -> None:
    first, second = make_edition(), make_edition()
    ada, bob = make_editor(), make_editor()
    assert actions.claim_next(by=ada) == first
    assert actions.claim_next(by=bob) == second
    assert actions.claim_next(by=make_editor()) is None
    actions.release(first, by=ada)
    assert actions.claim_next(by=make_editor()) == first


def test_a_claim_does_not_make_an_open_form_stale() -> None:
    edition = make_edition()
    opened = shown(edition)
    actions.claim(edition, by=make_editor())
    actions.approve(edition, by=make_editor(), **opened)
