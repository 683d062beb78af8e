"""Asking for drafts of many provisions: choose, see what it will take, then start."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from analysis.reanalysis import NothingChosen, Plan, Selection, choices, plan, queue_all
from atlas.models import Exposure, Platform, User
from review.desk.loading import may_see


def reanalyse(request: HttpRequest) -> HttpResponse:
    """The form, with the plan of what is chosen; a POST with the number that was shown starts it."""
    by = may_see(request)
    if not by.has_perm("review.request_analysis"):
        raise PermissionDenied
    if request.method == "POST":
        return _start(request, by)
    selection = Selection.read(request.GET)
    planned = problem = None
    if request.GET:
        try:
            planned = plan(selection)
        except NothingChosen as nothing:
            problem = str(nothing)
    return _show(request, selection, planned, problem)


def _start(request: HttpRequest, by: User) -> HttpResponse:
    """Only what was shown is started: has it become more or less meanwhile, it is shown again."""
    selection = Selection.read(request.POST)
    instructions = request.POST.get("instructions", "").replace("\0", "").strip()
    try:
        planned = plan(selection)
    except NothingChosen as nothing:
        return _show(request, selection, None, str(nothing))
    if request.POST.get("shown") != str(planned.queued):
        words = f"Meanwhile it is {planned.queued:,} drafts: nothing was started. Look at it again."
        return _show(request, selection, planned, words, instructions)
    queued = queue_all(selection, by=by, instructions=instructions)
    messages.success(request, f"{queued:,} drafts are queued. They go after what changed by itself.")
    return HttpResponseRedirect(reverse("admin:analysis_draftjob_changelist"))


def _show(
    request: HttpRequest, selection: Selection, planned: Plan | None, problem: str | None, instructions: str = ""
) -> HttpResponse:
    offered = choices()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Re-analyse many provisions",
        "is_nav_sidebar_enabled": False,
        "selection": selection,
        "selects": [
            (name, label, getattr(selection, name), offered[name])
            for name, label in (
                ("topic", "Topic"),
                ("prompt", "Drafted with the prompt"),
                ("model", "Drafted by the model"),
                ("analysed", "Analysis"),
            )
        ],
        "platforms": list(Platform.objects.order_by("name").values_list("slug", "name")),
        "exposures": Exposure.choices,
        "plan": planned,
        "problem": problem,
        "instructions": instructions,
        "limits": [(name, value) for name, value in vars(selection).items() if value],
    }
    return TemplateResponse(request, "admin/review/reanalyse.html", context, status=409 if problem and planned else 200)
