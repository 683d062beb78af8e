"""From what stands in an address to the row, or to a page that says there is no such thing."""

from typing import TypeVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from atlas.models import Change, Document, Platform, Topic, UnknownIdentifier
from atlas.models.identifiers import PublicIdentifier

Row = TypeVar("Row", bound=PublicIdentifier)


def cited(rows: QuerySet[Row], public_id: str) -> Row:
    """The row of ``rows`` with this public identifier.

    Raises:
        Http404: if the text is no identifier of that kind, or names nothing.
    """
    try:
        return get_object_or_404(rows, pk=rows.model.key_from(public_id))
    except UnknownIdentifier as error:
        raise Http404(str(error)) from None


def wanted_platform(request: HttpRequest) -> Platform | None:
    """The platform that ``?platform=`` asks for, if it asks for one."""
    slug = parameter(request, "platform")
    return get_object_or_404(Platform, slug=slug) if slug else None


def wanted_document(request: HttpRequest) -> Document | None:
    public_id = parameter(request, "document")
    return cited(Document.objects.select_related("platform"), public_id) if public_id else None


def wanted_capture(request: HttpRequest) -> Change | None:
    """A change of the capture whose changes ``?with=`` asks for: captures have no public identifier of their own."""
    public_id = parameter(request, "with")
    return cited(Change.objects.select_related("document__platform", "capture"), public_id) if public_id else None


def wanted_topic(request: HttpRequest) -> Topic | None:
    key = parameter(request, "topic")
    return get_object_or_404(Topic, key=key) if key else None


def wanted_choice(request: HttpRequest, name: str, choices: list[str]) -> str:
    """One of ``choices``, or an empty text when the parameter is missing."""
    value = parameter(request, name)
    if value and value not in choices:
        raise Http404(f"{name} is one of {', '.join(choices)}")
    return value


def parameter(request: HttpRequest, name: str) -> str:
    """What the address says for ``name``, without white space around it; empty if it says nothing."""
    value = request.GET.get(name, "").strip()
    if "\x00" in value:
        raise Http404("not an address of ours")
    return value


def wanted_keys(request: HttpRequest, name: str) -> list[str]:
    """Every value of a parameter that may be given more than once, each once, in order."""
    values = dict.fromkeys(value.strip() for value in request.GET.getlist(name))
    if any("\x00" in value for value in values):
        raise Http404("not an address of ours")
    return [value for value in values if value]
