"""What the drafter's screens share: they are looked at by many, and act for those who may ask for an analysis."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from atlas.models import User

ASK = "review.request_analysis"  # whoever may ask for a draft may ask again, and hold drafting back
LOOK = "analysis.view_draftjob"


class ReadOnly:
    """Rows that the drafter writes: looked at, acted on by buttons, never edited."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_request_permission(self, request: HttpRequest) -> bool:
        """For actions on a list."""
        return may_ask(request)


def may_ask(request: HttpRequest) -> bool:
    return request.user.has_perm(ASK)


def asking(request: HttpRequest) -> User:
    """The person who presses a button.

    Raises:
        PermissionDenied: if it may not be theirs.
    """
    if not may_ask(request):
        raise PermissionDenied
    return cast(User, request.user)


def key_in(address: str) -> int:
    """The key of a row that an address names.

    Raises:
        Http404: if it can be none.
    """
    if not address.isascii() or not address.isdigit() or len(address) > 18:
        raise Http404
    return int(address)


def page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """A page of the drafter inside the admin."""
    frame = {
        **admin.site.each_context(request),
        "title": title,
        "is_nav_sidebar_enabled": False,
        "may_ask": may_ask(request),
    }
    return TemplateResponse(request, f"admin/analysis/{template}", frame | context)


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the page whose button was pressed."""
    address = request.POST.get("back", "")
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return HttpResponseRedirect(address if is_ours else reverse(otherwise))
