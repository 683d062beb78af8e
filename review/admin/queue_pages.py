"""The queue, and the way from it to the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from atlas.archive.judgements.clustering import waiting
from atlas.archive.judgements.waiting_captures import waiting_for_a_decision
from review import actions, queue
from review.admin.bulk_posts import do_in_bulk
from review.admin.desk_calls import keep_unsaved, pulse
from review.admin.drafts import draft_of_provision, queue_url
from review.admin.read_only import ReadOnlyAdmin
from review.admin.reanalysis_pages import reanalyse
from review.desk.compare import compare
from review.desk.key_settings import keep_settings
from review.desk.loading import may_see
from review.desk.page import desk
from review.desk.preview import preview, previews
from review.desk.token import as_key
from review.errors import ReviewError, guards_as_refusals
from review.models import Edition

LAST_PAGE = 10_000  # of the queue; far beyond what anybody turns to


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    """Its list is the queue, its form is the desk."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("next/", view(require_POST(start_reviewing)), name="review_edition_next"),
            path("bulk/", view(require_POST(do_in_bulk)), name="review_edition_bulk"),
            path("reanalyse/", view(reanalyse), name="review_reanalyse"),
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
    filters = queue.Filters.asked(request.GET)
    number = min(max(1, as_key(request.GET.get("page", "1"))), LAST_PAGE)
    rows, has_more = queue.page_of(tab, by, filters, number)
    counted = queue.counts(by, {"clusters": waiting(), "held": waiting_for_a_decision()})
    may_assign = by.has_perm("review.assign_edition")
    choices = queue.choices(with_colleagues=may_assign)
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
        "selects": _selects(filters, choices),
        "previous_page": number - 1,
        "next_page": number + 1 if has_more else 0,
        "query": query.urlencode(),
        "may_claim": by.has_perm("review.change_edition"),
        "may_assign": may_assign,
        "may_make_rules": by.has_perm("atlas.add_noiserule"),
        "colleagues": choices["colleague"],
        "clusters_waiting": counted["clusters"] if by.has_perm("atlas.view_changecluster") else 0,
        "captures_held": counted["held"] if by.has_perm("atlas.view_capture") else 0,
        "today": timezone.localdate(),
    }
    return TemplateResponse(request, "admin/review/queue.html", context)


@dataclass(frozen=True)
class Select:
    """A filter as the page offers it."""

    name: str
    label: str
    value: str
    choices: list[tuple[str, str]]

    @property
    def words(self) -> str:
        """What is chosen, in words; empty if nothing is."""
        return dict(self.choices).get(self.value, self.value)


LABELS = {
    "platform": "Platform",
    "topic": "Topic",
    "exposure": "Exposure",
    "cause": "Cause",
    "cluster": "Cluster of changes",
    "drafter": "Drafted by",
}


def _selects(filters: queue.Filters, choices: Mapping[str, list[tuple[str, str]]]) -> list[Select]:
    """Those with something to choose, or that narrow the list now."""
    offered = [Select(name, label, getattr(filters, name), choices[name]) for name, label in LABELS.items()]
    return [select for select in offered if select.choices or select.value]


def start_reviewing(request: HttpRequest) -> HttpResponse:
    """Claim the next edition and open its desk."""
    by = may_see(request)
    try:
        with guards_as_refusals():
            edition = actions.claim_next(by=by)
    except ReviewError as refused:
        messages.error(request, str(refused))
        edition = None
    else:
        if edition is None:
            messages.info(request, "Nothing waits that nobody is at work on. What you have claimed is under “Mine”.")
    target = reverse("admin:review_edition_desk", args=[edition.pk]) if edition else queue_url()
    return HttpResponseRedirect(target)
