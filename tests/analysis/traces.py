"""Draft runs as the drafter stores them: a draft, one that was asked for again, a mended one, a failure, a reuse."""

import json
from decimal import Decimal
from typing import Any

from django.utils import timezone

from analysis.models import DraftJob, DraftRun, JobState, Reason, RunStatus
from tests.analysis.jobs import queued_job

QUOTE = "You can opt out of this at any time in your account settings"
ALTERED = "You can always opt out in your settings"
CITED = "[@gdpr-art-6-1]"
MODEL = "openai/gpt-4o"

ANALYSIS: dict[str, Any] = {
    "title": "Training on user content, with an opt-out",
    "summary": "The document permits the use of content for training: “We may use your Content to train and improve "
    f"our models”. It offers an opt-out: “{QUOTE}”.",
    "why_it_matters": f"The legal basis is relevant here: “{QUOTE}” {CITED}.",
    "practical_effect": "Content is kept after the opt-out: “we keep your Content for 30 days for safety  monitoring”.",
    "interpretive_note": "Whether an opt-out reaches content that was used before is not stated.",
    "change_summary": "",
    "regulatory_landscape": f"Processing needs a legal basis: “{QUOTE}” {CITED}.",
    "governance_exposure": "Concerns business customers. The rating rests on the default: "
    "“We may use your Content to train and improve our models”.",
    "exposure_level": "high",
    "jurisdiction_flags": f"EU: The default needs a closer look: “{QUOTE}” {CITED}.",
    "contract_implications": "A contract can settle what these words leave open.",
    "compliance_considerations": f"- Record where the opt-out is set: “{QUOTE}”.\n- Tell account administrators.",
    "topics": ["training-user-content"],
    "attributes": [{"attribute": "training-default", "value": "opt-out", "quote": QUOTE}],
    "no_material_change": False,
}
ANSWER = {"summary": [{"quotes": [{"block": "P1", "text": QUOTE}], "obligations": [], "text": "It offers an opt-out"}]}
SHOWN = "We may use your\u00a0Content to tra\u200bin our models."
MESSAGES = [
    {"role": "system", "content": "You draft analyses of provisions for lawyers.\n\nQuote, or cite, or abstain."},
    {"role": "user", "content": "<<example-1 provision>>\n[P1] We never train on your content.\n<<example-1 end>>"},
    {"role": "assistant", "content": '{"summary": []}'},
    {"role": "user", "content": f"<<5f1c provision>>\n[P1] {SHOWN}\n<<5f1c end>>"},
]


def call(purpose: str = "draft", **fields: Any) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "messages": [],
        "answer": json.dumps(ANSWER),
        "finish_reason": "stop",
        "request_id": f"chatcmpl-{purpose.replace(' ', '-')}",
        "fingerprint": "fp_50cad350e4",
        "model": "gpt-4o-2024-11-20",
        "input_tokens": 6_120,
        "output_tokens": 1_240,
        "cached_tokens": 4_096,
        "cost_usd": "0.022580",
        "seconds": 11.42,
        **fields,
    }


