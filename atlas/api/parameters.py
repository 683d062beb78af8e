"""What a request may ask with: identifiers, filters, places in lists. Everything that is not right is told in words."""

import datetime
from typing import Annotated, Any, Literal, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import AfterValidator, Field
from pydantic.json_schema import SkipJsonSchema

from atlas.api.problems import not_found
from atlas.models import Document, Platform, Topic, UnknownIdentifier
from atlas.models.identifiers import PublicIdentifier

Row = TypeVar("Row", bound=PublicIdentifier)
Keyed = TypeVar("Keyed", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
MOST = 200  # rows of one answer
USUAL = 50


def _storable(text: str) -> str:
    """``text``, if PostgreSQL can look for it."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("it holds a character that no text of ours has")
    return text


def _calendar_day(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


Text = Annotated[str, Field(pattern=r"^[^\x00]*$"), AfterValidator(_storable)]
Day = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"}),
    AfterValidator(_calendar_day),
]
Key = Annotated[Text, Field(max_length=200)]
PublicId = Annotated[Text, Field(max_length=30)]


class Place(Schema):
    """Which stretch of a list."""

    limit: Annotated[int, Field(ge=1, le=MOST)] | SkipJsonSchema[None] = Field(
        None, description=f"How many rows at most. JSON: {USUAL} unless you say so. CSV: all of them."
    )
    cursor: Annotated[Text, Field(max_length=1000)] = Field(
        "", description="`next_cursor` of the answer before. Rows that are added meanwhile do not shift the list."
    )


class Exported(Place):
    """A list that there is as CSV, too."""

    format: Literal["json", "csv"] = Field("json", description="`csv` gives the whole list as CSV.")


def cited(rows: QuerySet[Row], public_id: str, name: str) -> Row:
    """The row of ``rows`` with this public identifier; ``name`` is the resource, such as ``provisions``.

    Raises:
        ProblemError: 404, if the text is no identifier of that kind or names nothing.
    """
    try:
        row = rows.filter(pk=rows.model.key_from(public_id)).first()
    except UnknownIdentifier:
        letter = rows.model.LETTER
        raise not_found(f"An identifier of /{name} looks like AT-{letter}-000123. Take it from that list.") from None
    if row is None:
        raise not_found(f"There is no {public_id.strip().upper()}. Take identifiers from /{name}.")
    return row


def keyed(rows: QuerySet[Keyed], name: str, **wanted: str) -> Keyed:
    """The row of ``rows`` with this slug or key.

    Raises:
        ProblemError: 404, if there is none.
    """
    row = rows.filter(**wanted).first()
    if row is None:
        raise not_found(f"There is no such entry. Take keys from /{name}.")
    return row


def narrowed(rows: Rows, platform: str, document: str, to_document: str) -> Rows:
    """``rows`` of a platform and a document, if they are named; ``to_document`` leads from a row to its document.

    At most two queries.

    Raises:
        ProblemError: 404, if there is no such platform or document.
    """
    if platform:
        row = keyed(Platform.objects.all(), "platforms", slug=platform)
        rows = rows.filter(**{f"{to_document}__platform": row})
    if document:
        rows = rows.filter(**{to_document: cited(Document.objects.all(), document, "documents")})
    return rows


def wanted_topic(key: str) -> Topic:
    return keyed(Topic.objects.all(), "topics", key=key)


def start_of(day: str) -> datetime.datetime:
    """The first moment of ``day``, UTC."""
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(), datetime.UTC)


def end_of(day: str) -> datetime.datetime:
    """The first moment after ``day``, UTC; of the last day of the calendar, its last."""
    try:
        return start_of(day) + datetime.timedelta(days=1)
    except OverflowError:
        return datetime.datetime.max.replace(tzinfo=datetime.UTC)
