"""Hashes of rows that an event bears, so that the chain of events covers these rows too.

``seals_for`` says which event seals what; ``review.verifying`` computes the hashes anew.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from atlas.models import Publication, User
from review.models import Comment, Decision, DecisionKind, Edition, Revision

WITH_NEW_TEXT = ("take_in", "open_edition", "reopen", "revise")  # the events that bring a revision

_DECISION = (
    "edition_id",
    "revision_id",
    "wording_id",
    "content_sha256",
    "round",
    "kind",
    "by_id",
    "reason",
    "reason_code",
    "parts",
    "dwell_seconds",
    "words_to_read",
    "finding_id",
    "is_self_approval",
    "at",
)
FINDING = ("code", "severity", "message", "part", "start", "end")
_PUBLICATION = (
    "provision_id",
    "wording_id",
    "version_id",
    "content_sha256",
    "number",
    "published_at",
    "revision_id",
    "drafter",
    "solo_review",
    "public_note",
)
_APPROVAL = ("name", "role", "approved_at")
_COMMENT = (
    "edition_id",
    "revision_id",
    "reply_to_id",
    "part",
    "quote",
    "prefix",
    "suffix",
    "body",
    "is_blocking",
    "by_id",
    "at",
)


def seals_for(
    edition: Edition, revision: Revision | None, action: str, by: User | None, data: Mapping[str, Any]
) -> dict[str, Any]:
    """What the event of ``action`` on ``revision`` bears beside ``data``: the hash of the row that it is about."""
    if by is not None and action in DecisionKind.values:
        decision = Decision.objects.filter(edition=edition, kind=action, by=by).latest("pk")
        return {"decision": decision.pk, "decision_sha256": decision_seal(decision)}
    if action == "comment":
        return {"comment_sha256": comment_seal(Comment.objects.get(pk=data["comment"]))}
    if action in ("publish", "restore"):
        key = Publication.key_from(data["publication"])
        return {"publication_sha256": publication_seal(Publication.objects.get(pk=key))}
    if action in WITH_NEW_TEXT and revision is not None:
        return {"findings_sha256": findings_seal(revision.findings.order_by("pk").values_list(*FINDING))}
    return {}


def decision_seal(decision: Decision) -> str:
    return _sha256(_columns(decision, _DECISION))


def comment_seal(comment: Comment) -> str:
    """Without its resolving, which comes later and has an event of its own."""
    return _sha256(_columns(comment, _COMMENT))


def findings_seal(findings: Iterable[Sequence[Any]]) -> str:
    """Of the columns ``FINDING`` of all findings on a revision, in the order in which they were made."""
    return _sha256([list(finding) for finding in findings])


def publication_seal(publication: Publication) -> str:
    """What readers see beside its text, with those who approved it."""
    approvals = sorted(_columns(approval, _APPROVAL) for approval in publication.approvals.all())
    return _sha256([_columns(publication, _PUBLICATION), approvals])


def _columns(row: Any, names: Iterable[str]) -> list[Any]:
    return [_plain(getattr(row, name)) for name in names]


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _sha256(value: Any) -> str:
    canonical = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
