"""Asking for a draft of a provision."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from analysis.estimating import estimate
from analysis.models import DraftJob
from analysis.queue import PARTS_TO_REDO
from atlas.models import Provision, User, Wording
from review import actions
from review.desk.loading import may_see
from review.errors import ReviewError, guards_as_refusals
from review.models import PART_LABELS


def draft_of_provision(request: HttpRequest, provision_id: int) -> HttpResponse:
    """Ask for a new draft of a provision, or start an edition of it by hand."""
    by = may_see(request)
    provision = get_object_or_404(
        Provision.objects.select_related("document__platform", "current_wording"), pk=provision_id
    )
    if request.method == "POST":
        return _make_draft(request, provision, by)
    context = {
        **admin.site.each_context(request),
        "title": provision.title,
        "is_nav_sidebar_enabled": False,
        "provision": provision,
        "open_edition": provision.editions.filter(state__in=["in_review", "changes_requested", "approved"]).first(),
        "jobs": DraftJob.objects.filter(wording__provision=provision).order_by("-pk")[:10],
        "parts": [(part, PART_LABELS[part]) for part in PARTS_TO_REDO],
        "estimate": estimate(Wording.objects.filter(current_of=provision)),
    }
    return TemplateResponse(request, "admin/review/draft.html", context)


def _make_draft(request: HttpRequest, provision: Provision, by: User) -> HttpResponse:
    try:
        with guards_as_refusals():
            if request.POST.get("verb") == "open_edition":
                edition = actions.open_edition(provision, by=by)
                return HttpResponseRedirect(reverse("admin:review_edition_desk", args=[edition.pk]))
            parts = request.POST.getlist("part")
            actions.ask_for_draft(provision, by=by, instructions=request.POST.get("instructions", ""), parts=parts)
    except ReviewError as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(request.path)
    messages.success(request, "A new draft is on its way; it will wait for review in the queue.")
    return HttpResponseRedirect(queue_url())


def queue_url() -> str:
    return reverse("admin:review_edition_changelist")
