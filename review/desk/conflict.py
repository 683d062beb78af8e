"""The page of a stale form: yours and theirs, nothing lost."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from atlas.archive.texts.wording_diff import diff_words
from atlas.models import PARTS
from review.desk.forms import DeskForm
from review.desk.token import Token
from review.errors import ReviewError, StaleEdition
from review.models import Edition


def show_conflict(request: HttpRequest, edition: Edition, form: DeskForm, stale: ReviewError) -> HttpResponse:
    """Yours and theirs, nothing lost: go on with one of them."""
    assert edition.head is not None
    yours, theirs = form.content(), edition.head.content()
    labels = {"title": "Title", **{part.field: part.label for part in PARTS}}
    differences = [
        {"label": label, "yours": yours[name], "theirs": theirs[name], "diff": diff_words(theirs[name], yours[name])}
        for name, label in labels.items()
        if yours[name] != theirs[name]
    ]
    others = [name for name in ("exposure_level", "topics", "attributes") if yours[name] != theirs[name]]
    context = {
        **admin.site.each_context(request),
        "title": "This edition moved on",
        "is_nav_sidebar_enabled": False,
        "edition": edition,
        "form": form,
        "changes": stale.changes if isinstance(stale, StaleEdition) else [str(stale)],
        "differences": differences,
        "others": others,
        "token": Token.shown(edition),
    }
    return TemplateResponse(request, "admin/review/conflict.html", context, status=409)
