"""Lists paged by key: a page starts after the last row of the page before, so deep pages cost what the first does."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Model, Q, QuerySet
from django.http import Http404, HttpRequest

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list. ``total`` counts the whole list; ``next_query`` asks for the rows after these,
    ``first_query`` for the first ones, narrowed the same way."""

    rows: list[Row]
    total: int
    next_query: str
    is_first: bool
    first_query: str = ""


class NoSuchPlace(ValueError):
    """A place in a list that no answer of ours has named."""


@dataclass(frozen=True)
class Stretch(Generic[Row]):
    """Consecutive rows of a list. ``after`` names the place behind the last of them; it is empty at the list's end."""

    rows: list[Row]
    after: str


def stretch(rows: QuerySet[Row], order: Sequence[str], *, after: str, size: int) -> Stretch[Row]:
    """At most ``size`` of ``rows``, from the place ``after`` on, or from the beginning if that is empty. One query.

    ``order`` names the fields as ``order_by`` does; together they must be unique and never null.

    Raises:
        NoSuchPlace: if ``after`` is not the ``after`` of a stretch in this order.
    """
    rows = rows.order_by(*order)
    try:
        found = list((rows.filter(_beyond(rows, order, _decode(after))) if after else rows)[: size + 1])
    except (ValueError, TypeError, ValidationError, RecursionError, OverflowError):
        raise NoSuchPlace("No answer has given this place in the list.") from None
    is_last = len(found) <= size
    return Stretch(found[:size], "" if is_last else _encode([_value(found[size - 1], field) for field in order]))


def paged(
    request: HttpRequest, rows: QuerySet[Row], order: Sequence[str], *, total: int | None = None, size: int = PAGE_SIZE
) -> Page[Row]:
    """The page of ``rows`` that the query string asks for. Two queries, or one if the total is known.

    ``order`` is that of :func:`stretch`.

    Raises:
        Http404: if the ``after`` of the query string is not one that a page gave.
    """
    total = rows.count() if total is None else total
    after = request.GET.get("after", "")
    try:
        found = stretch(rows, order, after=after, size=size)
    except NoSuchPlace:
        raise Http404("This list has no such page. Start again from its first page.") from None
    return _page(request, found.rows, total, found.after)


def paged_list(request: HttpRequest, rows: Sequence[Row], *, size: int = PAGE_SIZE) -> Page[Row]:
    """The same of rows that are at hand, in their order: a page starts after the last row of the page before.

    Raises:
        Http404: if the ``after`` of the query string names none of the rows.
    """
    after = request.GET.get("after", "")
    keys = [str(row.pk) for row in rows]
    if after and after not in keys:
        raise Http404("This list has no such page. Start again from its first page.")
    begin = keys.index(after) + 1 if after else 0
    shown = list(rows[begin : begin + size])
    return _page(request, shown, len(rows), keys[begin + size - 1] if begin + size < len(rows) else "")


def _page(request: HttpRequest, rows: list[Row], total: int, after: str) -> Page[Row]:
    query, next_query = request.GET.copy(), ""
    query.pop("after", None)
    first_query = query.urlencode()
    if after:
        query["after"] = after
        next_query = query.urlencode()
    return Page(rows, total, next_query, not request.GET.get("after"), first_query)


def _beyond(rows: QuerySet[Any], order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come after ``values`` in ``order``."""
    if len(order) != len(values):
        raise ValueError("wrong number of key fields")
    condition, equal = Q(), Q()
    bound = Q()  # follows from the rest, and lets PostgreSQL begin in the midst of an index
    for field, given in zip(order, values, strict=True):
        name = field.lstrip("-")
        value = _moment(given) if isinstance(_field(rows, name), DateTimeField) else given
        condition |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
        bound = bound or Q(**{f"{name}__{'lte' if field.startswith('-') else 'gte'}": value})
    return bound & condition


def _field(rows: QuerySet[Any], name: str) -> object:
    """The field that ``name`` leads to from ``rows``, or what they are annotated with by that name."""
    if name in rows.query.annotations:
        return rows.query.annotations[name].output_field
    model, field = rows.model, None
    for step in name.split("__"):
        field = model._meta.pk if step == "pk" else model._meta.get_field(step)
        model = field.related_model
    return field


def _moment(given: Any) -> datetime:
    """A time as we wrote it: with its offset."""
    moment = datetime.fromisoformat(given)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset is none of ours")
    return moment.astimezone(UTC)


def _value(row: Model, field: str) -> Any:
    value: Any = row
    for step in field.lstrip("-").split("__"):
        value = getattr(value, step)
    return value


def _encode(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _decode(text: str) -> list[Any]:
    values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if not isinstance(values, list) or any(
        not isinstance(value, (str, int)) or "\x00" in str(value) for value in values
    ):
        raise ValueError("not a list of key values")
    return values
