"""Readers ask for an analysis; an editor accepts, which queues a draft, or declines with a reason."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from atlas.models import Provision, User
from review.errors import NotAllowed
from review.models import AnalysisRequest, RequestRuling
from review.policies import check_permission, check_reason
from review.redrafting import ask_for_draft

A_DAY = timedelta(days=1)
MOST_A_DAY = 20  # requests of one reader
LONGEST_REASON = 2_000


def request_analysis(provision: Provision, *, by: User, reason: str) -> AnalysisRequest:
    """A reader asks the editors for an analysis of ``provision``.

    Raises:
        NotAllowed: without the right, a reason or a text in force; after too many on one day; asked twice.
    """
    check_permission(by, "review.add_analysisrequest", "ask for analyses")
    reason = check_reason(reason)[:LONGEST_REASON]
    if provision.current_wording_id is None or provision.removed_at:
        raise NotAllowed("This provision is no longer in force: there is no text to analyse.")
    recent = AnalysisRequest.objects.filter(asked_by=by, asked_at__gt=timezone.now() - A_DAY)
    if recent.count() >= MOST_A_DAY:
        raise NotAllowed(f"You have asked {MOST_A_DAY} times within a day. Ask again tomorrow.")
    try:
        with transaction.atomic():
            return AnalysisRequest.objects.create(provision=provision, asked_by=by, reason=reason)
    except IntegrityError:
        raise NotAllowed("You have asked about this provision already; an editor will answer.") from None


@transaction.atomic
def accept(request: AnalysisRequest, *, by: User, answer: str = "") -> AnalysisRequest:
    """Queue the draft that a reader asked for, in ``by``'s name."""
    check_permission(by, "review.request_analysis", "accept requests")
    request = _open(request)
    job = ask_for_draft(request.provision, by=by)
    return _decide(request, RequestRuling.ACCEPTED, by=by, answer=answer.replace("\0", "").strip(), job=job)


@transaction.atomic
def decline(request: AnalysisRequest, *, by: User, answer: str) -> AnalysisRequest:
    """Say no, with ``answer`` to the reader."""
    check_permission(by, "review.request_analysis", "decline requests")
    answer = check_reason(answer)
    return _decide(_open(request), RequestRuling.DECLINED, by=by, answer=answer)


def _open(request: AnalysisRequest) -> AnalysisRequest:
    rows = AnalysisRequest.objects.select_for_update(of=("self",)).select_related("provision__current_wording")
    request = rows.get(pk=request.pk)
    if request.ruling:
        raise NotAllowed(f"This request has been {request.ruling} already.")
    return request


def _decide(request: AnalysisRequest, ruling: RequestRuling, *, by: User, **answer: object) -> AnalysisRequest:
    request.ruling, request.decided_by, request.decided_at = ruling, by, timezone.now()
    for name, value in answer.items():
        setattr(request, name, value)
    request.save()
    return request
