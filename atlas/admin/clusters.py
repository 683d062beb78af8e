"""Clusters of changes: those that wait for a decision come first; deciding on one, or on changes with one cause."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Case, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from atlas.admin.base import ReadOnlyAdmin
from atlas.archive.judgements.clustering import decide, decide_together, drafts_to_expect, with_numbers
from atlas.archive.judgements.judging import Refused
from atlas.archive.record.section_changes import SectionChange
from atlas.models import Change, ChangeCluster, ClusterRuling, User
from atlas.models.provisions import ChangeQuerySet

SHOWN = 50  # changes on the page of a cluster; the rest is a link away
KINDS = ("modified", "added", "removed", "moved", "unchanged")
STATES = {
    "waiting": "Waits for a decision",
    "analyse": "To be analysed",
    "set_aside": "Set aside",
    "past": "Nothing left to decide",
}


WHAT_TO_CHOOSE = "Please choose what is to become of the changes."


class DecisionForm(forms.Form):
    """``after`` is the latest decision that the page showed, so that nobody decides over a colleague's head."""

    ruling = forms.ChoiceField(
        choices=ClusterRuling.choices,
        widget=forms.RadioSelect,
        error_messages={"required": WHAT_TO_CHOOSE, "invalid_choice": WHAT_TO_CHOOSE},
    )
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Please give a reason: it stays in the record."},
    )
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)


class TogetherForm(DecisionForm):
    title = forms.CharField(
        label="The cause that they have in common",
        max_length=300,
        help_text="For example “The company was renamed”.",
        error_messages={"required": "Please name the cause that the changes have in common."},
    )
    changes = forms.RegexField(r"^\d{1,18}(?:,\d{1,18})*$", widget=forms.HiddenInput)


class StateFilter(admin.SimpleListFilter):
    title = "decision"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value in ("waiting", "past"):
            return queryset.filter(ruling=None, is_waiting=value == "waiting")
        return queryset.filter(ruling=value) if value else queryset


