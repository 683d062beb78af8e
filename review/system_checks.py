"""Do PostgreSQL's guards stand? A restore without triggers, or an owner who turned one off, leaves no other sign."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

INSERT_ONLY = (
    "analysis_draftrun",
    "atlas_approval",
    "atlas_attributevalue",
    "atlas_capture",
    "atlas_change",
    "atlas_changecluster",
    "atlas_changecluster_changes",
    "atlas_clusterdecision",
    "atlas_holddecision",
    "atlas_noiserule",
    "atlas_placement",
    "atlas_publication",
    "atlas_publication_cited",
    "atlas_snapshot",
    "atlas_stateddate",
    "atlas_topiccorrection",
    "atlas_version",
    "atlas_wording",
    "review_analysisrequest",
    "review_comment",
    "review_decision",
    "review_event",
    "review_finding",
    "review_revision",
)
OTHERS = {
    "atlas_approval": ("review_approval_was_given",),
    "atlas_attributevalue": ("review_attribute_was_approved",),
    "atlas_publication": ("review_publication_is_current", "review_publication_is_approved", "review_publication_ends"),
    "atlas_publication_cited": ("review_citation_was_approved",),
    "review_comment": ("review_comment_fits",),
    "review_decision": ("review_decision_is_bound",),
    "review_edition": (
        "review_edition_begins",
        "review_edition_moves",
        "review_edition_has_event",
        "review_edition_no_truncate",
    ),
    "review_event": ("review_event_chain",),
    "review_revision": ("review_revision_fits",),
}
GUARDS = frozenset(
    {(table, f"{table}_{guard}") for table in INSERT_ONLY for guard in ("insert_only", "no_truncate")}
    | {(table, guard) for table, guards in OTHERS.items() for guard in guards}
)

# A trigger that is "enabled" as usual rests while a session says that it replicates; ALWAYS does not.
_STANDING = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND pg_table_is_visible(c.oid)
"""


@register(Tags.database, deploy=True)
def guards_stand(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Runs with ``check --deploy --database default``."""
    return [
        Error(
            f"The guard {trigger} of the table {table} is missing or turned off: its rows can be altered unseen.",
            hint="Make it again as the migrations do (review, analysis, atlas: …_guards.py), then run verify_archive.",
            id="review.E001",
        )
        for alias in databases or ()
        for table, trigger in sorted(GUARDS - standing_guards(alias))
    ]


def standing_guards(alias: str = "default") -> set[tuple[str, str]]:
    """(table, trigger) of every trigger that fires always."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_STANDING)
        return set(cursor.fetchall())
