"""After a change of the splitter: every version cut again, as an upgrade of our extraction that announces nothing.

One transaction a document; rows are only added, so what readers were shown stays on record. What a piece is called,
and what a rebuild never touches: docs/decisions/0014-rebuild.md.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from atlas.archive.provisions.splitting import SPLITTER, ProvisionText
from atlas.archive.record.dating import record_stated_dates
from atlas.archive.record.identity import give_wordings, insert_provisions, place_provisions, reworded
from atlas.archive.record.record_rows import insert_placements
from atlas.archive.record.recording import DocumentRecorder
from atlas.archive.record.recutting import Span, could_keep, kept, overlaps, owners_before, owners_by_overlap
from atlas.archive.record.standing import Piece, Standing, load_pieces, split_texts
from atlas.archive.record.topic_rows import refresh_topics
from atlas.archive.texts.fingerprints import fingerprint_sha256
from atlas.archive.texts.normalising import folded_sha256
from atlas.models import Capture, Document, Outcome, Placement, Provision, Version, Wording

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Splitter:
    """A way to cut texts, by the number that its placements bear. A later one has a larger number."""

    number: int
    cut: Callable[[str], list[ProvisionText]]


PRESENT = Splitter(SPLITTER, split_texts)


@dataclass
class Rebuilt:
    """What a rebuild did.

    Of ``characters``, ``kept_characters`` are in the same provision as before, and ``keepable_characters`` could be:
    of a provision that was split, one part alone can go on being it.
    """

    documents: int = 0
    versions: int = 0
    dated_versions: int = 0
    new_provisions: int = 0
    new_wordings: int = 0
    characters: int = 0
    kept_characters: int = 0
    keepable_characters: int = 0
    failed: int = 0  # documents that could not be cut again and are as they were

    def add(self, other: "Rebuilt") -> None:
        for name, number in vars(other).items():
            setattr(self, name, getattr(self, name) + number)

    @property
    def kept(self) -> float:
        """The share of text that kept its provision, over all versions; 1 where nothing was cut again."""
        return self.kept_characters / self.characters if self.characters else 1.0

    @property
    def identity(self) -> float:
        """The same share of the text that could."""
        return self.kept_characters / self.keepable_characters if self.keepable_characters else 1.0


def documents_to_rebuild(splitter: Splitter = PRESENT) -> QuerySet[Document]:
    """Those with a version that only earlier splitters cut, or that has no fingerprint yet."""
    waiting = Version.objects.filter(_uncut(splitter) | Q(fingerprint_sha256=""), document=OuterRef("pk"))
    return Document.objects.filter(Exists(waiting)).order_by("pk")


def _uncut(splitter: Splitter) -> Q:
    return Q(~Exists(Placement.objects.filter(version=OuterRef("pk"), splitter__gte=splitter.number)))


def rebuild(
    documents: Sequence[Document],
    *,
    splitter: Splitter = PRESENT,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Rebuilt:
    """Rebuild ``documents`` one after the other. Killed in between, the next run goes on; one after that adds nothing.

    A dry run does all of it and takes it back. A document that cannot be cut stays as it is and keeps nobody waiting.
    """
    total = Rebuilt()
    for done, document in enumerate(documents, start=1):
        try:
            with transaction.atomic():
                total.add(rebuild_document(document, splitter=splitter))
                transaction.set_rollback(dry_run)
        except (OperationalError, InterfaceError):
            raise  # without the database none can be cut
        except Exception:
            logger.exception("could not rebuild document", document=document.pk)
            total.failed += 1
        progress(done, len(documents))
    return total


@transaction.atomic
def rebuild_document(document: Document, *, splitter: Splitter = PRESENT) -> Rebuilt:
    """Cut every version of ``document`` again that ``splitter`` has not cut, and bring its provisions in step."""
    recorder = DocumentRecorder(document)
    recorder.lock()
    cutter = _Cutter(document, splitter, recorder.standing.version_id)
    for version_id in list(document.versions.order_by("number").values_list("pk", flat=True)):
        version = Version.objects.select_related("snapshot").get(pk=version_id)
        fill_in(version, cutter.rebuilt)
        cutter.cut(version)
    cutter.rebuilt.documents = int(cutter.rebuilt.versions + cutter.rebuilt.dated_versions > 0)
    if cutter.rebuilt.versions:
        _stand(cutter, recorder.standing)
        logger.info("rebuilt document", document=document.pk, versions=cutter.rebuilt.versions)
    return cutter.rebuilt


def fill_in(version: Version, rebuilt: Rebuilt) -> None:
    """The fingerprint and the stated dates of a version that is older than these."""
    if version.fingerprint_sha256:
        return
    record_stated_dates(version, version.text)
    Version.objects.filter(pk=version.pk).update(fingerprint_sha256=fingerprint_sha256(version.text))
    rebuilt.dated_versions += 1


@dataclass
class _Cutter:
    """Cuts the versions of a document in the order of their numbers; ``before`` are the pieces of the last one."""

    document: Document
    splitter: Splitter
    standing_version: int | None
    standing: list[Piece] = field(default_factory=list)  # the pieces of that version
    before: list[Piece] = field(default_factory=list)
    placed: dict[int, frozenset[int]] = field(default_factory=dict)  # version → its provisions
    born: dict[int, Piece] = field(default_factory=dict)  # provisions that this rebuild made, as they stood last
    rebuilt: Rebuilt = field(default_factory=Rebuilt)

    def cut(self, version: Version) -> None:
        is_cut = version.placements.filter(splitter__gte=self.splitter.number).exists()
        pieces = load_pieces(version.pk, version.text) if is_cut else self._cut_again(version)
        self.before = pieces
        self.placed[version.pk] = frozenset(piece.provision_id for piece in pieces)
        if version.pk == self.standing_version:
            self.standing = pieces
        self.born |= {piece.provision_id: piece for piece in pieces if piece.provision_id in self.born}

    def _cut_again(self, version: Version) -> list[Piece]:
        spans = _spans(version)
        texts = self.splitter.cut(version.text)
        found = list(overlaps(spans, texts))
        owners = owners_by_overlap(found, texts, self.before)
        owners |= owners_before(self.before, texts, owners)
        owners |= _owners_of_the_text(self.document, texts, owners)
        unknown = [index for index in range(len(texts)) if index not in owners]
        owners |= insert_provisions(self.document.pk, texts, unknown)
        pieces = self._pieces(version, texts, owners, set(unknown))
        self.born |= {owners[index]: pieces[index] for index in unknown}
        insert_placements(version, version.text, pieces, splitter=self.splitter.number)
        self.rebuilt.add(
            Rebuilt(
                versions=1,
                new_provisions=len(unknown),
                characters=sum(span.end - span.start for span in spans),
                kept_characters=kept(found, owners),
                keepable_characters=could_keep(found),
            )
        )
        return pieces

    def _pieces(
        self, version: Version, texts: Sequence[ProvisionText], owners: Mapping[int, int], new: set[int]
    ) -> list[Piece]:
        known = {(piece.provision_id, piece.text.text): piece.wording_id for piece in self.before}
        wordings = {
            index: known[owners[index], text.text]
            for index, text in enumerate(texts)
            if (owners[index], text.text) in known
        }
        others = {index: owner for index, owner in owners.items() if index not in wordings}
        if others:
            capture = Capture.objects.filter(version=version).order_by("sequence")[0]
            given = give_wordings(capture, texts, others, new=new)
            wordings |= given.wordings
            self.rebuilt.new_wordings += sum(not is_known for is_known in given.is_exact.values())
        return [Piece(owners[index], wordings[index], text) for index, text in enumerate(texts)]


def _spans(version: Version) -> list[Span]:
    rows = Placement.objects.of(version).order_by("ordinal").values_list("wording__provision_id", "start", "end")
    return [Span(*row) for row in rows]


def _owners_of_the_text(
    document: Document, texts: Sequence[ProvisionText], owners: Mapping[int, int]
) -> dict[int, int]:
    """Pieces without a provision in ``owners`` that read like an earlier wording of one that is free: they are that."""
    hashes = {index: folded_sha256(text.text) for index, text in enumerate(texts) if index not in owners}
    if not hashes:
        return {}
    earlier: dict[str, list[int]] = defaultdict(list)
    rows = Wording.objects.filter(provision__document=document, folded_sha256__in=set(hashes.values()))
    for digest, provision_id in rows.order_by("provision_id").values_list("folded_sha256", "provision_id"):
        earlier[digest].append(provision_id)
    taken = set(owners.values())
    found: dict[int, int] = {}
    for index, digest in hashes.items():
        free = next((provision_id for provision_id in earlier[digest] if provision_id not in taken), None)
        if free is not None:
            found[index] = free
            taken.add(free)
    return found


def _stand(cutter: _Cutter, standing: Standing) -> None:
    """The capture that says so, and the rows of the provisions as the standing version now has them."""
    good = list(Capture.objects.filter(document=cutter.document, version__isnull=False).order_by("sequence"))
    latest = good[-1]
    Capture.objects.create(
        document=cutter.document,
        sequence=standing.sequence + 1,
        captured_at=latest.captured_at,  # nobody looked at the platform since
        outcome=Outcome.UPGRADED,
        version_id=latest.version_id,
        snapshot_id=latest.snapshot_id,
        reasons=[f"The provisions were cut again by splitter {cutter.splitter.number}."],
    )
    place_provisions(standing.pieces, cutter.standing, at=latest.captured_at)
    refresh_topics(reworded(standing.pieces, cutter.standing) | _end_born(good, cutter))


def _end_born(good: Sequence[Capture], cutter: _Cutter) -> dict[int, str]:
    """Provisions that were found in earlier versions alone ended with the next text. Returns them with their texts."""
    stands = {piece.provision_id for piece in cutter.standing}
    ended = {provision_id: piece for provision_id, piece in cutter.born.items() if provision_id not in stands}
    ends = _ends(good, cutter.placed) if ended else {}
    for provision_id, piece in ended.items():
        rows = Provision.objects.filter(pk=provision_id)
        rows.update(current_wording=piece.wording_id, removed_at=ends[provision_id])
    return {provision_id: piece.text.text for provision_id, piece in ended.items()}


def _ends(good: Sequence[Capture], placed: Mapping[int, frozenset[int]]) -> dict[int, datetime]:
    """Provision → the time of the first capture after the last one that had it."""
    ends: dict[int, datetime] = {}
    stood: frozenset[int] = frozenset()
    for capture in good:
        assert capture.version_id is not None
        stands = placed[capture.version_id]
        ends |= dict.fromkeys(stood - stands, capture.captured_at)
        stood = stands
    return ends
