"""The list of publications in the admin. One publication's page is ``publication_page``."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from atlas.models import Publication
from review.admin.filters import KindFilter, PublishedFilter, StandingFilter
from review.admin.publication_page import correct, end_publication, load, show, standing_of
from review.admin.read_only import ReadOnlyAdmin
from review.desk.token import as_key


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    """What readers see, and saw."""

    list_display = ("public_id", "title", "provision", "number", "published_at", "standing")
    list_select_related = ("provision__document__platform",)
    list_filter = (
        StandingFilter,
        PublishedFilter,
        KindFilter,
        "exposure_level",
        "solo_review",
        "provision__document__platform",
    )
    search_fields = ("title", "provision__title")
    ordering = ("-published_at", "-pk")
    show_full_result_count = False

    @admin.display(description="Standing")
    def standing(self, publication: Publication) -> str:
        return standing_of(publication)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:publication_id>/end/", view(require_POST(end_publication)), name="atlas_publication_end"),
            path("<int:publication_id>/correct/", view(require_POST(correct)), name="atlas_publication_correct"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = as_key(object_id)
        if not Publication.objects.filter(pk=key).exists():
            return super().change_view(request, object_id)  # which says so
        return show(request, load(key))
