"""The sample: fictional platforms whose stories fill every page and every state, told once and without a model."""

import datetime
import logging

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from analysis.models import DraftJob, DraftRun, JobState, RunStatus
from atlas.archive.collections.importing import refresh_statistics
from atlas.models import (
    AttributeValue,
    Capture,
    Change,
    ChangeKind,
    Document,
    Incident,
    Outcome,
    Platform,
    Provision,
    Publication,
    Significance,
    User,
)
from review import actions, following
from review.management.commands.load_sample import quiet_rooms
from review.models import AuthorKind, DecisionKind, Edition, Finding, Revision, Severity, State
from review.policies import can_approve, load_case
from review.sample import story
from review.sample.loading import load_sample

pytestmark = pytest.mark.django_db

ROOMS = ("atlas", "analysis", "review")
TERMS, PRIVACY = "larkspindle-assistant/terms-of-service", "larkspindle-assistant/privacy-policy"
CONTRACT, DPA = "quarrowgate-cloud/commercial-terms", "quarrowgate-cloud/data-processing-agreement"
COMMITMENTS = "quarrowgate-cloud/enterprise-data-commitments"
STUDIO, NOTICE = "tesserwood-studio/terms-of-service", "tesserwood-studio/privacy-notice"
USAGE = "tesserwood-studio/usage-policy"


@pytest.fixture(scope="module", autouse=True)
def _loaded(shared_rows: None) -> None:
    """The sample, told in two goes for all tests of this file."""
    call_command("load_catalogue", verbosity=0)
    load_sample(until=datetime.date(2026, 7, 1))
    load_sample()
    refresh_statistics()  # what a test before this one left there may be of empty tables


def document(path: str) -> Document:
    platform, slug = path.split("/")
    return Document.objects.get(platform__slug=platform, slug=slug)


def provision(path: str, words: str) -> Provision:
    return document(path).provisions.filter(wordings__text__contains=words).distinct().get()


def outcomes(path: str) -> list[str]:
    return list(document(path).captures.order_by("sequence").values_list("outcome", flat=True))


def changes_on(path: str, day: str) -> list[Change]:
    changes = Change.objects.filter(document=document(path), capture__captured_at__date=day)
    return list(changes.select_related("provision", "new_wording").order_by("pk"))


def announced_on(path: str, day: str) -> set[str]:
    changes = Change.objects.announced().filter(document=document(path), capture__captured_at__date=day)
    return set(changes.values_list("provision__title", flat=True))


def numbers(subject: Provision) -> list[str]:
    return [publication.number for publication in subject.publications.order_by("pk")]


# Loading


def test_a_second_load_changes_nothing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    models = [model for model in apps.get_models() if model._meta.app_label in ROOMS]
    before = {model: model._default_manager.count() for model in models}
    call_command("load_sample")
    assert "nothing changed" in capsys.readouterr().out
    assert {model: model._default_manager.count() for model in models} == before


