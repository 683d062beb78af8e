"""Provisions and changes."""

from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Path, Query, Router
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from atlas.api.lists import Kind, Listing, answered
from atlas.api.parameters import Day, Exported, Key, PublicId, cited, narrowed, start_of, wanted_topic
from atlas.api.records.changes import ChangeDetail, ChangeRecord, change_detail, change_record, change_rows
from atlas.api.records.provisions import (
    ProvisionDetail,
    ProvisionRecord,
    provision_detail,
    provision_records,
    provision_rows,
)
from atlas.models import Change, ChangeKind, Provision
from atlas.models.provisions import ChangeQuerySet
from atlas.site.views.provisions import LIST_ORDER

router = Router(tags=["Provisions and changes"])
CHANGE_CLASSES = Literal["announced", "substantive", "cosmetic", "return", "all"]

PROVISIONS = Kind[Provision, ProvisionRecord](
    "provisions",
    LIST_ORDER,
    provision_records,
    {
        "id": lambda item: item.id,
        "platform": lambda item: item.document.platform.name,
        "document": lambda item: item.document.name,
        "document_id": lambda item: item.document.id,
        "title": lambda item: item.title,
        "in_force": lambda item: item.is_in_force,
        "removed_at": lambda item: item.removed_at,
        "topics": lambda item: item.topics,
        "text": lambda item: item.wording.text if item.wording else "",
        "text_sha256": lambda item: item.wording.sha256 if item.wording else "",
        "analysis": lambda item: item.analysis.words,
        "publication": lambda item: item.analysis.publication,
        "url": lambda item: item.url,
    },
)
CHANGES = Kind[Change, ChangeRecord](
    "changes",
    ("-capture__captured_at", "-pk"),
    lambda rows: [change_record(row) for row in rows],
    {
        "id": lambda item: item.id,
        "platform": lambda item: item.document.platform.name,
        "document": lambda item: item.document.name,
        "document_id": lambda item: item.document.id,
        "provision": lambda item: item.provision.id,
        "title": lambda item: item.provision.title,
        "kind": lambda item: item.kind.code,
        "significance": lambda item: item.significance.code,
        "announced": lambda item: item.is_announced,
        "reasons": lambda item: item.reasons,
        "rewrite": lambda item: item.rewrite,
        "captured_at": lambda item: item.captured_at,
        "recorded_at": lambda item: item.recorded_at,
        "version": lambda item: item.version.id if item.version else "",
        "url": lambda item: item.url,
    },
)


class ProvisionFilters(Exported):
    platform: Key = Field("", description="Slug of a platform, from `/platforms`.")
    document: PublicId = Field("", description="Identifier of a document.")
    topic: Key = Field("", description="Key of a topic, from `/topics`.")
    state: Literal["in_force", "removed", "all"] = Field("in_force", description="Whether it stands in the document.")


class ChangeFilters(Exported):
    platform: Key = Field("", description="Slug of a platform, from `/platforms`.")
    document: PublicId = Field("", description="Identifier of a document.")
    provision: PublicId = Field("", description="Identifier of a provision.")
    topic: Key = Field("", description="Key of a topic, from `/topics`.")
    kind: Literal["", *ChangeKind.values] = Field("", description="What happened.")  # type: ignore[valid-type]
    class_: CHANGE_CLASSES = Field(
        "announced",
        alias="class",
        description="`announced`: substantive, and not a return to a text that was archived before; what the site and "
        "its totals count. `substantive` and `cosmetic`: with returns. `return`: only returns.",
    )
    since: Day | SkipJsonSchema[None] = Field(None, description="Captured on this day (UTC) or later.")
    until: Day | SkipJsonSchema[None] = Field(None, description="Captured before this day (UTC).")
    recorded_since: Day | SkipJsonSchema[None] = Field(
        None,
        description="Written down by this Atlas on this day (UTC) or later: imports bring old changes late.",
    )


@router.get("/provisions", response=Listing[ProvisionRecord], summary="Provisions")
def provisions(request: HttpRequest, wanted: Query[ProvisionFilters]) -> Listing[ProvisionRecord] | HttpResponseBase:
    """Provisions with the text in force and the state of their analysis, as they stand in their documents."""
    rows: QuerySet[Provision] = Provision.objects.all()
    rows = rows.filter(removed_at=None) if wanted.state == "in_force" else rows
    rows = rows.exclude(removed_at=None) if wanted.state == "removed" else rows
    rows = narrowed(rows, wanted.platform, wanted.document, "document")
    rows = rows.filter(topics=wanted_topic(wanted.topic)) if wanted.topic else rows
    return answered(PROVISIONS, provision_rows(rows), wanted)


@router.get("/provisions/{public_id}", response=ProvisionDetail, summary="One provision")
def provision(request: HttpRequest, public_id: Annotated[PublicId, Path(examples=["AT-P-000001"])]) -> ProvisionDetail:
    """A provision with every wording that was archived, its changes and publications."""
    rows = provision_rows(Provision.objects.select_related("document__collection"))
    return provision_detail(cited(rows, public_id, "provisions"))


@router.get("/changes", response=Listing[ChangeRecord], summary="Changes")
def changes(request: HttpRequest, wanted: Query[ChangeFilters]) -> Listing[ChangeRecord] | HttpResponseBase:
    """Changes of provisions, the latest captured first. A rewritten document's changes all carry its `rewrite`."""
    return answered(CHANGES, change_rows(wanted_changes(wanted)), wanted)


def wanted_changes(wanted: ChangeFilters) -> ChangeQuerySet:
    """The changes that are asked for. At most four queries.

    Raises:
        ProblemError: 404, if a platform, document, provision or topic is named that there is not.
    """
    rows = of_class(wanted.class_)
    rows = rows.filter(kind=wanted.kind) if wanted.kind else rows
    rows = rows.filter(capture__captured_at__gte=start_of(wanted.since)) if wanted.since else rows
    rows = rows.filter(capture__captured_at__lt=start_of(wanted.until)) if wanted.until else rows
    if wanted.recorded_since:
        rows = rows.filter(capture__recorded_at__gte=start_of(wanted.recorded_since))
    rows = narrowed(rows, wanted.platform, wanted.document, "document")
    if wanted.provision:
        rows = rows.filter(provision=cited(Provision.objects.all(), wanted.provision, "provisions"))
    return rows.filter(provision__topics=wanted_topic(wanted.topic)) if wanted.topic else rows


def of_class(name: str) -> ChangeQuerySet:
    """Changes of one class, by the rules of the site."""
    rows = Change.objects.all()
    if name == "announced":
        return rows.announced()
    if name == "return":
        return rows.filter(is_return=True)
    return rows if name == "all" else rows.filter(significance=name)


@router.get("/changes/{public_id}", response=ChangeDetail, summary="One change")
def change(request: HttpRequest, public_id: Annotated[PublicId, Path(examples=["AT-C-000001"])]) -> ChangeDetail:
    """A change with the text before and after, and what differs word by word."""
    rows = change_rows(Change.objects.select_related("old_wording", "new_wording", "document__collection"))
    return change_detail(cited(rows, public_id, "changes"))
