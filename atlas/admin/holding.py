"""A held capture beside the last good text, and the form in which an editor releases or rejects it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from atlas.admin.history import page, require
from atlas.archive.judgements.holding import PERMISSION, HoldError, reject, release
from atlas.archive.judgements.waiting_captures import what_is_next
from atlas.archive.texts.languages import NAMES, language_between
from atlas.models import Capture, HoldDecision, HoldRuling, Incident, Outcome, User

MOST_COMMON_LINES = 12
MOST_COMMON_CHARACTERS = 2_000
LONGEST_LINE = 400  # longer ones are compared sentence by sentence: some pages are one line
SENTENCE_END = re.compile(r"(?<=[.!?;:])(?=\s|[A-Z(])")
VERBS = ("release", "variant", "reject")


@dataclass(frozen=True)
class Stretch:
    """Lines, or sentences of a long line, that the other text has too or that this text alone has."""

    text: str
    is_own: bool

    @property
    def is_folded(self) -> bool:
        """Long and in both texts: it is not what the decision is about."""
        return not self.is_own and (
            self.text.count("\n") > MOST_COMMON_LINES or len(self.text) > MOST_COMMON_CHARACTERS
        )

    @property
    def amount(self) -> str:
        lines = len([line for line in self.text.splitlines() if line.strip()])
        return f"{lines:,} lines" if lines > MOST_COMMON_LINES else f"{len(self.text):,} characters"


@dataclass(frozen=True)
class Settled:
    """Why there is nothing left to decide on a held capture."""

    words: str
    version_id: str = ""


def show_held(request: HttpRequest, capture_id: int) -> HttpResponse:
    """The held text and the last good one, the reasons, and what a decision will do."""
    require(request, "atlas.view_capture")
    capture = get_object_or_404(
        Capture.objects.select_related("document__platform", "document__variant_of", "snapshot", "collection"),
        pk=capture_id,
        outcome=Outcome.QUARANTINED,
    )
    return _show(request, capture, reason="")


def _show(request: HttpRequest, capture: Capture, *, reason: str) -> HttpResponse:
    assert capture.snapshot is not None
    decision = _decision(capture)
    good = _last_good(capture)
    settled = _settled(capture, decision)
    text, before = capture.snapshot.text, good.version.text if good and good.version else ""
    language = language_between(before, text) if before else ""
    context = {
        "capture": capture,
        "document": capture.document,
        "good": good,
        "decision": decision,
        "settled": settled,
        "next": "" if settled else what_is_next(capture),
        "held_text": stretches(text, before),
        "good_text": stretches(before, text),
        "sizes": (len(text.strip()), len(before.strip())),
        "has_common_lines": any(not stretch.is_own and stretch.text.strip() for stretch in stretches(text, before)),
        "language": NAMES.get(language, ""),
        "may_decide": settled is None and request.user.has_perm(PERMISSION),
        "reason": reason,
        "times": Capture.objects.filter(
            document=capture.document_id, snapshot=capture.snapshot_id, outcome=Outcome.QUARANTINED
        ).count(),
    }
    return page(request, "capture/held.html", f"Held: {capture.document}", context)


def _decision(capture: Capture) -> HoldDecision | None:
    """On this capture, or the rejection of the same text captured another time."""
    same_text = Q(capture__document=capture.document_id, capture__snapshot=capture.snapshot_id)
    decisions = HoldDecision.objects.filter(Q(capture=capture) | same_text & Q(ruling=HoldRuling.REJECTED))
    return decisions.select_related("decided_by", "made__version", "made__document").first()


def _last_good(capture: Capture) -> Capture | None:
    """The good capture that came before ``capture``."""
    good = Capture.objects.filter(
        document=capture.document_id, sequence__lt=capture.sequence, version__isnull=False
    ).select_related("version__snapshot")
    return good.order_by("-sequence").first()


def _settled(capture: Capture, decision: HoldDecision | None) -> Settled | None:
    if decision is not None:
        made = decision.made.version.public_id if decision.made and decision.made.version else ""
        return Settled(f"{decision.get_ruling_display()}.", made)
    version = capture.document.versions.filter(snapshot=capture.snapshot_id).first()
    if version is not None:
        return Settled("A later capture confirmed this text.", version.public_id)
    incidents = Incident.objects.filter(document=capture.document_id, closed_at=None)
    if not incidents.filter(opened_by__sequence__lte=capture.sequence).exists():
        return Settled("The document was captured well since, and that later text counts.")
    return None


def stretches(text: str, other: str) -> list[Stretch]:
    """``text`` in runs of pieces that stand in ``other`` too and of pieces that do not."""
    known = {piece.strip() for piece in pieces(other)} | {""}
    runs = groupby(pieces(text), key=lambda piece: piece.strip() not in known)
    return [Stretch("".join(run), is_own) for is_own, run in runs]


def pieces(text: str) -> Iterator[str]:
    """The lines of ``text``, long ones cut after each sentence; together they are ``text``."""
    for line in text.splitlines(keepends=True):
        yield from SENTENCE_END.split(line) if len(line) > LONGEST_LINE else [line]


def decide(request: HttpRequest, capture_id: int) -> HttpResponse:
    """What the button says, with the reason given; a refusal is shown on the form with the reason kept."""
    if request.method != "POST":  # the address of a refusal, opened again
        return HttpResponseRedirect(reverse("admin:atlas_capture_change", args=[capture_id]))
    by = request.user
    assert isinstance(by, User), "the admin lets nobody else in"
    if not by.has_perm(PERMISSION):
        raise PermissionDenied
    capture = get_object_or_404(Capture.objects.select_related("document__platform", "snapshot"), pk=capture_id)
    reason, verb = request.POST.get("reason", ""), request.POST.get("verb", "")
    if verb not in VERBS:
        return HttpResponseBadRequest("Choose one of the buttons on the page of the held capture.")
    try:
        done = _do(capture, verb, by=by, reason=reason)
    except HoldError as refused:
        messages.error(request, str(refused))
        return _show(request, capture, reason=reason)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("admin:atlas_capture_change", args=[capture.pk]))


def _do(capture: Capture, verb: str, *, by: User, reason: str) -> str:
    if verb == "reject":
        reject(capture, by=by, reason=reason)
        return "Rejected. The text stays held; the incident ends with the next good capture."
    made = release(capture, by=by, reason=reason, as_variant=verb == "variant")
    assert made.version is not None
    return f"Released: it is {made.version.public_id}, version {made.version.number} of {made.document}."
