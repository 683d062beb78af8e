"""What a model service and a model can do wrong, and what becomes of it: one row each, over the whole way.

Each row drafts one job once, with the real drain against the real server, which does what the row says. They share
one database, as the jobs of an installation do, which is emptied after the last.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.db import connections
from django.test import TransactionTestCase
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from analysis import leases
from analysis.attempt import Attempt
from analysis.checks import run_checks
from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun, Hold, HoldCause, JobState, RunStatus
from analysis.outline import compose_outline
from analysis.storing import store
from atlas.config import load_config
from tests.analysis.catalogue_rows import make_small_catalogue
from tests.analysis.jobs import queued_job
from tests.servers import answers, faults
from tests.servers.openai import ModelServer
from tests.servers.replies import Behaviour

pytestmark = pytest.mark.usefixtures("no_hold")

TEXT = (
    "We may use your Content to train or improve our models, but not your private messages. You can opt out at any "
    "time in your account settings. If you opt out, we keep your Content for 30 days."
)
TOPICS = ("training-user-content", "retention-deletion")
QUEUED, FAILED, DONE = JobState.QUEUED, JobState.FAILED, JobState.DONE


@dataclass(frozen=True)
class Fault:
    """What happens, and what comes of it. ``reads`` is what the editor reads, as a pattern."""

    behaviour: Behaviour | Sequence[Behaviour]
    kind: str
    reads: str
    state: JobState = QUEUED
    charged: int = 1
    requests: int = 1
    hold: HoldCause | None = None
    timeout: str = "20"

    @property
    def script(self) -> Sequence[Behaviour]:
        return self.behaviour if isinstance(self.behaviour, Sequence) else [self.behaviour]


SERVICE = {
    # Not there, or not for long: tried again, at the cost of an attempt.
    "drops the connection before any byte": Fault(faults.dropped, "transient", "service failed"),
    "drops the connection in the middle of the body": Fault(faults.broken_off, "transient", "service failed"),
    "answers 408": Fault(faults.status(408), "timeout", "did not answer in time"),
    "answers 500": Fault(faults.status(500), "transient", r"service failed \(500\)"),
    "answers 502": Fault(faults.status(502), "transient", r"service failed \(502\)"),
    "answers 503": Fault(faults.status(503), "transient", r"service failed \(503\)"),
    "answers 529": Fault(faults.status(529), "transient", r"service failed \(529\)"),
    "answers with a page and 200": Fault(faults.html, "transient", "service failed"),
    "answers with a page that says it is JSON": Fault(faults.not_json, "transient", "service failed"),
    "answers with half a JSON body": Fault(faults.broken_body, "transient", "service failed"),
    "says its usage in words": Fault(answers.with_usage({"prompt_tokens": "many"}), "transient", "service failed"),
    "never answers": Fault(faults.silence, "timeout", r"within 0\.3 seconds", timeout="0.3"),
    "sends a byte now and then": Fault(faults.trickle, "timeout", r"within 0\.3 seconds", timeout="0.3"),
    "thinks for longer than it may": Fault(
        faults.after(1, answers.good), "timeout", r"within 0\.3 seconds", timeout="0.3"
    ),
    # Asks for patience: all wait, nobody is charged.
    "is at its rate limit, for seconds": Fault(
        faults.status(429, Retry_After="90"), "rate", "at its rate limit", charged=0, hold=HoldCause.RATE
    ),
    "is at its rate limit, until a date": Fault(
        faults.patience_until_a_date(90), "rate", "at its rate limit", charged=0, hold=HoldCause.RATE
    ),
    "is at its rate limit, for milliseconds": Fault(
        faults.status(429, retry_after_ms="90000"), "rate", "at its rate limit", charged=0, hold=HoldCause.RATE
    ),
    "is at its rate limit, for ever": Fault(
        faults.status(429, Retry_After="inf"), "rate", "at its rate limit", charged=0, hold=HoldCause.RATE
    ),
    "is at its rate limit, for longer than there is time": Fault(
        faults.status(429, Retry_After="9" * 20), "rate", "at its rate limit", charged=0, hold=HoldCause.RATE
    ),
    "is at its rate limit, without saying how long": Fault(
        faults.status(429), "rate", "at its rate limit", charged=0, hold=HoldCause.RATE
    ),
    # A person has to act: the model is held, nobody is charged.
    "has an account without quota": Fault(faults.quota, "budget", "top it up", charged=0, hold=HoldCause.QUOTA),
    "answers 402": Fault(faults.status(402), "budget", "top it up", charged=0, hold=HoldCause.QUOTA),
    "answers 401": Fault(faults.wrong_key, "config", "ATLAS_LLM_API_KEY", charged=0, hold=HoldCause.CONFIG),
    "answers 403": Fault(faults.status(403), "config", "ATLAS_LLM_API_KEY", charged=0, hold=HoldCause.CONFIG),
    "answers 404": Fault(faults.unknown_model, "config", "ATLAS_LLM_MODEL", charged=0, hold=HoldCause.CONFIG),
    # Does not take what we send.
    "answers 400 for a parameter": Fault(
        faults.unknown_parameter, "request", r"does not accept the request \(400\).*response_format", FAILED
    ),
    "answers 422": Fault(faults.status(422, "no such thing"), "request", r"\(422\).*no such thing", FAILED),
    "answers 400 for the length": Fault(faults.context_length, "too_long", "too long for the model"),
    "answers 413": Fault(faults.status(413), "too_long", "too long for the model"),
    "answers 400 for its content policy": Fault(faults.content_policy, "refused", "declined.*content policy", FAILED),
}

UNUSABLE = {
    "sends no choices": Fault(faults.empty, "empty", "answer was empty"),
    "sends empty content": Fault(answers.empty_content, "empty", "answer was empty"),
    "sends null content": Fault(answers.null_content, "empty", "answer was empty"),
    "declines": Fault(answers.refusal, "refused", "declined: i can't help|declined: I can't help", FAILED),
    "is stopped by a filter": Fault(answers.stopped_by_filter, "refused", "content filter", FAILED),
    "is cut off": Fault(answers.cut_off, "truncated", "cut off at its longest"),
    "sends broken JSON, twice": Fault([answers.broken_json] * 2, "invalid", "not usable, twice", FAILED, requests=2),
    "sends a string instead of an object, twice": Fault(
        [answers.not_an_object] * 2, "invalid", "not usable, twice", FAILED, requests=2
    ),
    "cites what it was not given, twice": Fault(
        [answers.invented_citation] * 2, "invalid", "gdpr-art-999.*is not one of", FAILED, requests=2
    ),
    "sends a null character, twice": Fault(
        [answers.with_null_character] * 2, "invalid", "null character", FAILED, requests=2
    ),
    "sends half a surrogate pair, twice": Fault(
        [answers.with_half_a_surrogate] * 2, "invalid", "not usable, twice", FAILED, requests=2
    ),
    "sends five megabytes in one field, twice": Fault(
        [answers.huge] * 2, "invalid", "title: String should have at most", FAILED, requests=2
    ),
    "is refused when it is asked again": Fault(
        [answers.broken_json, faults.status(503)], "transient", r"\(503\)", requests=2
    ),
}


def drafted(behaviour: Behaviour | Sequence[Behaviour], reads: str, *, requests: int = 1) -> Fault:
    return Fault(behaviour, "", reads, DONE, requests=requests)


NOTHING = r"(?s)\A(?!.*\bblocker:)"
NOT_THERE = r"“.*” does not stand in the wording"
MISQUOTED = [answers.mending_nothing]  # the second request asks to mend the quote

DRAFTED = {
    "answers well": drafted(answers.good, NOTHING),
    "answers well, and late": drafted(faults.after(0.2, answers.good), NOTHING),
    "puts its JSON into a code fence": drafted(answers.in_a_fence, NOTHING),
    "puts five megabytes of blanks behind it": drafted(answers.padded, NOTHING),
    "answers well when it is asked again": drafted([answers.broken_json, answers.good], NOTHING, requests=2),
    "says nothing of its usage": drafted(answers.with_envelope(usage=None), NOTHING),
    "says that its usage is null": drafted(answers.with_usage(None), NOTHING),
    "says a negative usage": drafted(
        answers.with_usage({"prompt_tokens": -1, "completion_tokens": -5, "total_tokens": -6}), NOTHING
    ),
    "says an impossible usage": drafted(
        answers.with_usage({"prompt_tokens": 10**12, "completion_tokens": 2, "total_tokens": 3}), NOTHING
    ),
    "does not say which model it is": drafted(answers.with_envelope(model=None), NOTHING),
    "has no id": drafted(answers.with_envelope(id=None), NOTHING),
    "has an endless id": drafted(answers.with_envelope(id="x" * 1_000, model="m" * 1_000), NOTHING),
    "has a null character in its id": drafted(answers.with_envelope(id="x\0", system_fingerprint="\0"), NOTHING),
    # What the checks are for. A quote that is not there is asked for once more.
    "invents a quote": drafted([answers.invented_quote, answers.mending_nothing], NOT_THERE, requests=2),
    "invents another one when it is asked": drafted(
        [answers.invented_quote, answers.mending_badly], NOT_THERE, requests=2
    ),
    "mends its quote": drafted([answers.invented_quote, answers.good], NOTHING, requests=2),
    "fails when it is to mend its quote": drafted([answers.invented_quote, faults.dropped], NOT_THERE, requests=2),
    "babbles when it is to mend its quote": drafted(
        [answers.invented_quote, answers.broken_json], NOT_THERE, requests=2
    ),
    "drops a not": drafted([answers.misquoting("but not your", "but your"), *MISQUOTED], NOT_THERE, requests=2),
    "changes a number": drafted([answers.misquoting("30 days", "90 days"), *MISQUOTED], NOT_THERE, requests=2),
    "makes may will": drafted([answers.misquoting("We may", "We will"), *MISQUOTED], NOT_THERE, requests=2),
    "makes or and": drafted([answers.misquoting("train or", "train and"), *MISQUOTED], NOT_THERE, requests=2),
    "leaves words out": drafted([answers.misquoting("your Content", "…"), *MISQUOTED], NOT_THERE, requests=2),
    "talks nonsense in the right form": drafted(answers.nonsense, "quotes and cites nothing"),
    "names a law without citing it": drafted(
        answers.stating("Whether the GDPR allows this depends on more than these words"), "GDPR is named without"
    ),
    "names an article without citing it": drafted(
        answers.stating("This is a matter of Article 22 and of more than these words"),
        "Article 22 reads as law",
    ),
    "flags one jurisdiction with the law of another": drafted(
        answers.flagging_foreign_law, "is law of California, not of EU"
    ),
    "draws a legal conclusion": drafted(
        answers.stating("The platform violates the law with these words"), "“violates” is a legal conclusion"
    ),
    "gives advice": drafted(answers.acting("Record why you should sue the platform"), "“you should” advises"),
    "writes a script": drafted(
        answers.stating("The platform <script>alert(1)</script> says this"), "“<script>” *: no HTML, links"
    ),
    "writes an address": drafted(answers.stating("More is said at https://evil.example/x today"), "“https:”: no HTML"),
    "repeats its instructions": drafted(
        answers.stating("As an AI language model I describe what the provision states"), "drafter's instructions"
    ),
    "repeats the boundary": drafted(answers.echoing_the_boundary, "drafter's instructions"),
    "names a block by its id": drafted(
        answers.stating("What block P1 says is what a team reads first"), "drafter's instructions"
    ),
    "writes in another language": drafted(answers.in_german, "write it in English"),
    "counts what nobody counted": drafted(
        answers.stating("The platform keeps the content for 45 days after that"), "“45 days?” stands neither"
    ),
}


@pytest.mark.parametrize("fault", SERVICE.values(), ids=SERVICE)
def test_a_service_that(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    _draft_once_and_compare(model_server, monkeypatch, fault)


@pytest.mark.parametrize("fault", UNUSABLE.values(), ids=UNUSABLE)
def test_a_model_that(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    _draft_once_and_compare(model_server, monkeypatch, fault)


@pytest.mark.parametrize("fault", DRAFTED.values(), ids=DRAFTED)
def test_a_draft_of_a_model_that(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    _draft_once_and_compare(model_server, monkeypatch, fault)


@pytest.fixture(scope="module")
def committed_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The catalogue and what the tests of this file commit, each about jobs of its own."""
    with django_db_blocker.unblock():
        make_small_catalogue()
        yield
        TransactionTestCase()._fixture_teardown()  # type: ignore[attr-defined]  # see tests/emptying.py
        connections.close_all()


