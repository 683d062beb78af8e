"""What a document is at its latest capture: the text that stands, its provisions, and what is held back.

Read once by the write path and kept in step by it, so that replaying a long history reads nothing twice.
"""

from dataclasses import dataclass, field, replace

from atlas.archive.gate.held import Held, load_held
from atlas.archive.provisions.splitting import ProvisionText, split_provisions
from atlas.models import Capture, Document, Incident, Placement, Version

LONGEST_TITLE = 300  # characters: Provision.title


@dataclass(frozen=True, slots=True)
class Piece:
    """A provision as it stands in one version."""

    provision_id: int
    wording_id: int
    text: ProvisionText


@dataclass(frozen=True, slots=True)
class Known:
    """A version of the document, by the keys of its row and of its text."""

    version_id: int
    snapshot_id: int


@dataclass
class Standing:
    """``sequence`` counts captures, ``versions`` are all by their hash; the rest is the last good capture's."""

    sequence: int = 0
    versions: dict[str, Known] = field(default_factory=dict)
    version_id: int | None = None
    snapshot_id: int | None = None
    sha256: str = ""
    text: str = ""
    pieces: list[Piece] = field(default_factory=list)
    held: Held | None = None
    incident: Incident | None = None


def load_standing(document: Document) -> Standing:
    """Reads it from the database, in seven queries at most."""
    captures = Capture.objects.filter(document=document).order_by("-sequence")
    latest = captures.first()
    if latest is None:
        return Standing()
    standing = Standing(sequence=latest.sequence)
    good = captures.filter(version__isnull=False).select_related("version__snapshot").first()
    if good is not None:
        assert good.version is not None
        standing.version_id, standing.snapshot_id = good.version.pk, good.version.snapshot_id
        standing.sha256, standing.text = good.version.snapshot.sha256, good.version.text
        standing.pieces = load_pieces(good.version.pk, standing.text)
        standing.versions = _load_versions(document)
    standing.incident = Incident.objects.filter(document=document, closed_at=None).select_related("opened_by").first()
    if standing.incident is not None:
        standing.held = load_held(document, standing.incident)
    return standing


def _load_versions(document: Document) -> dict[str, Known]:
    rows = Version.objects.filter(document=document).order_by().values_list("snapshot__sha256", "pk", "snapshot_id")
    return {digest: Known(version_id, snapshot_id) for digest, version_id, snapshot_id in rows}


def load_pieces(version_id: int, text: str) -> list[Piece]:
    """The provisions of a recorded version, as they were split then."""
    placements = list(Placement.objects.of(version_id).select_related("wording__provision").order_by("ordinal"))
    again = {(piece.start, piece.end): piece for piece in split_texts(text)}
    return [
        Piece(
            placement.wording.provision_id,
            placement.wording_id,
            again.get((placement.start, placement.end)) or _as_recorded(placement),
        )
        for placement in placements
    ]


def _as_recorded(placement: Placement) -> ProvisionText:
    """For a version that an earlier splitter cut: today's would cut elsewhere."""
    wording = placement.wording
    path = tuple(wording.heading_path)
    return ProvisionText(placement.start, placement.end, wording.text, wording.provision.title, path)


def split_texts(text: str) -> list[ProvisionText]:
    """The provisions of ``text`` with titles that fit their column."""
    return [
        piece if len(piece.title) <= LONGEST_TITLE else replace(piece, title=piece.title[: LONGEST_TITLE - 1] + "…")
        for piece in split_provisions(text)
    ]
