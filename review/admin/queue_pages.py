"""The queue, and the way from it to the desk."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from atlas.archive.judgements.clustering import waiting
from atlas.models import Exposure
from review import actions, queue
from review.admin.desk_calls import keep_unsaved, pulse
from review.admin.drafts import draft_of_provision, queue_url
from review.admin.read_only import ReadOnlyAdmin
from review.desk.compare import compare
from review.desk.key_settings import keep_settings
from review.desk.loading import may_see
from review.desk.page import desk
from review.desk.preview import preview, previews
from review.desk.token import as_key
from review.errors import ReviewError
from review.models import Edition

LAST_PAGE = 10_000  # of the queue; far beyond what anybody turns to


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    """Its list is the queue, its form is the desk."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("next/", view(require_POST(start_reviewing)), name="review_edition_next"),
            path("draft/<int:provision_id>/", view(draft_of_provision), name="review_provision_draft"),
            path("<int:edition_id>/desk/", view(desk), name="review_edition_desk"),
            path("<int:edition_id>/unsaved/", view(keep_unsaved), name="review_edition_unsaved"),
            path("<int:edition_id>/pulse/", view(pulse), name="review_edition_pulse"),
            path("<int:edition_id>/preview/", view(preview), name="review_edition_preview"),
            path("<int:edition_id>/previews/", view(previews), name="review_edition_previews"),
            path("<int:edition_id>/compare/", view(compare), name="review_edition_compare"),
            path("settings/", view(keep_settings), name="review_desk_settings"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return show_queue(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:review_edition_desk", args=[as_key(object_id)]))


def show_queue(request: HttpRequest) -> HttpResponse:
    by = may_see(request)
    tabs = {tab.key: tab for tab in queue.TABS}
    tab = tabs.get(request.GET.get("tab", ""), queue.TABS[0])
    filters = queue.Filters(*(_asked(request, name) for name in ("platform", "exposure", "q")))
    number = min(max(1, as_key(request.GET.get("page", "1"))), LAST_PAGE)
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
    by = may_see(request)
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
