"""What a dossier tells: the rows of the provision's page, and the texts that its changes went between. Reads alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from atlas.archive.texts.excerpting import first_characters, shortened
from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import (
    PARTS,
    Approval,
    AttributeValue,
    Capture,
    Change,
    Incident,
    Jurisdiction,
    Obligation,
    Provision,
    Publication,
    Version,
    Wording,
)
from atlas.site.reading import Reading, has_ended, read
from atlas.site.sources import latest_look, version_to_cite, went_into_another
from atlas.templatetags.atlas_markup import obligations_cited_in

CHANGES_COMPARED = 20  # the latest; earlier ones are listed with their addresses
CHARACTERS_COMPARED = 300_000  # of both texts of all of these together: about a second at worst
CHARACTERS_SHOWN = 12_000  # of one difference: setting struck and underlined words is slow
CHARACTERS_SHOWN_OF_ALL = 48_000
INCIDENTS = 20


@dataclass(frozen=True)
class ChangeTold:
    """A change, and what differs if there is room for it; ``is_cut`` if that is only the start of it."""

    change: Change
    parts: tuple[DiffPart, ...] | None = None
    is_cut: bool = False


@dataclass(frozen=True)
class Dossier:
    """``reading`` chooses the analysis as the provision's page does; ``incidents`` are those of the document."""

    provision: Provision
    reading: Reading
    is_cut_anew: bool  # its text stands, divided otherwise by a later program of ours
    wording: Wording | None
    version: Version | None
    look: Capture | None
    wordings: list[Wording]
    changes: list[ChangeTold]
    publications: list[Publication]
    approvals: Mapping[int, list[Approval]]
    facts: list[AttributeValue]
    obligations: Mapping[str, Obligation]
    jurisdictions: Mapping[str, str]
    incidents: list[Incident]


def collect(provision: Provision) -> Dossier:
    """The dossier of ``provision`` (with platform, collection and current wording selected). Eleven queries at most."""
    publications = list(provision.publications.with_cuts().select_related("wording", "version").order_by("-pk"))
    for row in publications:
        row.provision = provision
    reading = read(provision, publications)
    wordings = list(provision.wordings.defer("text").select_related("first_capture__version").order_by("-number"))
    look = latest_look(provision)
    wording = provision.current_wording or provision.wordings.order_by("-number").first()
    shown = reading.shown
    return Dossier(
        provision=provision,
        reading=reading,
        is_cut_anew=reading.is_cut_anew or went_into_another(provision, wording),
        wording=wording,
        version=version_to_cite(provision, wordings, look),
        look=look,
        wordings=wordings,
        changes=_changes(provision),
        publications=publications,
        approvals=_approvals(row for row in publications if not has_ended(row)),
        facts=list(shown.attribute_values.select_related("attribute")) if shown else [],
        obligations=obligations_cited_in(*(getattr(shown, part.field) for part in PARTS)) if shown else {},
        jurisdictions=dict(Jurisdiction.objects.values_list("key", "name")) if shown else {},
        incidents=list(Incident.objects.filter(document=provision.document_id).order_by("-opened_at")[:INCIDENTS]),
    )


def _approvals(publications: Iterable[Publication]) -> dict[int, list[Approval]]:
    found: dict[int, list[Approval]] = {}
    for approval in Approval.objects.filter(publication__in=[row.pk for row in publications]):
        found.setdefault(approval.publication_id, []).append(approval)
    return found


def _changes(provision: Provision) -> list[ChangeTold]:
    """Every change, the latest first. Two queries."""
    rows = list(Change.objects.filter(provision=provision).select_related("capture__version").latest_first())
    near = rows[:CHANGES_COMPARED]
    keys = {key for row in near for key in (row.old_wording_id, row.new_wording_id) if key}
    texts = dict(Wording.objects.filter(pk__in=keys).values_list("pk", "text"))
    left, room = CHARACTERS_COMPARED, CHARACTERS_SHOWN_OF_ALL
    told = []
    for row in near:
        old, new = texts.get(row.old_wording_id or 0, ""), texts.get(row.new_wording_id or 0, "")
        left -= len(old) + len(new)
        told.append(_told(row, old, new, room=min(room, CHARACTERS_SHOWN)) if left >= 0 else ChangeTold(row))
        room -= sum(len(part.text) for part in told[-1].parts or ())
    return told + [ChangeTold(row) for row in rows[CHANGES_COMPARED:]]


def _told(row: Change, old: str, new: str, *, room: int) -> ChangeTold:
    if room <= 0:
        return ChangeTold(row)
    parts = shortened(diff_words(old, new))
    shown = first_characters(parts, room)
    return ChangeTold(row, tuple(shown), is_cut=shown != parts)
