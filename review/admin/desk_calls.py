"""What an opened desk asks for by itself: keep what was typed, and who else is here. Answers are JSON."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from review import autosaving, presence
from review.desk.conflict import base_of, check_same_person
from review.desk.forms import DeskForm
from review.desk.loading import may_see
from review.desk.token import as_key
from review.desk.typed import stands
from review.desk.unsaved import fields_of
from review.errors import NotAllowed
from review.models import Edition

MAX_NAME = 40  # characters of what a page and a tab call themselves


@require_POST
def keep_unsaved(request: HttpRequest, edition_id: int) -> JsonResponse:
    """Keep what was typed for its editor. Text that is nothing but the head's needs no keeping."""
    by = may_see(request)
    edition = get_object_or_404(Edition.objects.select_related("head", "provision"), pk=edition_id)
    assert edition.head is not None
    writer, base = request.POST.get("unsaved_page", "")[:MAX_NAME], base_of(edition, request.POST)
    if not writer or base is None:
        return _problem("This page did not send all that is needed: open the edition again.", 400)
    form = DeskForm(request.POST, edition=edition)
    fields = fields_of(form, request.POST)
    try:
        check_same_person(request.POST, by)
        if base == edition.head and fields == stands(form, edition.head, edition.public_note):
            autosaving.forget(edition, by=by, writer=writer, fields=fields)
            return JsonResponse({"kept_at": ""})
        unsaved = autosaving.keep(edition, fields, by=by, base=base, writer=writer)
    except NotAllowed as refused:
        return _problem(str(refused), 409)
    return JsonResponse({"kept_at": f"{unsaved.updated_at:%H:%M} UTC"})


@require_POST
def pulse(request: HttpRequest, edition_id: int) -> JsonResponse:
    """Who else has it open, and whether what the page shows is still so."""
    by = may_see(request)
    edition = get_object_or_404(
        Edition.objects.select_related("provision__current_wording", "wording", "head").only(
            "state",
            "lock_version",
            "claimed_by_id",
            "claimed_until",
            "head__number",
            "provision__removed_at",
            "provision__current_wording__folded_sha256",
            "wording__folded_sha256",
        ),
        pk=edition_id,
    )
    tab = request.POST.get("tab", "")[:MAX_NAME]
    if not tab:
        return _problem("This page did not send all that is needed: open the edition again.", 400)
    told = presence.pulse(
        edition,
        by=by,
        tab=tab,
        lock_version=as_key(request.POST.get("lock_version", "")),
        is_looking=request.POST.get("looking") == "yes",
    )
    return JsonResponse(
        {
            "here": [{"name": who.name, "since": _clock(who.since)} for who in told.here],
            "other_tab": told.other_tab,
            "newer": told.newer,
            "lock_version": told.lock_version,
            "moved": told.moved,
            "claimed_until": _clock(told.claimed_until),
        }
    )


def _problem(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"problem": sentence}, status=status)


def _clock(at: Any) -> str:
    """ "10:04 UTC", with the day if it is not today's; empty for None."""
    if at is None:
        return ""
    return f"{at:%H:%M} UTC" if at.date() == timezone.now().date() else f"{at:%-d %b, %H:%M} UTC"
