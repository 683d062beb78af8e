"""From what was found on a topic to what an assistant is told of each platform. Of what was taken back, nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from atlas.api.records.publications import AttributeValueRecord, WithdrawalRecord, withdrawal_record
from atlas.api.records.references import Coded, document_ref, platform_ref, provision_ref, version_ref
from atlas.citing import cited as citations
from atlas.comparing.coverage import Coverage
from atlas.comparing.facts import Fact, Facts
from atlas.comparing.matrix import Cell, Matrix, State
from atlas.comparing.moments import Moment
from atlas.comparing.texts import Texts
from atlas.mcp import citing
from atlas.mcp.citing import Cited, cited, told
from atlas.mcp.compared import Analysed, Held, NotAnalysed, Quoted, Side
from atlas.models import Document, Exposure, Platform, Provision, Publication, Topic
from atlas.site.reading import has_ended

BEGINNING = 1_500  # characters of an archived text that are quoted
NAMED = 10  # documents that cannot be captured
_NOTHING = {State.NOT_CAPTURED, State.NOT_FOUND, State.NOTHING_HELD, State.NOT_ANALYSED}


@dataclass(frozen=True)
class Material:
    """``citable`` has the citations of provisions by key, ``ended`` what may not be shown of ``texts`` and ``facts``,
    by key of the publication."""

    moment: Moment
    topic: Topic
    matrix: Matrix
    texts: Mapping[int, Texts]
    facts: Mapping[tuple[int, str], Facts]
    citable: Mapping[int, citations.Cited]
    ended: Mapping[int, WithdrawalRecord]

    def shows(self, publication: Publication) -> bool:
        return publication.pk not in self.ended


def ended_among(publications: Iterable[Publication]) -> dict[int, WithdrawalRecord]:
    """Those that are not readable, with what ended them: themselves, or later the same approved text. One query."""
    rows = list(publications)
    ended = Publication.objects.filter(revision_id__in={row.revision_id for row in rows})
    ended = ended.exclude(withdrawn_at=None, retracted_at=None).order_by("pk")
    same_text = {(row.provision_id, row.revision_id): row for row in ended}
    readable = set(Publication.objects.readable().filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return {
        row.pk: withdrawal_record(row if has_ended(row) else same_text[row.provision_id, row.revision_id]).model_copy(
            update={"id": row.public_id, "published_at": row.published_at}
        )
        for row in rows
        if row.pk not in readable
    }


def side_of(platform: Platform, found: Material) -> Side:
    """What the page says of ``platform``. Makes no query."""
    texts, cell = found.texts[platform.pk], found.matrix.of(platform, found.topic)
    coverage = found.matrix.coverage[platform.pk]
    facts = [fact for (key, _), each in found.facts.items() if key == platform.pk for fact in each.rows]
    gone = {row.pk: row for row in [*texts.publications, *(fact.publication for fact in facts)] if not found.shows(row)}
    return Side(
        platform=platform_ref(platform),
        state=Coded(code=cell.state, words=_words(cell, coverage)),
        exposure=_exposure(cell.level),
        held=_held(coverage, platform),
        analyses_total=texts.total,
        not_analysed_total=texts.waiting,
        analyses=[_analysed(row, found) for row in texts.publications if found.shows(row)],
        not_analysed=[_not_analysed(row, found) for row in texts.provisions],
        facts=[_fact(fact, found) for fact in facts if found.shows(fact.publication)],
        taken_back=[_taken_back(row, found) for row in gone.values()],
    )


def _words(cell: Cell, coverage: Coverage) -> str:
    """Those of the cell; where nothing was found also in how much, and that it is no finding."""
    if cell.state not in _NOTHING:
        return cell.words
    held = f"{coverage.held} document{'' if coverage.held == 1 else 's'} held"
    return f"{cell.words} ({held}). That is no finding that there is none."


def _held(coverage: Coverage, platform: Platform) -> Held:
    named = coverage.not_captured[:NAMED]
    for row in named:
        row.platform = platform  # of which they have the slug alone
    not_captured = [document_ref(row) for row in named]
    return Held(documents=coverage.documents, with_text=coverage.held, not_captured=not_captured)


def _analysed(row: Publication, found: Material) -> Cited[Analysed]:
    document, is_stale = row.provision.document, bool(row.is_stale)  # type: ignore[attr-defined]
    record = Analysed(
        id=row.public_id,
        title=row.title,
        provision=provision_ref(row.provision),
        document=document_ref(document),
        standing=_standing(document),
        version=version_ref(row.version),
        exposure=_exposure(row.exposure_level),
        is_stale=is_stale,
        published_at=row.published_at,
        summary=row.summary,
        quote=_quoted(row.wording.text),
    )
    return cited(record, _told_of(row, is_stale, found.moment))


def _not_analysed(row: Provision, found: Material) -> Cited[NotAnalysed]:
    wording = row.current_wording
    record = NotAnalysed(
        provision=provision_ref(row),
        document=document_ref(row.document),
        standing=_standing(row.document),
        quote=_quoted(wording.text if wording else ""),
    )
    return cited(record, citing.of_text(found.citable.get(row.pk), record.provision.url, record.document))


def _fact(fact: Fact, found: Material) -> Cited[AttributeValueRecord]:
    row, publication = fact.row, fact.publication
    record = AttributeValueRecord(
        attribute=row.attribute_id,
        name=row.attribute.name,
        value=row.value,
        words=row.words,
        quote=row.quote,
        publication=publication.public_id,
        provision=provision_ref(publication.provision),
        document=document_ref(publication.provision.document),
        published_at=publication.published_at,
        is_stale=fact.is_stale,
    )
    return cited(record, _told_of(publication, fact.is_stale, found.moment))


def _taken_back(row: Publication, found: Material) -> Cited[WithdrawalRecord]:
    gone = found.ended[row.pk]
    return cited(gone, citing.of_withdrawal(gone, row))


def _told_of(row: Publication, is_stale: bool, moment: Moment) -> citing.Told:
    notices = citing.sample(document_ref(row.provision.document))
    notices += [citing.SUPERSEDED] if row.superseded_at else []
    if is_stale:
        notices.append(citing.STALE_THEN if moment.is_past else citing.STALE)
    return told(citations.analysis(row, row.approvals.all()), notices)


def _standing(document: Document) -> Coded:
    return Coded(code=document.standing, words=document.get_standing_display())


def _exposure(level: str) -> Coded | None:
    return Coded(code=level, words=Exposure(level).label) if level else None


def _quoted(text: str) -> Quoted:
    return Quoted(text=text[:BEGINNING], characters=len(text))
