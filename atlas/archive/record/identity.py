"""Which provision each piece of a new version is, and its rows: provisions and wordings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from atlas.archive.aligning.alignment import Pair, align
from atlas.archive.provisions.splitting import ProvisionText
from atlas.archive.record.comparing import Step
from atlas.archive.record.standing import Piece
from atlas.archive.texts.normalising import folded_sha256
from atlas.models import Capture, ChangeKind, Provision, Wording, sha256


@dataclass(frozen=True)
class Identified:
    """A new version's pieces, the steps to them, and the provisions whose text was archived before."""

    pieces: list[Piece]
    steps: list[Step]
    returned: frozenset[int]
    new_provisions: int


def identify(capture: Capture, old: Sequence[Piece], texts: Sequence[ProvisionText]) -> Identified:
    """Give each of ``texts`` its provision and wording, in at most four queries; new ones are inserted."""
    pairs = align([piece.text for piece in old], texts)
    before = {pair.new: old[pair.old] for pair in pairs if pair.new is not None and pair.old is not None}
    newcomers = [index for index in range(len(texts)) if index not in before]
    owners = {index: piece.provision_id for index, piece in before.items()}
    owners |= _come_back(capture.document_id, texts, newcomers)
    unknown = [index for index in newcomers if index not in owners]
    owners |= insert_provisions(capture.document_id, texts, unknown)
    wordings = {index: piece.wording_id for index, piece in before.items() if piece.text.text == texts[index].text}
    changed = {index: owners[index] for index in range(len(texts)) if index not in wordings}
    reworded = give_wordings(capture, texts, changed, new=set(unknown))
    wordings |= reworded.wordings
    pieces = [Piece(owners[index], wordings[index], text) for index, text in enumerate(texts)]
    returned = frozenset(
        owners[index]
        for index in reworded.seen_before
        if index not in before or reworded.is_exact[index] or _reads_otherwise(before[index], texts[index])
    )
    return Identified(pieces, _steps(pairs, old, pieces), returned, len(unknown))


def _reads_otherwise(before: Piece, text: ProvisionText) -> bool:
    return folded_sha256(before.text.text) != folded_sha256(text.text)


def _steps(pairs: Iterable[Pair], old: Sequence[Piece], pieces: Sequence[Piece]) -> list[Step]:
    return [
        Step(
            ChangeKind(pair.kind),
            old[pair.old] if pair.old is not None else None,
            pieces[pair.new] if pair.new is not None else None,
        )
        for pair in pairs
        if pair.kind != "unchanged"
    ]


def _come_back(document_id: int, texts: Sequence[ProvisionText], newcomers: Sequence[int]) -> dict[int, int]:
    """Newcomers whose text a removed provision of the document had: they are that provision."""
    if not newcomers:
        return {}
    hashes = {index: folded_sha256(texts[index].text) for index in newcomers}
    removed: dict[str, list[int]] = defaultdict(list)
    known = Wording.objects.filter(
        provision__document=document_id, provision__removed_at__isnull=False, folded_sha256__in=set(hashes.values())
    )
    for digest, provision_id in known.order_by("provision_id").values_list("folded_sha256", "provision_id"):
        removed[digest].append(provision_id)
    owners: dict[int, int] = {}
    for index, digest in hashes.items():
        free = [provision_id for provision_id in removed[digest] if provision_id not in owners.values()]
        if free:
            owners[index] = free[0]
    return owners


def insert_provisions(document_id: int, texts: Sequence[ProvisionText], indexes: Sequence[int]) -> dict[int, int]:
    """New provisions for the texts at ``indexes``: index → key."""
    rows = [Provision(document_id=document_id, title=texts[index].title, ordinal=index + 1) for index in indexes]
    Provision.objects.bulk_create(rows)
    return {index: row.pk for index, row in zip(indexes, rows, strict=True)}


@dataclass
class _Reworded:
    wordings: dict[int, int]
    seen_before: list[int]
    is_exact: dict[int, bool]


def give_wordings(
    capture: Capture, texts: Sequence[ProvisionText], owners: Mapping[int, int], *, new: set[int]
) -> _Reworded:
    """The wording of each text in its provision: the one that had exactly this text before, or a new one."""
    earlier = _Earlier([owner for index, owner in owners.items() if index not in new])
    rows: dict[int, Wording] = {}
    reworded = _Reworded({}, [], {})
    for index, owner in owners.items():
        text = texts[index].text
        digest, folded = sha256(text), folded_sha256(text)
        known = earlier.exact.get((owner, digest))
        reworded.is_exact[index] = known is not None
        if folded in earlier.folded[owner]:
            reworded.seen_before.append(index)
        if known is not None:
            reworded.wordings[index] = known
            continue
        rows[index] = Wording(
            provision_id=owner,
            number=earlier.count[owner] + 1,
            text=text,
            text_sha256=digest,
            folded_sha256=folded,
            heading_path=list(texts[index].heading_path),
            first_capture=capture,
        )
    Wording.objects.bulk_create(rows.values())
    reworded.wordings |= {index: row.pk for index, row in rows.items()}
    return reworded


class _Earlier:
    """The wordings that some provisions have had, by hash. One query, of hashes only."""

    def __init__(self, provision_ids: Sequence[int]) -> None:
        self.exact: dict[tuple[int, str], int] = {}
        self.folded: dict[int, set[str]] = defaultdict(set)
        self.count: dict[int, int] = defaultdict(int)
        if not provision_ids:
            return
        rows = Wording.objects.filter(provision__in=provision_ids).order_by()
        for key, owner, number, exact, folded in rows.values_list(
            "pk", "provision_id", "number", "text_sha256", "folded_sha256"
        ):
            self.exact[owner, exact] = key
            self.folded[owner].add(folded)
            self.count[owner] = max(self.count[owner], number)


def place_provisions(old: Sequence[Piece], new: Sequence[Piece], *, at: datetime) -> None:
    """Bring the rows of the provisions in step: title, place, wording of those that stand; the end of the rest."""
    before = {piece.provision_id: (index + 1, piece) for index, piece in enumerate(old)}
    moved = [
        (piece.provision_id, piece.text.title, index + 1, piece.wording_id)
        for index, piece in enumerate(new)
        if not _stands_as(before.get(piece.provision_id), index + 1, piece)
    ]
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE atlas_provision AS provision
                SET title = now.title, ordinal = now.ordinal, current_wording_id = now.wording, removed_at = NULL
                FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::bigint[]) AS now (id, title, ordinal, wording)
                WHERE provision.id = now.id
                """,
                [list(column) for column in zip(*moved, strict=True)],
            )
    gone = before.keys() - {piece.provision_id for piece in new}
    if gone:
        Provision.objects.filter(pk__in=gone).update(removed_at=at)


def _stands_as(before: tuple[int, Piece] | None, ordinal: int, piece: Piece) -> bool:
    if before is None:
        return False
    place, was = before
    return place == ordinal and was.wording_id == piece.wording_id and was.text.title == piece.text.title


def reworded(old: Sequence[Piece], new: Sequence[Piece]) -> dict[int, str]:
    """The texts of the provisions that have another wording than before."""
    before = {piece.provision_id: piece.wording_id for piece in old}
    return {piece.provision_id: piece.text.text for piece in new if before.get(piece.provision_id) != piece.wording_id}
