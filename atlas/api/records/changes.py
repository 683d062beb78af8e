"""Changes: what happened to a provision between two captures, and why it counts as what it is called."""

import datetime

from django.db.models import F
from pydantic import BaseModel, Field

from atlas.api.records.provisions import WordingRef, wording_ref
from atlas.api.records.references import (
    Coded,
    DocumentRef,
    ProvisionRef,
    Source,
    VersionRef,
    address,
    document_ref,
    provision_ref,
    source_of,
    version_ref,
)
from atlas.archive.texts.wording_diff import diff_words
from atlas.models import Change, Significance
from atlas.models.provisions import ChangeQuerySet


class ChangeRecord(BaseModel):
    """What happened to a provision between two captures."""

    id: str = Field(examples=["AT-C-000042"])
    url: str = Field(description="Its page, with the text before and after.")
    document: DocumentRef
    provision: ProvisionRef
    kind: Coded = Field(description="added, removed, modified, moved, split, merged.")
    significance: Coded = Field(description="substantive or cosmetic.")
    reasons: list[str] = Field(description="Why it counts as that, in words.")
    is_announced: bool = Field(description="Substantive, and not a return to a text that was archived before.")
    is_return: bool = Field(description="Back to a text that was archived before.")
    is_backfill: bool = Field(description="Brought by an import of old history.")
    rewrite: str | None = Field(
        description="The whole document was rewritten with this change: its title, the same for all changes of it."
    )
    captured_at: datetime.datetime = Field(description="When the platform first showed it to us.")
    recorded_at: datetime.datetime = Field(description="When this Atlas wrote it down; later for imports.")
    version: VersionRef | None = Field(description="The version of the document that it led to.")


class DiffPart(BaseModel):
    """A stretch of text that stayed, went or came."""

    op: str = Field(description="same, removed or added.")
    text: str


class ChangeDetail(ChangeRecord):
    """A change with the text before and after. Both are the platform's, quoted as evidence."""

    source: Source | None
    before: WordingRef | None = Field(description="Null for what was added.")
    after: WordingRef | None = Field(description="Null for what was removed.")
    difference: list[DiffPart] = Field(description="What differs, word by word.")


def change_rows(rows: ChangeQuerySet) -> ChangeQuerySet:
    """``rows`` with what a :class:`ChangeRecord` tells."""
    return rows.for_lists().annotate(rewrite=F("capture__cluster__title"))


def change_record(row: Change) -> ChangeRecord:
    """Of one of ``change_rows``."""
    is_substantive = row.significance == Significance.SUBSTANTIVE
    return ChangeRecord(
        id=row.public_id,
        url=address(row.get_absolute_url()),
        document=document_ref(row.document),
        provision=provision_ref(row.provision),
        kind=Coded(code=row.kind, words=row.get_kind_display()),
        significance=Coded(code=row.significance, words=row.get_significance_display()),
        reasons=[str(reason) for reason in row.reasons],
        is_announced=is_substantive and not row.is_return,
        is_return=row.is_return,
        is_backfill=row.is_backfill,
        rewrite=getattr(row, "rewrite", None),
        captured_at=row.capture.captured_at,
        recorded_at=row.capture.recorded_at,
        version=version_ref(row.capture.version) if row.capture.version else None,
    )


def change_detail(row: Change) -> ChangeDetail:
    """Of one of ``change_rows`` with both wordings and the document's collection selected. No query."""
    before, after = row.old_wording, row.new_wording
    parts = diff_words(before.text if before else "", after.text if after else "")
    return ChangeDetail(
        **dict(change_record(row)),
        source=source_of(row.document.collection),
        before=wording_ref(before) if before else None,
        after=wording_ref(after) if after else None,
        difference=[DiffPart(op=part.op, text=part.text) for part in parts],
    )