@pytest.fixture
def no_hold(committed_rows: None) -> Iterator[None]:
    """What one fault holds back is released before the next."""
    yield
    Hold.objects.update(lifted_at=timezone.now())


def _draft_once_and_compare(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    monkeypatch.setenv("ATLAS_LLM_TIMEOUT", fault.timeout)
    load_config.cache_clear()
    job = queued_job(TEXT, topics=TOPICS)
    model_server.script.extend(fault.script)

    _drain_alone(job)

    job.refresh_from_db()
    run = job.runs.get()
    assert (job.error_kind, job.state, job.attempts) == (fault.kind, fault.state, fault.charged), job.last_error
    assert len(model_server.requests) == fault.requests and not model_server.script, "no call hides in another"
    assert [hold.cause for hold in Hold.objects.standing(timezone.now())] == ([fault.hold] if fault.hold else [])
    assert (run.status, run.error_kind, run.error) == (
        RunStatus.DRAFTED if fault.state == DONE else RunStatus.FAILED,
        job.error_kind,
        job.last_error,
    )
    assert job.run_after > timezone.now() or fault.state != QUEUED or fault.kind in WITHOUT_WAITING
    read = job.last_error if fault.kind else _findings(run)
    assert re.search(fault.reads, read), read


def _drain_alone(job: DraftJob) -> None:
    """Once; what other faults left in the queue stays there."""
    drain(limit=1, provision_id=job.wording.provision_id)


WITHOUT_WAITING = ("budget", "config", "too_long", "truncated")  # a hold keeps them back, or waiting changes nothing


def _findings(run: DraftRun) -> str:
    assert run.analysis is not None
    results = run_checks(run.analysis, run.job.wording)
    return "\n".join(f"{result.severity}: {result.message}" for result in results if result.severity != "pass")


def test_neither_logs_nor_editors_read_a_key_that_a_service_repeats(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    key = "sk-Very-Secret-0123456789"
    monkeypatch.setenv("ATLAS_LLM_API_KEY", key)
    load_config.cache_clear()
    wrong: list[list[Behaviour]] = [
        *([faults.status(code, f"Wrong API key: {key}. You sent: {TEXT}")] for code in (400, 401, 422, 429, 500)),
        [answers.saying(None, refusal=f"I can't help with {key}")],
        [answers.saying(TEXT)] * 2,
        [answers.altered_quote],
    ]
    jobs = [queued_job(TEXT, topics=TOPICS) for _ in wrong]
    for job, script in zip(jobs, wrong, strict=True):
        model_server.script.extend(script)
        Hold.objects.update(lifted_at=timezone.now())
        _drain_alone(job)

    assert not model_server.script and DraftRun.objects.filter(job__in=jobs).count() == len(wrong)
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records).lower()
    assert "failed" in logged and "retrying" in logged and "drafted" in logged
    assert TEXT[:40].lower() not in logged, "nor do logs repeat provisions"
    rows = [*DraftJob.objects.values(), *DraftRun.objects.values(), *Hold.objects.values()]
    assert key.lower() not in f"{logged} {rows}".lower()


@pytest.mark.django_db
def test_a_result_that_the_database_refuses_is_logged_without_its_text(
    model_server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    queued = queued_job(TEXT)
    [job] = leases.claim(token := uuid4(), 1, provision_id=queued.wording.provision_id)
    analysis = compose_outline(job.wording)

    outcome = store(
        job, token, Attempt(fields={"drafter": "outline", "raw_answer": TEXT, "input_tokens": -1}, analysis=analysis)
    )

    assert (outcome, job.runs.get().error_kind) == ("failed", "bug")
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "result not storable" in logged and "input_tokens" in logged
    assert TEXT[:20] not in logged
