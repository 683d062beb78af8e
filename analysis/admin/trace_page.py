"""The page of one draft run: everything that went in and came out, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import reverse

from analysis import outcomes, tracing
from analysis.admin.base import key_in, page
from analysis.checks import CheckResult, run_checks
from analysis.grounding import versions_named_in
from analysis.models import DraftRun, RunStatus
from analysis.profiles import configured_profiles
from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import Exposure, Obligation, Topic

ABOUT = (
    "job__wording__provision__document__platform",
    "job__wording__first_capture",
    "job__change",
    "job__requested_by",
    "job__repeats",
)
REPAIRED = {
    "replaced": "Replaced by words that are in the text",
    "dropped": "Dropped, with the statement where nothing else carried it",
    "kept": "Kept as it was: the checks block it",
}
MOST_LISTED = 30


def show_trace(model_admin: "admin.ModelAdmin[DraftRun]", request: HttpRequest, object_id: str) -> HttpResponse:
    """Looking alone: a repetition has an address of its own."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    rows = DraftRun.objects.select_related(*ABOUT)
    run = get_object_or_404(rows, pk=key_in(object_id))
    context = _about(run) | _what_went_in(run) | _what_came_out(run) | _repetitions(request, run)
    return page(request, "draftrun/trace.html", f"Draft run {run.pk}", context)


def _about(run: DraftRun) -> dict[str, Any]:
    provision = run.job.wording.provision
    return {
        "run": run,
        "job": run.job,
        "provision": provision,
        "document": provision.document,
        "has_drafted": run.status == RunStatus.DRAFTED,
        "failure": outcomes.in_words(run.error_kind) if run.error_kind else "",
        "uses": list(run.uses.order_by("pk").values_list("pk", flat=True)[:MOST_LISTED]),
        "cost_note": tracing.cost_note(run.cost_usd, run.library_cost_usd),
        "next_runs": [pk for pk in run.job.runs.order_by("pk").values_list("pk", flat=True) if pk != run.pk],
    }


def _what_went_in(run: DraftRun) -> dict[str, Any]:
    keys = [key if isinstance(key, str) else str(key.get("key", "")) for key in run.candidates]
    exchanges = tracing.conversation(run)
    first = exchanges[0] if exchanges else None
    return {
        "exchanges": exchanges,
        "first": first,
        "fingerprints": _each(exchange.call.get("fingerprint") for exchange in exchanges),
        "request_ids": _each(exchange.call.get("request_id") for exchange in exchanges)
        or _each([run.provider_request_id]),
        "parameters": sorted(run.parameters.items()),
        "price": [(name.replace("_", " "), value) for name, value in run.price.items() if name != "source"],
        "candidates": [(key, found) for key, found in _obligations(keys)],
    }


def _what_came_out(run: DraftRun) -> dict[str, Any]:
    """The analysis with its quotes, the findings of today's checks, the blocks with what is quoted."""
    wording = run.job.wording
    content = run.analysis if isinstance(run.analysis, dict) else {}
    blocks = tracing.known_blocks(run.blocks)
    spans = [span for span in run.quote_spans if isinstance(span, dict)]
    source = tracing.Source(wording.text, blocks, versions_named_in(tracing.quotes_in(content)), spans)
    parts, facts = tracing.shown_parts(content, source), tracing.shown_facts(content, source)
    findings = run_checks(content, wording) if content else []
    return {
        "content": content,
        "parts": parts,
        "facts": facts,
        "is_located_now": bool(content) and not spans,
        "hows": [(how, words) for how, words in tracing.HOW.items() if how in _hows(parts, facts)],
        "obligations": dict(_obligations(sorted(tracing.citations_in(content)))),
        "topics": _topics(content),
        "exposure": dict(Exposure.choices).get(str(content.get("exposure_level") or ""), ""),
        "blockers": _of(findings, "blocker"),
        "warnings": _of(findings, "warning"),
        "passes": _of(findings, "pass"),
        "repairs": [_repair(row) for row in run.repairs if isinstance(row, dict)],
        "blocks": tracing.shown_blocks(blocks, wording.text, _quoted(parts, facts)),
    }


def _each(values: Iterable[Any]) -> list[str]:
    """What is there, once."""
    return list(dict.fromkeys(str(value) for value in values if value))


def _obligations(keys: Sequence[str]) -> list[tuple[str, Obligation | None]]:
    """Each key with its entry; None where the catalogue has none. One query."""
    found = {row.pk: row for row in Obligation.objects.filter(pk__in=keys).select_related("instrument")} if keys else {}
    return [(key, found.get(key)) for key in keys]