@admin.register(ChangeCluster)
class ChangeClusterAdmin(ReadOnlyAdmin):
    list_display = ("title", "state", "changes_in_it", "drafts_at_most", "when")
    list_select_related = ("capture",)
    list_filter = (StateFilter, "kind")
    search_fields = ("title",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChangeCluster]:
        is_waiting = Case(
            When(ruling=None, would_draft__gt=0, then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        return with_numbers(ChangeCluster.objects.order_by()).annotate(is_waiting=is_waiting)

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        return ["-is_waiting", "-pk"]

    @admin.display(description="decision")
    def state(self, cluster: Any) -> str:
        return state_of(cluster)

    @admin.display(description="changes", ordering="size")
    def changes_in_it(self, cluster: Any) -> int:
        return int(cluster.size)

    @admin.display(description="drafts at most", ordering="would_draft")
    def drafts_at_most(self, cluster: Any) -> int:
        return int(cluster.would_draft)

    @admin.display(description="when", ordering="pk")
    def when(self, cluster: ChangeCluster) -> datetime:
        """When the rewrite was captured, or the changes put together."""
        return cluster.capture.captured_at if cluster.capture else cluster.made_at

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Clusters of changes", **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        together = self.admin_site.admin_view(decide_on_selected)
        return [path("together/", together, name="atlas_changecluster_together"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        cluster = self.get_object(request, object_id)
        if cluster is None:
            raise Http404("There is no such cluster of changes.")
        if not self.has_view_permission(request, cluster):
            raise PermissionDenied
        return show_cluster(request, cluster)


def state_of(cluster: Any) -> str:
    """Of a cluster with its numbers."""
    return STATES[cluster.ruling or ("waiting" if cluster.would_draft else "past")]


def show_cluster(request: HttpRequest, cluster: Any) -> HttpResponse:
    """Its page; a POST decides."""
    decisions = list(cluster.decisions.select_related("decided_by"))
    form = DecisionForm(
        request.POST or None, initial={"after": decisions[0].pk if decisions else None}, label_suffix=""
    )
    if request.method == "POST":
        if not request.user.has_perm("atlas.add_clusterdecision"):
            raise PermissionDenied
        if form.is_valid() and (done := _decide(request, cluster, form)):
            return done
        decisions = list(cluster.decisions.select_related("decided_by"))
        form.data = {**form.data.dict(), "after": str(decisions[0].pk) if decisions else ""}  # type: ignore[attr-defined]
    changes = list(cluster.changes.for_lists().order_by("pk")[:SHOWN])
    context = {
        **admin.site.each_context(request),
        "title": cluster.title,
        "is_nav_sidebar_enabled": False,
        "cluster": cluster,
        "state": state_of(cluster),
        "estimate": estimate_words(cluster.size, cluster.would_draft),
        "decisions": decisions,
        "form": form,
        "may_decide": request.user.has_perm("atlas.add_clusterdecision"),
        "sections": [SectionRow(section) for section in cluster.sections],
        "size": cluster.size,
        "shown": changes,
        "is_sample": any(change.document.platform.is_sample for change in changes),
    }
    return TemplateResponse(request, "admin/atlas/changecluster/cluster.html", context)


def _decide(request: HttpRequest, cluster: ChangeCluster, form: DecisionForm) -> HttpResponse | None:
    answer = form.cleaned_data
    try:
        decision = decide(
            cluster,
            ClusterRuling(answer["ruling"]),
            reason=answer["reason"],
            by=cast(User, request.user),
            after=answer["after"],
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, f"Recorded: {decision.get_ruling_display().lower()}.")
    return HttpResponseRedirect(cluster_url(cluster))


class SectionRow(SectionChange):
    """A stored section with its numbers in words."""

    def __init__(self, stored: dict[str, Any]) -> None:
        super().__init__(**stored)

    @property
    def counts(self) -> str:
        return ", ".join(f"{self.provisions[kind]} {kind}" for kind in KINDS if self.provisions.get(kind)) or "none"


def estimate_words(size: int, drafts: int) -> str:
    """What analysing costs, before anybody decides."""
    if not drafts:
        return (
            "Analysing would draft nothing: none of the texts is in force, or they came with an import of old history."
        )
    if drafts == size:
        return f"Analysing takes {drafts:,} draft{'s' * (drafts != 1)} at most, one for each change."
    return (
        f"Analysing takes {drafts:,} draft{'s' * (drafts != 1)} at most, for {size:,} changes: "
        "the rest removed text, or is no longer in force."
    )


def cluster_url(cluster: ChangeCluster) -> str:
    return reverse("admin:atlas_changecluster_change", args=[cluster.pk])


def ask_together(request: HttpRequest, changes: ChangeQuerySet, form: TogetherForm | None = None) -> HttpResponse:
    """The page between selecting changes and deciding on all of them."""
    keys = list(changes.order_by("pk").values_list("pk", flat=True))
    selected = Change.objects.filter(pk__in=keys)
    context = {
        **admin.site.each_context(request),
        "title": "Decide on changes with one cause",
        "is_nav_sidebar_enabled": False,
        "form": form or TogetherForm(initial={"changes": ",".join(map(str, keys))}, label_suffix=""),
        "size": len(keys),
        "estimate": estimate_words(len(keys), drafts_to_expect(selected)),
        "shown": list(selected.for_lists().order_by("pk")[:SHOWN]),
        "more": max(0, len(keys) - SHOWN),
    }
    return TemplateResponse(request, "admin/atlas/changecluster/together.html", context)


def decide_on_selected(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perms(["atlas.add_changecluster", "atlas.add_clusterdecision"]):
        raise PermissionDenied
    if request.method != "POST":  # the address of a refusal, opened again: nothing is selected any more
        return HttpResponseRedirect(reverse("admin:atlas_change_changelist"))
    form = TogetherForm(request.POST, label_suffix="")
    keys = request.POST.get("changes", "")
    changes = Change.objects.filter(pk__in=[int(key) for key in keys.split(",") if key.isdecimal() and len(key) < 19])
    if not form.is_valid():
        return ask_together(request, changes, form)
    answer = form.cleaned_data
    try:
        cluster = decide_together(
            list(changes),
            title=answer["title"],
            ruling=ClusterRuling(answer["ruling"]),
            reason=answer["reason"],
            by=cast(User, request.user),
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return ask_together(request, changes, form)
    messages.success(request, f"One decision for {cluster.changes.count()} changes is recorded.")
    return HttpResponseRedirect(cluster_url(cluster))
