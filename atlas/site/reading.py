"""What a reader may be shown of a provision's analysis, and with which notice. Pure: rows in, a value out."""

from collections.abc import Iterable
from dataclasses import dataclass

from atlas.models import Provision, Publication


@dataclass(frozen=True)
class Reading:
    """The one publication to show, or why there is none.

    ``shown`` is never withdrawn or retracted. ``ended`` is the withdrawn or retracted one that left readers
    without an analysis.
    """

    provision: Provision
    shown: Publication | None = None
    ended: Publication | None = None
    is_stale: bool = False
    is_again: bool = False  # the approved text was published before, and superseded meanwhile

    @property
    def is_cut_anew(self) -> bool:
        """The text it describes stands, and is divided into provisions otherwise than when it was approved."""
        return self.shown is not None and not self.is_stale and not _is_of(self.shown, self.provision)

    @property
    def is_restored(self) -> bool:
        """A later analysis superseded it, but the provision is back to the text it describes."""
        return self.is_again or (self.shown is not None and self.shown.superseded_at is not None)

    @property
    def state(self) -> str:
        """The state of analysis in words, for lists."""
        if self.shown is not None:
            return "Describes an earlier text" if self.is_stale else "Approved"
        if self.ended is not None:
            return "Retracted" if self.ended.retracted_at else "Withdrawn"
        return "Not yet analysed"


def read(provision: Provision, publications: Iterable[Publication]) -> Reading:
    """Choose among all ``publications`` of ``provision`` (``with_cuts``, and with ``wording`` selected).

    The newest one about the text in force is current, also when a later analysis of a later text superseded it.
    Was that one withdrawn or retracted, nothing older takes its place: what it corrected must not come back.
    Without one about the text in force, the live one is shown as stale.
    """
    newest_first = sorted(publications, key=lambda publication: publication.pk, reverse=True)
    about_this_text = [publication for publication in newest_first if _describes(publication, provision)]
    candidates = about_this_text[:1] or [
        publication for publication in newest_first if publication.superseded_at is None
    ]
    if not candidates:
        return Reading(provision)
    chosen = next((publication for publication in candidates if not has_ended(publication)), None)
    if chosen is None:
        return Reading(provision, ended=candidates[0])
    is_again = any(row.revision_id == chosen.revision_id and row.pk < chosen.pk for row in newest_first)
    return Reading(provision, shown=chosen, is_stale=not about_this_text, is_again=is_again)


def read_all(provisions: Iterable[Provision]) -> list[Reading]:
    """The readings of ``provisions`` (with ``current_wording`` selected). One query."""
    rows = list(provisions)
    by_provision: dict[int, list[Publication]] = {}
    publications = Publication.objects.filter(provision__in=[row.pk for row in rows]).select_related("wording")
    publications = publications.with_cuts()
    for publication in publications.only(*_LISTED):
        by_provision.setdefault(publication.provision_id, []).append(publication)
    return [read(row, by_provision.get(row.pk, ())) for row in rows]


_LISTED = (
    "provision_id",
    "title",
    "exposure_level",
    "published_at",
    "revision_id",
    "superseded_at",
    "withdrawn_at",
    "retracted_at",
    "wording__folded_sha256",
)


def has_ended(publication: Publication) -> bool:
    return publication.withdrawn_at is not None or publication.retracted_at is not None


def _describes(publication: Publication, provision: Provision) -> bool:
    """Whether it is about a text in force: the provision's, or one that a rebuild of ours cut otherwise."""
    return _is_of(publication, provision) or publication.stands_cut_anew


def _is_of(publication: Publication, provision: Provision) -> bool:
    """The provision's text is the one that it describes: the same for a reader, typography and white space aside."""
    current = provision.current_wording
    if current is None or provision.removed_at is not None:
        return False
    return publication.wording.folded_sha256 == current.folded_sha256