def _topics(content: dict[str, Any]) -> list[tuple[str, Topic | None]]:
    keys = [str(key) for key in content.get("topics") or ()]
    found = Topic.objects.in_bulk(keys) if keys else {}
    return [(key, found.get(key)) for key in keys]


Facts = list[tuple[str, str, tracing.Piece]]


def _all_pieces(parts: list[tracing.ShownPart], facts: Facts) -> list[tracing.Piece]:
    return [piece for part in parts for piece in part.pieces] + [piece for _, _, piece in facts]


def _hows(parts: list[tracing.ShownPart], facts: Facts) -> set[str]:
    return {piece.how for piece in _all_pieces(parts, facts)}


def _quoted(parts: list[tracing.ShownPart], facts: Facts) -> list[tuple[int, int]]:
    pieces = _all_pieces(parts, facts)
    return [(piece.start, piece.end) for piece in pieces if piece.start is not None and piece.end is not None]


def _of(findings: Sequence[CheckResult], severity: str) -> list[tuple[CheckResult, str]]:
    """Findings of one severity, each with the name of its part."""
    return [(found, _label(found.part)) for found in findings if found.severity == severity]


def _label(part: str) -> str:
    others = {"attributes": "Coded facts", "exposure_level": "Exposure"}
    return tracing.LABELS.get(part) or others.get(part, part.replace("_", " ").capitalize())


def _repair(row: dict[str, Any]) -> dict[str, Any]:
    part, outcome = str(row.get("part", "")), str(row.get("outcome", ""))
    return row | {"label": _label(part), "words": REPAIRED.get(outcome, outcome)}


@dataclass(frozen=True)
class Repetition:
    """Another run of the same question."""

    run: DraftRun
    words: str
    is_compared: bool = False


@dataclass(frozen=True)
class ComparedPart:
    label: str
    parts: list[DiffPart]

    @property
    def is_same(self) -> bool:
        return all(part.op == "same" for part in self.parts)


def _repetitions(request: HttpRequest, run: DraftRun) -> dict[str, Any]:
    """Runs of the same question, and one of them beside this: the one asked for, else the latest draft."""
    others = _others(run)
    drafted = [other for other in others if other.analysis is not None]
    asked = request.GET.get("with", "")
    chosen = next((other for other in drafted if str(other.pk) == asked), drafted[-1] if drafted else None)
    compared = _compare(run, chosen) if chosen is not None and run.analysis is not None else []
    return {
        "repetitions": [
            Repetition(other, _relation(run, other), other is chosen and bool(compared)) for other in others
        ],
        "waiting_repetitions": [job for job in run.repetitions.order_by("pk") if job.state in ("queued", "running")],
        "compared": compared,
        "same_parts": [part.label for part in compared if part.is_same],
        "compared_with": chosen,
        "comparison_is_equal": bool(compared) and all(part.is_same for part in compared),
        "repeat_address": reverse("admin:analysis_draftrun_repeat", args=[run.pk]),
        "is_other_model": bool(
            run.drafter == "model" and run.model_requested not in [profile.name for profile in configured_profiles()]
        ),
    }


def _others(run: DraftRun) -> list[DraftRun]:
    """What repeats this run, what this run repeats, and what else repeats that, the oldest first."""
    origin = run.job.repeats_id or run.pk
    family = DraftRun.objects.filter(job__repeats=origin) | DraftRun.objects.filter(pk=origin)
    shown = ("job", "status", "analysis", "model_returned", "model_requested", "drafter", "created_at", "error_kind")
    rows = family.exclude(pk=run.pk).only(*shown, "prompt_name", "prompt_version").order_by("-pk")[:MOST_LISTED]
    return list(rows)[::-1]


def _relation(run: DraftRun, other: DraftRun) -> str:
    return "the run that was repeated" if other.pk == run.job.repeats_id else "a repetition"


def _compare(run: DraftRun, other: DraftRun) -> list[ComparedPart]:
    """Part by part, this run's words as the old ones."""
    ours, theirs = run.analysis or {}, other.analysis or {}
    texts = [(label, _plain(ours.get(name)), _plain(theirs.get(name))) for name, label in tracing.LABELS.items()]
    texts += [
        (label, _plain(ours.get(name)), _plain(theirs.get(name)))
        for name, label in (("exposure_level", "Exposure"), ("topics", "Topics"), ("attributes", "Coded facts"))
    ]
    return [ComparedPart(label, diff_words(old, new)) for label, old, new in texts if old or new]


def _plain(value: Any) -> str:
    """A part as text: lists on lines, coded facts as ``name: value``."""
    if isinstance(value, list):
        return "\n".join(map(_plain, value))
    if isinstance(value, dict):
        return f"{value.get('attribute', '')}: {value.get('value', '')} (“{value.get('quote', '')}”)"
    return "" if value is None else str(value)
