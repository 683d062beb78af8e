"""What the evidence pack of a publication tells of how it was approved, without private names."""

from typing import Any

from atlas.models import Publication
from review.models import Decision, DecisionKind, Event, Revision


def history(publication: Publication) -> dict[str, Any]:
    """The decisions that counted, and the hash chain of the edition's events up to the publication. Three queries.

    People are "Person 1", "Person 2" …: those who approved are named in the publication; others stay private. Of a
    revision that is gone, which only an altered record has, there is nothing to tell: the pack then fails its check.
    """
    revision = Revision.objects.select_related("edition").filter(pk=publication.revision_id).first()
    if revision is None:
        return {"kind": "", "approvals": [], "waivers": 0, "decisions": [], "events": []}
    edition = revision.edition
    decisions = list(
        Decision.objects.filter(edition=edition, at__lte=publication.published_at)
        .select_related("wording", "revision")
        .order_by("pk")
    )
    people = {key: f"Person {number}" for number, key in enumerate(dict.fromkeys(d.by_id for d in decisions), 1)}
    counted = [d for d in decisions if d.revision_id == revision.pk and d.round == edition.round]
    return {
        "kind": edition.kind,
        "revision": revision.number,
        "round": edition.round,
        "approvals": [
            {
                "person": people[d.by_id],
                "at": d.at.isoformat(),
                "content_sha256": d.content_sha256,
                "wording_sha256": d.wording.text_sha256,
                "own_text": d.is_self_approval,
            }
            for d in counted
            if d.kind == DecisionKind.APPROVE
        ],
        "waivers": sum(d.kind == DecisionKind.WAIVE for d in decisions if d.revision_id == revision.pk),
        "decisions": [
            {"person": people[d.by_id], "at": d.at.isoformat(), "what": d.kind, "revision": d.revision.number}
            for d in decisions
        ],
        "events": _chain(publication, edition.pk),
    }


def _chain(publication: Publication, edition_id: int) -> list[dict[str, Any]]:
    """What happened, each with the hash that binds it to the one before; the names are in the hash alone."""
    chain = []
    for event in Event.objects.filter(edition_ref=edition_id).order_by("sequence"):
        chain.append(
            {
                "sequence": event.sequence,
                "action": event.action,
                "at": event.at.isoformat(),
                "previous_hash": event.previous_hash,
                "hash": event.row_hash,
            }
        )
        if event.data.get("publication") == publication.public_id:
            break
    return chain
