"""The editors' part of Django's admin: the queue, the desk, publications, and the audit trail to read."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from atlas.archive.judgements.clustering import waiting
from atlas.models import Exposure, Provision, Publication, User
from review import actions, desk, queue
from review.errors import ReviewError
from review.models import Decision, Edition, Event, Revision

LAST_PAGE = 10_000  # of the queue; far beyond what anybody turns to

admin.site.site_header = "Atlas editors' desk"
admin.site.site_title = "Atlas editors' desk"
admin.site.index_title = "What waits"


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows to look at: no form, button or bulk action changes them."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    """Its list is the queue, its form is the desk."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("next/", view(require_POST(start_reviewing)), name="review_edition_next"),
            path("draft/<int:provision_id>/", view(draft_of_provision), name="review_provision_draft"),
            path("<int:edition_id>/desk/", view(desk.desk), name="review_edition_desk"),
            path("<int:edition_id>/preview/", view(desk.preview), name="review_edition_preview"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return show_queue(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:review_edition_desk", args=[desk.as_key(object_id)]))


def show_queue(request: HttpRequest) -> HttpResponse:
    by = desk.may_see(request)
    tabs = {tab.key: tab for tab in queue.TABS}
    tab = tabs.get(request.GET.get("tab", ""), queue.TABS[0])
    filters = queue.Filters(*(_asked(request, name) for name in ("platform", "exposure", "q")))
    number = min(max(1, desk.as_key(request.GET.get("page", "1"))), LAST_PAGE)
    rows, has_more = queue.page_of(tab, by, filters, number)
    counted = queue.counts(by)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        **admin.site.each_context(request),
        "title": "Review queue",
        "is_nav_sidebar_enabled": False,
        "tab": tab,
        "tabs": [(entry, counted[entry.key]) for entry in queue.TABS],
        "rows": rows,
        "filters": filters,
        "is_filtered": filters != queue.Filters(),
        "platforms": queue.platforms(),
        "exposures": Exposure.choices,
        "previous_page": number - 1,
        "next_page": number + 1 if has_more else 0,
        "query": query.urlencode(),
        "may_claim": by.has_perm("review.change_edition"),
        "clusters_waiting": waiting().count(),
    }
    return TemplateResponse(request, "admin/review/queue.html", context)


def _asked(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()


def start_reviewing(request: HttpRequest) -> HttpResponse:
    """Claim the next edition and open its desk."""
    by = desk.may_see(request)
    try:
        edition = actions.claim_next(by=by)
    except ReviewError as refused:
        messages.error(request, str(refused))
        edition = None
    else:
        if edition is None:
            messages.info(request, "Nothing waits that a colleague does not already hold.")
    target = reverse("admin:review_edition_desk", args=[edition.pk]) if edition else queue_url()
    return HttpResponseRedirect(target)


def draft_of_provision(request: HttpRequest, provision_id: int) -> HttpResponse:
    """Ask for a new draft of a provision, or start an edition of it by hand."""
    by = desk.may_see(request)
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
        "jobs": [job for wording in provision.wordings.all() for job in wording.draft_jobs.order_by("-id")[:5]][-5:],
    }
    return TemplateResponse(request, "admin/review/draft.html", context)


def _make_draft(request: HttpRequest, provision: Provision, by: User) -> HttpResponse:
    try:
        if request.POST.get("verb") == "open_edition":
            edition = actions.open_edition(provision, by=by)
            return HttpResponseRedirect(reverse("admin:review_edition_desk", args=[edition.pk]))
        actions.ask_for_draft(provision, by=by)
    except ReviewError as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(request.path)
    messages.success(request, "A new draft is on its way; it will wait for review in the queue.")
    return HttpResponseRedirect(queue_url())


def queue_url() -> str:
    return reverse("admin:review_edition_changelist")


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    """What readers see; to look at, and to withdraw or retract with a reason that readers see too."""

    change_form_template = "admin/review/publication.html"
    list_display = ("public_id", "title", "provision", "number", "published_at", "standing")
    list_select_related = ("provision__document__platform",)
    list_filter = ("exposure_level", "solo_review", "provision__document__platform")
    search_fields = ("title", "provision__title")
    fieldsets = (
        (None, {"fields": ("public_id", "provision", "wording", "version", "number", "standing")}),
        ("Record", {"fields": ("published_at", "drafter", "solo_review", "public_note", "content_sha256")}),
        ("End", {"fields": ("superseded_at", "withdrawn_at", "retracted_at", "withdrawal_note", "retraction_note")}),
        ("Text", {"fields": ("title", "summary", "exposure_level")}),
    )
    readonly_fields = ("public_id", "number", "standing")

    @admin.display(description="Standing")
    def standing(self, publication: Publication) -> str:
        if publication.retracted_at:
            return "Retracted"
        if publication.withdrawn_at:
            return "Withdrawn"
        return "Superseded" if publication.superseded_at else "Live"

    def get_urls(self) -> list[URLPattern]:
        end = self.admin_site.admin_view(require_POST(end_publication))
        return [path("<int:publication_id>/end/", end, name="atlas_publication_end"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        publication = Publication.objects.filter(pk=desk.as_key(object_id)).first()
        revision = Revision.objects.filter(pk=publication.revision_id).first() if publication else None
        may_end = request.user.has_perm("review.withdraw_publication")
        return super().change_view(request, object_id, form_url, {"revision": revision, "may_end": may_end})


def end_publication(request: HttpRequest, publication_id: int) -> HttpResponse:
    """Withdraw or retract, as the button says."""
    by = request.user
    assert isinstance(by, User)
    if not by.has_perm("review.withdraw_publication"):
        raise PermissionDenied
    publication = get_object_or_404(Publication, pk=publication_id)
    verb = actions.retract if request.POST.get("verb") == "retract" else actions.withdraw
    try:
        verb(publication, by=by, reason=request.POST.get("reason", ""))
    except ReviewError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, f"{publication.public_id} is {'retracted' if verb is actions.retract else 'withdrawn'}."
        )
    return HttpResponseRedirect(reverse("admin:atlas_publication_change", args=[publication_id]))


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The audit trail."""

    list_display = ("at", "edition_ref", "sequence", "actor", "words", "from_state", "to_state")
    list_filter = ("action",)
    search_fields = ("actor", "=edition_ref")
    ordering = ("-id",)


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Who decided what, and why."""

    list_display = ("at", "edition", "kind", "by", "reason", "is_self_approval")
    list_select_related = ("edition__provision__document__platform", "by")
    list_filter = ("kind", "is_self_approval")