def test_a_load_tells_of_single_rows_only_when_asked(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("review.sample.loading")
    with quiet_rooms(is_quiet=True):
        log.info("row")
        log.warning("trouble")
    with quiet_rooms(is_quiet=False):
        log.info("row, asked for")
    assert [record.message for record in caplog.records] == ["trouble", "row, asked for"]


def test_a_load_that_stopped_half_way_goes_on_where_it_was() -> None:
    assert Capture.objects.count() == len(story.read_looks()), "the fixture loads in two goes"
    assert load_sample().was_there


def test_no_model_is_called() -> None:
    drafted = DraftRun.objects.filter(status=RunStatus.DRAFTED)
    assert set(drafted.values_list("drafter", flat=True)) == {"outline"}
    assert not DraftRun.objects.exclude(input_tokens=None).exists()


def test_platforms_and_people_are_marked_as_samples() -> None:
    assert Platform.objects.count() == Platform.objects.filter(is_sample=True).count() == 3
    assert all("fictional" in platform.description for platform in Platform.objects.all())
    people = User.objects.filter(is_sample=True)
    assert {person.username for person in people} == {"editor", "reviewer", "senior", "auditor", "admin"}
    assert all("ample" in person.public_name and "sample" in person.public_role for person in people)


def test_people_log_in_with_the_printed_password() -> None:
    people = User.objects.filter(is_sample=True)
    assert len({person.password for person in people}) == 1, "one hash for all: hashing takes long"
    assert people[0].check_password(settings.ATLAS_SAMPLE_PASSWORD)


# What it fills


def test_every_outcome_of_a_capture_is_there_but_an_upgrade_of_ours() -> None:
    seen = set(Capture.objects.values_list("outcome", flat=True))
    assert seen == set(Outcome.values) - {Outcome.UPGRADED}


def test_every_resting_state_of_an_edition_is_there() -> None:
    assert set(Edition.objects.values_list("state", flat=True)) == set(State.values) - {State.APPROVED}


def test_publications_stand_are_stale_superseded_withdrawn_and_retracted() -> None:
    publications = Publication.objects.all()
    assert Publication.objects.live().count() >= 8
    assert Publication.objects.stale().count() == 1
    assert publications.filter(superseded_at__isnull=False).count() == 1
    assert publications.get(withdrawn_at__isnull=False).withdrawal_note
    assert publications.get(retracted_at__isnull=False).retraction_note


def test_a_draft_failed_and_none_waits_for_a_model() -> None:
    failed = DraftJob.objects.get(state=JobState.FAILED)
    assert "No model was called" in failed.last_error
    assert set(DraftJob.objects.values_list("state", flat=True)) == {JobState.DONE, JobState.FAILED}


def test_one_person_can_approve_an_outline_at_once() -> None:
    reviewer = User.objects.get(username="reviewer")
    drafts = Edition.objects.filter(state=State.IN_REVIEW, head__author_kind=AuthorKind.OUTLINE)
    ready = [draft for draft in drafts if can_approve(load_case(draft), reviewer)]
    edition = next(draft for draft in ready if load_case(draft).approvals_required == 1)
    assert edition.head is not None
    actions.approve(
        edition,
        by=reviewer,
        lock_version=edition.lock_version,
        revision_id=edition.head.pk,
        content_sha256=edition.head.content_sha256,
        wording_id=edition.wording_id,
    )
    assert edition.provision.publications.live().exists()


def test_an_analysis_of_high_exposure_has_one_of_its_two_approvals() -> None:
    edition = Edition.objects.get(provision=provision(CONTRACT, "total liability arising out of this Agreement"))
    case = load_case(edition)
    assert (edition.state, len(case.approvals), case.approvals_required) == (State.IN_REVIEW, 1, 2)
    assert can_approve(case, User.objects.get(username="senior"))


def test_nothing_of_it_has_still_to_follow_a_change() -> None:
    before = DraftJob.objects.count(), Edition.objects.count()
    assert following.follow_changes() == following.queue_what_changed() == 0
    assert (DraftJob.objects.count(), Edition.objects.count()) == before


def test_an_editor_is_asked_for_changes_with_a_reason() -> None:
    edition = Edition.objects.get(state=State.CHANGES_REQUESTED)
    assert edition.decisions.get(kind=DecisionKind.REQUEST_CHANGES).reason


# The analyses written by hand


def test_hand_written_analyses_have_no_blocker_and_few_warnings() -> None:
    revisions = Revision.objects.filter(author__username="editor").exclude(summary="")
    assert revisions.count() == len(story.read_analyses()) == 13
    findings = Finding.objects.filter(revision__in=revisions)
    assert not findings.filter(severity=Severity.BLOCKER).exists()
    assert findings.filter(severity=Severity.WARNING).count() <= 4


def test_hand_written_analyses_say_who_wrote_them() -> None:
    for revision in Revision.objects.filter(author__username="editor").exclude(summary=""):
        published = Publication.objects.filter(revision_id=revision.pk).first()
        assert published is None or "Sample editor" in published.drafter


def test_all_three_platforms_can_be_compared_on_training() -> None:
    values = AttributeValue.objects.filter(
        publication__in=Publication.objects.live(), attribute__key__startswith="training-default"
    )
    platforms = {value.publication.provision.document.platform.name: value.value for value in values}
    assert platforms == {
        "Larkspindle Assistant": "opt-out",
        "Quarrowgate Cloud": "opt-in",
        "Tesserwood Studio": "always",
    }


# The stories


def test_training_turns_from_opt_in_to_opt_out_and_the_analysis_is_superseded() -> None:
    training = provision(PRIVACY, "use your conversations to train")
    first, second = training.publications.order_by("pk")
    assert (first.number, second.number) == ("1.0", "2.0")
    assert first.superseded_at and second.is_live
    assert (first.exposure_level, second.exposure_level) == ("low", "high")
    assert second.approvals.count() == 2
    assert first.version.public_id in second.change_summary
    assert training.title in announced_on(PRIVACY, "2026-07-20")


def test_retention_rises_from_30_to_90_days_and_leaves_a_stale_analysis_and_a_draft() -> None:
    retention = provision(PRIVACY, "We keep your conversations in your history")
    assert announced_on(PRIVACY, "2026-10-27") == {retention.title}
    assert Publication.objects.stale().get().provision == retention
    assert Edition.objects.open().get(provision=retention).head.author_kind == AuthorKind.OUTLINE  # type: ignore[union-attr]


def test_the_clause_on_subprocessors_moves_and_keeps_its_analysis() -> None:
    subprocessors = provision(DPA, "general written authorisation to engage subprocessors")
    [change] = [change for change in changes_on(DPA, "2026-06-22") if change.provision == subprocessors]
    assert (change.kind, change.significance) == (ChangeKind.MOVED, Significance.COSMETIC)
    assert not announced_on(DPA, "2026-06-22")
    assert subprocessors.publications.live().exists()
    assert subprocessors not in [publication.provision for publication in Publication.objects.stale()]
    assert "at least 30 days" in subprocessors.current_wording.text  # type: ignore[union-attr]


def test_typography_and_spelling_are_announced_nowhere() -> None:
    changes = changes_on(TERMS, "2026-10-05")
    assert len(changes) >= 5
    assert {change.significance for change in changes} == {Significance.COSMETIC}
    assert not DraftJob.objects.filter(change__in=changes).exists()


def test_a_flapping_banner_returns_to_the_first_version() -> None:
    assert outcomes(STUDIO) == [Outcome.FIRST, Outcome.CHANGED, Outcome.RETURNED, Outcome.CHANGED]
    assert document(STUDIO).versions.count() == 3
    assert not announced_on(STUDIO, "2026-06-29")


def test_an_error_page_is_held_until_a_good_capture_closes_the_incident() -> None:
    assert outcomes(PRIVACY)[3:5] == [Outcome.QUARANTINED, Outcome.UNCHANGED]
    incident = Incident.objects.get(document=document(PRIVACY))
    assert incident.closed_by is not None and incident.closed_by.outcome == Outcome.UNCHANGED
    assert not changes_on(PRIVACY, "2026-09-02")


def test_one_incident_is_open() -> None:
    assert Incident.objects.get(closed_at=None).document == document(USAGE)
    assert outcomes(USAGE)[-2:] == [Outcome.QUARANTINED, Outcome.FAILED]


def test_the_cap_on_liability_falls() -> None:
    assert provision(CONTRACT, "total liability").title in announced_on(CONTRACT, "2026-08-31")


def test_an_arbitration_clause_is_added() -> None:
    [change] = [change for change in changes_on(TERMS, "2026-06-15") if change.kind == ChangeKind.ADDED]
    assert "binding arbitration" in change.new_wording.text  # type: ignore[union-attr]
    assert numbers(change.provision) == ["1.0"]


def test_a_provision_is_removed_and_its_analysis_withdrawn_with_a_notice() -> None:
    indemnity = provision(STUDIO, "infringes its copyright")
    assert indemnity.removed_at is not None
    [change] = [change for change in changes_on(STUDIO, "2026-09-21") if change.kind == ChangeKind.REMOVED]
    assert change.provision == indemnity
    assert "21 September 2026" in indemnity.publications.get(withdrawn_at__isnull=False).withdrawal_note


def test_the_minimum_age_rises_and_is_rated_low() -> None:
    eligibility = provision(STUDIO, "at least 16 years old")
    publication = eligibility.publications.live().get()
    assert publication.exposure_level == "low"
    assert publication.attribute_values.get().words == "16 years"


def test_a_commitment_not_to_train_stands_unchanged() -> None:
    commitment = provision(COMMITMENTS, "does not train its models on data that you send")
    assert document(COMMITMENTS).standing == "commitment"
    assert document(COMMITMENTS).versions.count() == 2 and commitment.wordings.count() == 1
    assert commitment.publications.live().get().exposure_level == "low"