def run_of(job: DraftJob | None = None, **fields: Any) -> DraftRun:
    """A draft by a model, with one call."""
    job = job or queued_job(state=JobState.DONE, finished_at=timezone.now(), attempts=1)
    text = job.wording.text
    cut = text.index("If you opt out")
    defaults: dict[str, Any] = {
        "attempt": 1,
        "status": RunStatus.DRAFTED,
        "drafter": "model",
        "analysis": ANALYSIS,
        "input_sha256": "3b" * 32,
        "messages": MESSAGES,
        "calls": [call()],
        "blocks": [{"id": "P1", "start": 0, "end": cut - 1}, {"id": "P2", "start": cut, "end": len(text)}],
        "candidates": ["gdpr-art-6-1", "gdpr-art-99-9"],
        "prompt_name": "provision_analysis",
        "prompt_version": "v1",
        "prompt_sha256": "a9" * 32,
        "schema_sha256": "c4" * 32,
        "model_requested": MODEL,
        "model_returned": "gpt-4o-2024-11-20",
        "parameters": {"temperature": 0.2, "max_tokens": 4_000, "timeout_seconds": 120},
        "provider_request_id": "chatcmpl-draft",
        "raw_answer": json.dumps(ANSWER),
        "finish_reason": "stop",
        "input_tokens": 6_120,
        "output_tokens": 1_240,
        "cached_tokens": 4_096,
        "cost_usd": Decimal("0.022580"),
        "library_cost_usd": Decimal("0.022580"),
        "price": {"input": "2.50", "output": "10", "cached_input": "1.25", "source": "prices.toml, gpt-4o since 2024"},
        "queue_seconds": 42.0,
        "seconds": 11.5,
        "software": {"litellm": "1.106.2"},
    }
    return DraftRun.objects.create(job=job, **{**defaults, **fields})


def asked_again(**fields: Any) -> DraftRun:
    """The first answer was not usable; the second was. litellm's price list is of another opinion."""
    bad = "Here is the JSON you asked for: {"
    complaint = [
        {"role": "assistant", "content": bad},
        {"role": "user", "content": "That was not usable. Send the whole JSON object again. What is wrong: no JSON"},
    ]
    calls = [call(answer=bad, output_tokens=9), call("asked again", messages=complaint)]
    return run_of(calls=calls, library_cost_usd=Decimal("0.045100"), **fields)


def mended(**fields: Any) -> DraftRun:
    """One quote was not found and replaced, one dropped, one kept: a check blocks it."""
    asked = [{"role": "system", "content": "Mend quotes."}, {"role": "user", "content": f"Q1: {ALTERED}"}]
    answer = json.dumps({"replacements": [{"id": "Q1", "quote": {"block": "P1", "text": QUOTE}}]})
    repairs = [
        {"part": "summary", "quote": ALTERED, "outcome": "replaced", "replacement": QUOTE},
        {"part": "practical_effect", "quote": "We never keep Content", "outcome": "dropped", "replacement": ""},
        {"part": "contract_implications", "quote": "for 90 days", "outcome": "kept", "replacement": ""},
    ]
    content = {**ANALYSIS, "contract_implications": "A contract can settle how long: “for 90 days” [@no-such-law]."}
    return run_of(
        calls=[call(), call("repair", messages=asked, answer=answer)], repairs=repairs, analysis=content, **fields
    )


def failed(**fields: Any) -> DraftRun:
    job = queued_job(
        state=JobState.FAILED,
        error_kind="invalid",
        last_error="The model's answer was not usable, twice",
        finished_at=timezone.now(),
        attempts=1,
    )
    calls = [call(answer="I would rather not."), call("asked again", answer="", error="invalid: no JSON")]
    outcome = {"status": RunStatus.FAILED, "analysis": None, "error_kind": "invalid"}
    return run_of(
        job, **outcome, error=job.last_error, calls=calls, raw_answer="I would rather not.", blocks=[], **fields
    )


def served_again(run: DraftRun) -> DraftRun:
    job = queued_job(state=JobState.DONE, finished_at=timezone.now(), attempts=1)
    nothing = dict.fromkeys(("library_cost_usd", "input_tokens", "output_tokens", "cached_tokens"))
    return run_of(job, reused=run, calls=[], cost_usd=Decimal(0), price={}, seconds=0, **nothing)


def repetition(run: DraftRun, **fields: Any) -> DraftRun:
    """The same asked once more, with another summary."""
    job = DraftJob.objects.create(
        wording=run.job.wording,
        reason=Reason.REQUESTED,
        repeats=run,
        state=JobState.DONE,
        run_after=timezone.now(),
        finished_at=timezone.now(),
    )
    content = {**ANALYSIS, "summary": f"The document lets users opt out: “{QUOTE}”."}
    return run_of(job, **{"analysis": content, **fields})
