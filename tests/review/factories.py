"""Rows of the editors' room, made through its own verbs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from analysis.models import DraftJob, DraftRun
from atlas.models import Capture, Change, Provision, Publication, User, Wording
from review import actions
from review.models import DecisionKind, Edition, State
from review.moves import decide, lock_edition, move
from tests.factories import NOON, add_wording, make_provision, make_user, make_version

QUOTE = "“We may use your Content to train and improve our models.”"
OTHER = "We may use your Content to train and improve our models. You cannot opt out of this."
CONTENT: dict[str, Any] = {
    "title": "Training on user content",
    "summary": f"The text states: {QUOTE}",
    "why_it_matters": "Customers decide here whether their content trains models.",
    "practical_effect": "Content trains models until the customer opts out.",
    "interpretive_note": "",
    "change_summary": "",
    "regulatory_landscape": "",
    "governance_exposure": "",
    "jurisdiction_flags": "",
    "contract_implications": "",
    "compliance_considerations": "- Check the account settings.",
    "exposure_level": "medium",
    "topics": [],
    "attributes": [],
    "no_material_change": False,
}
INVENTED = {"summary": "The text states: “We sell your Content to anyone who asks.”"}


def make_editor(role: str = "Reviewer", username: str = "", **fields: Any) -> User:
    """A person in one of the roles, which migrations made."""
    return make_user(username, groups=(role,), **fields)


def make_run(
    provision: Provision | None = None,
    *,
    wording: Wording | None = None,
    by: User | None = None,
    instructions: str = "",
    edition_ref: int | None = None,
    job: DraftJob | None = None,
    **content: Any,
) -> DraftRun:
    """A finished run of the outline drafter."""
    wording = wording or (provision or make_provision()).current_wording
    job = job or DraftJob.objects.create(
        wording=wording,
        reason="redraft" if instructions else "requested",
        requested_by=by,
        instructions=instructions,
        edition_ref=edition_ref,
        state="done",
        run_after=datetime(2026, 6, 1, tzinfo=UTC),
    )
    return DraftRun.objects.create(
        job=job,
        attempt=1,
        status="drafted",
        drafter="outline",
        analysis={**CONTENT, **content},
        input_sha256="0" * 64,
    )


def make_edition(provision: Provision | None = None, **content: Any) -> Edition:
    """An edition in review with one drafted revision."""
    run = make_run(provision, **content)
    actions.take_in()
    return Edition.objects.get(revisions__draft_run=run)


def shown(edition: Edition) -> dict[str, Any]:
    """What a form opened now would post beside the text."""
    token = ("lock_version", "wording_id")
    head = {"revision_id": F("head_id"), "content_sha256": F("head__content_sha256")}
    return Edition.objects.order_by().values(*token, **head).get(pk=edition.pk)


def approve(edition: Edition, *people: User) -> Edition:
    """Each of ``people`` (default: one new reviewer) opens the edition and approves it."""
    for person in people or (make_editor(),):
        actions.approve(edition, by=person, **shown(edition))
    edition.refresh_from_db()
    return edition


def approve_for_later(edition: Edition) -> Edition:
    """Approved, to be published a year from now."""
    current, by = lock_edition(edition, lock_version=None), make_editor()
    decide(current, DecisionKind.APPROVE, by=by)
    current.approved_revision = current.head
    current.publish_at = timezone.now() + timedelta(days=365)
    move(current, State.APPROVED, "approve", by=by)
    return current


def send_back(edition: Edition) -> Edition:
    """Changes requested, of whoever edits it next."""
    lock = shown(edition)["lock_version"]
    actions.request_changes(edition, by=make_editor(), lock_version=lock, reason="Say whose.", mode="edit")
    edition.refresh_from_db()
    return edition


def make_publication(provision: Provision | None = None, **content: Any) -> Publication:
    """An approved analysis as readers see it: drafted, taken in, approved, published."""
    edition = approve(make_edition(provision, **content))
    return Publication.objects.get(revision_id=edition.approved_revision_id)


def change_text(provision: Provision, text: str, **change: Any) -> Wording:
    """The platform changes the provision's text; ``change``: columns of the recorded change."""
    old = Provision.objects.get(pk=provision.pk).current_wording
    version, capture = make_version(provision.document, text)
    wording = add_wording(provision, version, capture)
    _record_change(provision, capture, old, wording, **change)
    return wording


def return_to(provision: Provision, wording: Wording) -> None:
    """The platform goes back to a text that the provision had before."""
    old = Provision.objects.get(pk=provision.pk).current_wording
    _stand(provision, current_wording=wording, removed_at=None)
    _record_change(provision, _look_again(provision, wording), old, wording, is_return=True)


def remove(provision: Provision) -> None:
    """The platform takes the provision out of the document."""
    old = Provision.objects.get(pk=provision.pk).current_wording
    _, capture = make_version(provision.document, f"What is left without {provision.public_id}.")
    _stand(provision, removed_at=NOON)
    _record_change(provision, capture, old, None, kind="removed")


def cut_anew(provision: Provision, text: str) -> Wording:
    """A rebuild of ours gives the provision another extent; the platform changed nothing."""
    version, capture = make_version(provision.document, text)
    return add_wording(provision, version, capture)


def _stand(provision: Provision, **columns: Any) -> None:
    Provision.objects.filter(pk=provision.pk).update(**columns)
    provision.refresh_from_db()


def _look_again(provision: Provision, wording: Wording) -> Capture:
    first = wording.first_capture
    return Capture.objects.create(
        document=provision.document,
        sequence=provision.document.captures.count() + 1,
        captured_at=NOON,
        outcome="returned",
        snapshot=first.snapshot,
        version=first.version,
    )


def _record_change(
    provision: Provision, capture: Capture, old: Wording | None, new: Wording | None, **columns: Any
) -> None:
    Change.objects.create(
        document=provision.document,
        provision=provision,
        capture=capture,
        old_wording=old,
        new_wording=new,
        **{"kind": "modified", "significance": "substantive", "reasons": ["Other words."], **columns},
    )


def check_constraints() -> None:
    """What COMMIT would check: the deferred triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
