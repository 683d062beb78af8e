"""Two versions of a document side by side, provision by provision, with what changed word by word."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from atlas.admin.history import page, require
from atlas.archive.telling.comparison import compare
from atlas.archive.telling.line_details import stated_dates
from atlas.models import Capture, Document, StatedDate, UnknownIdentifier, Version


class NotComparable(ValueError):
    """The versions asked for cannot be compared; the message says why and what to do."""


@dataclass(frozen=True)
class Side:
    """One of the two versions, with the four dates."""

    version: Version
    first: Capture | None
    last: Capture | None
    dates: list[StatedDate]


def side_by_side(request: HttpRequest, document_id: int) -> HttpResponse:
    """``?old=3&new=5`` (numbers, or identifiers like AT-V-000012); ``all=1`` with the text of what is unchanged."""
    require(request, "atlas.view_document")
    document = get_object_or_404(Document.objects.select_related("platform"), pk=document_id)
    versions = list(document.versions.order_by("-number"))
    shows_all = request.GET.get("all") == "1"
    context = {"document": document, "versions": versions, "shows_all": shows_all}
    try:
        old, new = _asked_versions(request, document, versions)
    except NotComparable as refused:
        context["refused"] = str(refused)
    else:
        context |= {"old": old, "new": new} | _comparison(document, old, new, shows_all=shows_all)
    title = f"Versions of {document} side by side"
    return page(request, "document/side_by_side.html", title, context)


def _asked_versions(request: HttpRequest, document: Document, versions: Sequence[Version]) -> tuple[Version, Version]:
    """The two versions that are asked for, by default the one that stands and the one that stood before it.

    Raises:
        NotComparable: if one of them is none of ``document``, or there are no two.
    """
    if len(versions) < 2:
        raise NotComparable(
            "There is only one version of this document so far: nothing to compare it with. A second one is recorded "
            "when a capture finds another text."
            if versions
            else "No version of this document has been recorded yet. Import a collection, or look at its history."
        )
    by_number = {version.number: version for version in versions}
    new_asked, old_asked = request.GET.get("new", "").strip(), request.GET.get("old", "").strip()
    new = _version(new_asked, by_number) if new_asked else _standing(document, by_number)
    old = _version(old_asked, by_number) if old_asked else _standing_before(document, by_number, new)
    if old == new:
        raise NotComparable(f"Both sides are version {new.number}. Choose two different versions.")
    return old, new


def _version(asked: str, by_number: dict[int, Version]) -> Version:
    """
    Raises:
        NotComparable: if no version of the document has this number or identifier.
    """
    if asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked) in by_number:
        return by_number[int(asked)]
    try:
        key = Version.key_from(asked)
    except UnknownIdentifier:
        key = 0
    for version in by_number.values():
        if version.pk == key:
            return version
    if key:
        raise NotComparable(f"{asked} is not a version of this document. Choose two of its versions below.")
    raise NotComparable(f"This document has no version “{asked[:40]}”. Its versions are 1 to {max(by_number)}.")


def _standing(document: Document, by_number: dict[int, Version]) -> Version:
    good = document.captures.exclude(version=None).order_by("-sequence")
    return by_number[good.values_list("version__number", flat=True)[0]]


def _standing_before(document: Document, by_number: dict[int, Version], new: Version) -> Version:
    """What stood when ``new`` came last: the version of the good capture before; for the first one, the second."""
    looks = document.captures.exclude(version=None)
    other = looks.exclude(version=new)
    latest = looks.filter(version=new).order_by("-sequence").values("sequence")[:1]
    numbers = other.filter(sequence__lt=latest).order_by("-sequence").values_list("version__number", flat=True)
    number = numbers.first() or other.order_by("sequence").values_list("version__number", flat=True)[0]
    return by_number[number]


def _comparison(document: Document, old: Version, new: Version, *, shows_all: bool) -> dict[str, object]:
    """What the page shows of two versions. Ten queries."""
    compared = compare(document, old, new, with_unchanged=shows_all)
    dates = stated_dates([old.pk, new.pk])
    return {
        "groups": [(group[0].couple.is_unchanged, group) for group in compared.groups],
        "counts": compared.counts,
        "differences": compared.differences,
        "sides": [_side(old, dates), _side(new, dates)],
        "is_backwards": old.number > new.number,
    }


def _side(version: Version, dates: Iterable[StatedDate]) -> Side:
    looks = version.captures.select_related("collection").order_by("sequence")
    return Side(version, looks.first(), looks.last(), [row for row in dates if row.version_id == version.pk])
