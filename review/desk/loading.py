"""An edition with what its pages show, and who may see them."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from atlas.models import TEXT_FIELDS, Topic, User
from review.desk.revisions import with_authors
from review.models import AuthorKind, DeskSettings, Edition, Revision


def load_edition(edition_id: int, by: User) -> Edition:
    """With what the desk of ``by`` needs besides: see :class:`Aside`.

    Two queries: PostgreSQL takes five times as long to plan one with all these joins, and nothing to carry it out.
    """
    return get_object_or_404(
        Edition.objects.select_related(
            "provision__document__platform",
            "provision__current_wording",
            "wording__first_capture",
            "carried_from__author",
            "claimed_by",
            "assigned_to",
        )
        .prefetch_related(Prefetch("head", with_authors(Revision.objects.select_related("instructed_by"))))
        .annotate(aside=_aside(by), topic_rows=ArraySubquery(_topics().values(row=JSONObject(key="key", name="name")))),
        pk=edition_id,
    )


@dataclass(frozen=True)
class Aside:
    """What the desk shows besides.

    ``first_draft`` has the texts of the first draft by a program, by field. ``before`` counts the open editions that
    come before this one in the order of the queue, ``in_all`` all open ones.
    """

    keys_are_off: bool
    first_draft: dict[str, str] | None
    before: int
    in_all: int


def aside_of(edition: Edition) -> Aside:
    """Of an edition that ``load_edition`` loaded. No query."""
    return Aside(**edition.aside)  # type: ignore[attr-defined]


def _aside(by: User) -> Any:
    drafts = Revision.objects.filter(
        edition=OuterRef("pk"), author_kind__in=[AuthorKind.MODEL, AuthorKind.OUTLINE]
    ).order_by("number")
    texts: Any = JSONObject(**{name: name for name in TEXT_FIELDS})
    waiting = Edition.objects.open()
    return JSONObject(
        keys_are_off=Exists(DeskSettings.objects.filter(user=by, bare_keys=False)),
        first_draft=Subquery(drafts.annotate(texts=texts).values("texts")[:1]),
        before=_number_of(waiting.before_outer(timezone.now())),
        in_all=_number_of(waiting),
    )


def _number_of(editions: QuerySet[Edition]) -> Coalesce:
    counted: QuerySet[Any] = editions.order_by().values(all_of_them=Value(1)).annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted), 0)


def topic_names(edition: Edition) -> dict[str, str]:
    """Key → name of the catalogue's topics, by name. No query for an edition that ``load_edition`` loaded."""
    rows = getattr(edition, "topic_rows", None)
    return {row["key"]: row["name"] for row in (_topics().values("key", "name") if rows is None else rows)}


def _topics() -> QuerySet[Topic]:
    return Topic.objects.filter(is_retired=False).order_by("name")


def may_see(request: HttpRequest) -> User:
    """The person, if they may see the desk at all."""
    assert isinstance(request.user, User)
    if not request.user.has_perm("review.view_edition"):
        raise PermissionDenied
    return request.user
