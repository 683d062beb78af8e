"""What verify_archive recomputes of provisions: their wordings, where these stand, what stands now, what changed."""

from collections.abc import Sequence
from itertools import groupby, islice

from django.db.models import Exists, F, OuterRef

from atlas.archive.texts.normalising import folded_sha256
from atlas.archive.verifying.text_checks import gap
from atlas.archive.verifying.verifying import ROWS_AT_ONCE, TEXTS_AT_ONCE, Verdicts, say
from atlas.models import Capture, Change, ChangeKind, Document, Outcome, Placement, Provision, Version, Wording, sha256


def wordings() -> Verdicts:
    """By provision, in the order of their numbers."""
    placed = Placement.objects.filter(wording=OuterRef("pk"), version=OuterRef("first_capture__version"))
    rows = Wording.objects.select_related("provision", "first_capture").annotate(is_placed=Exists(placed))
    rows = rows.order_by("provision_id", "number")
    for _, wordings in groupby(rows.iterator(ROWS_AT_ONCE), lambda row: row.provision_id):
        number = 0
        for wording in wordings:
            yield say(wording, gap(wording.number, number) or _wording_problem(wording))
            number = wording.number


def _wording_problem(wording: Wording) -> str:
    if sha256(wording.text) != wording.text_sha256:
        return "its text has another hash than recorded."
    if folded_sha256(wording.text) != wording.folded_sha256:
        return "its folded hash is not that of its text."
    if wording.first_capture.document_id != wording.provision.document_id:
        return "it was first captured in another document than its provision's."
    if wording.first_capture.outcome in (Outcome.UNCHANGED, Outcome.RETURNED):
        return "it was first captured with a text that was known already."
    return "" if wording.is_placed else "it does not stand in the version in which it was first captured."  # type: ignore[attr-defined]


def placements() -> Verdicts:
    """By version: what each splitter placed must give back the version's text."""
    rows = Version.objects.select_related("snapshot").order_by("pk").iterator(TEXTS_AT_ONCE)
    while versions := list(islice(rows, TEXTS_AT_ONCE)):
        placed = _placements_of(versions)
        for version in versions:
            yield from _version_placements(version, placed.get(version.pk, []))


def _placements_of(versions: Sequence[Version]) -> dict[int, list[Placement]]:
    rows = Placement.objects.filter(version__in=[version.pk for version in versions]).order_by(
        "version_id", "splitter", "ordinal"
    )
    rows = rows.annotate(
        digest=F("wording__text_sha256"),
        provision=F("wording__provision_id"),
        document=F("wording__provision__document_id"),
    )
    return {version_id: list(group) for version_id, group in groupby(rows, lambda row: row.version_id)}


def _version_placements(version: Version, rows: Sequence[Placement]) -> Verdicts:
    if not rows:
        yield say(version, "no provision is placed in it.")
    for _, cut in groupby(rows, lambda row: row.splitter):
        yield from _cut(version, list(cut))


def _cut(version: Version, rows: Sequence[Placement]) -> Verdicts:
    end: int | None = None
    ordinal = 0
    seen: set[int] = set()
    for number, row in enumerate(rows, start=1):
        yield say(row, gap(row.ordinal, ordinal) or _placement_problem(version, row, end, seen, number == len(rows)))
        end, ordinal = row.end + len(row.separator), row.ordinal
        seen.add(row.provision)  # type: ignore[attr-defined]


def _placement_problem(version: Version, row: Placement, end: int | None, seen: set[int], is_last: bool) -> str:
    text, provision = version.text, row.provision  # type: ignore[attr-defined]
    if sha256(text[row.start : row.end]) != row.digest:  # type: ignore[attr-defined]
        return f"{version.public_id} has another text there than its wording {row.wording_id}."
    if text[: row.start].strip() if end is None else row.start != end:
        return f"it does not follow what stands before it in {version.public_id}."
    behind = text[row.end : row.end + len(row.separator)]
    if row.separator != behind or behind.strip():
        return f"the white space behind it is not that of {version.public_id}."
    if is_last and row.end + len(row.separator) != len(text):
        return f"it is the last one, and {version.public_id} goes on after it."
    if row.document != version.document_id:  # type: ignore[attr-defined]
        return "its wording belongs to another document."
    return "its provision stands twice in the version." if provision in seen else ""


def provisions() -> Verdicts:
    """By document: what is in force must be what stands in the version that was captured last."""
    for document in Document.objects.order_by("pk").only("pk").iterator(ROWS_AT_ONCE):
        stands = _standing(document)
        rows = Provision.objects.filter(document=document).select_related("current_wording").order_by("pk")
        in_force = set()
        for provision in rows.iterator(ROWS_AT_ONCE):
            in_force.add(provision.pk)
            yield say(provision, _provision_problem(provision, stands))
        for provision_id in stands.keys() - in_force:
            yield f"Provision {provision_id}: it stands in a version of {document.public_id} and is not one of its."


def _standing(document: Document) -> dict[int, tuple[int, int]]:
    """Provision → its wording and its place, in the document's standing version."""
    good = Capture.objects.filter(document=document, version__isnull=False).order_by("-sequence")
    placed = Placement.objects.filter(version=good.values("version")[:1]).current()
    rows = placed.values_list("wording__provision_id", "wording_id", "ordinal")
    return {provision_id: (wording_id, ordinal) for provision_id, wording_id, ordinal in rows}


def _provision_problem(provision: Provision, stands: dict[int, tuple[int, int]]) -> str:
    current = provision.current_wording
    if current is None:
        return "it has no current wording."
    if current.provision_id != provision.pk:
        return "its current wording belongs to another provision."
    if provision.pk not in stands:
        return "" if provision.removed_at else "it is in force and does not stand in the latest version."
    if provision.removed_at:
        return "it is marked as removed and stands in the latest version."
    wording_id, ordinal = stands[provision.pk]
    if wording_id != current.pk:
        return f"its current wording is {current.pk}, and {wording_id} stands in the latest version."
    return "" if ordinal == provision.ordinal else "it has another place in the latest version than recorded."


def changes() -> Verdicts:
    placed = Placement.objects.filter(wording=OuterRef("new_wording"), version=OuterRef("capture__version"))
    rows = Change.objects.select_related("provision", "capture", "old_wording", "new_wording")
    for change in rows.annotate(is_placed=Exists(placed)).order_by("pk").iterator(ROWS_AT_ONCE):
        yield say(change, _change_problem(change))


def _change_problem(change: Change) -> str:
    wordings = [wording for wording in (change.old_wording, change.new_wording) if wording]
    if any(wording.provision_id != change.provision_id for wording in wordings):
        return "one of its wordings belongs to another provision."
    if {change.provision.document_id, change.capture.document_id} != {change.document_id}:
        return "its provision or its capture belongs to another document."
    if change.capture.outcome not in (Outcome.CHANGED, Outcome.RETURNED):
        return "its capture is none that shows a change."
    if change.new_wording and not change.is_placed:  # type: ignore[attr-defined]
        return "its new wording does not stand in the version of its capture."
    is_one_sided = change.old_wording is None or change.new_wording is None
    needs_both = change.kind in (ChangeKind.MODIFIED, ChangeKind.MOVED)
    if is_one_sided and needs_both:
        return f"it is “{change.kind}” and lacks one of its wordings."
    if (change.kind in (ChangeKind.ADDED, ChangeKind.SPLIT) and change.old_wording) or (
        change.kind in (ChangeKind.REMOVED, ChangeKind.MERGED) and change.new_wording
    ):
        return f"it is “{change.kind}” and has a wording that it cannot have."
    return ""
