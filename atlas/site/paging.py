"""Lists paged by key: a page starts after the last row of the page before, so deep pages cost what the first does."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
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


def paged(
    request: HttpRequest, rows: QuerySet[Row], order: Sequence[str], *, total: int | None = None, size: int = PAGE_SIZE
) -> Page[Row]:
    """The page of ``rows`` that the query string asks for. Two queries, or one if the total is known.

    ``order`` names the fields as ``order_by`` does; together they must be unique and never null.

    Raises:
        Http404: if the ``after`` of the query string is not one that a page gave.
    """
    total = rows.count() if total is None else total
    after = request.GET.get("after", "")
    rows = rows.order_by(*order)
    try:
        found = list((rows.filter(_beyond(order, _decode(after))) if after else rows)[: size + 1])
    except (ValueError, TypeError, ValidationError, RecursionError):
        raise Http404("This list has no such page. Start again from its first page.") from None
    query, next_query = request.GET.copy(), ""
    query.pop("after", None)
    first_query = query.urlencode()
    if len(found) > size:
        query["after"] = _encode([_value(found[size - 1], field) for field in order])
        next_query = query.urlencode()
    return Page(found[:size], total, next_query, not after, first_query)


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come after ``values`` in ``order``."""
    if len(order) != len(values):
        raise ValueError("wrong number of key fields")
    condition, equal = Q(), Q()
    for field, value in zip(order, values, strict=True):
        name = field.lstrip("-")
        condition |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    # Follows from the rest, and lets PostgreSQL begin in the midst of an index.
    first, is_down = order[0].lstrip("-"), order[0].startswith("-")
    return Q(**{f"{first}__{'lte' if is_down else 'gte'}": values[0]}) & condition


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
