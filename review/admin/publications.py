"""Publications in the admin: to look at, and to end with a reason."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from atlas.models import Publication, User
from review import actions
from review.admin.read_only import ReadOnlyAdmin
from review.desk.token import as_key
from review.errors import ReviewError, guards_as_refusals
from review.models import Revision


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
        publication = Publication.objects.filter(pk=as_key(object_id)).first()
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
        with guards_as_refusals():
            verb(publication, by=by, reason=request.POST.get("reason", ""))
    except ReviewError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, f"{publication.public_id} is {'retracted' if verb is actions.retract else 'withdrawn'}."
        )
    return HttpResponseRedirect(reverse("admin:atlas_publication_change", args=[publication_id]))
