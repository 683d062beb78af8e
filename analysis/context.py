"""What a drafter gets to see of one wording: the provision as numbered blocks, its surroundings, what it may cite.

Size is bounded in characters (about 4.7 to a token). What does not fit goes in this order: the previous analysis, the
neighbours, the reasons of the change, candidate obligations down to six, the previous wording. The provision itself
goes last, cut behind a sentence, and the model is told so.
"""

import datetime
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from django.db.models import Count, Q
from pydantic import BaseModel, ConfigDict

from analysis.checks.base import day_last_seen
from analysis.composition import Sources
from analysis.models import DraftJob
from analysis.schema import Closed
from atlas.archive.texts.blocks import scan_blocks
from atlas.models import Attribute, Change, Obligation, Placement, Publication, Topic, Wording

MOST_CHARACTERS = 48_000
MOST_CANDIDATES, LEAST_CANDIDATES = 20, 6
MOST_OF_ONE_INSTRUMENT = 5
NEIGHBOUR_CHARACTERS = 500
LONG_BLOCK = 1_200  # a longer paragraph is cut behind sentences, so that a quote's block says where to look


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Block(_Value):
    """A paragraph, list item or table. ``start`` and ``end`` are characters of the stored wording, end exclusive."""

    id: str
    text: str
    start: int = 0
    end: int = 0


class Candidate(_Value):
    """An obligation that the drafter may cite."""

    key: str
    law: str
    jurisdiction: str
    title: str
    paraphrase: str
    binds: tuple[str, ...] = ()
    note: str = ""
    applies: str = ""  # "in force since 25 May 2018", "applies from 2 August 2027"


class CodedFact(_Value):
    """An attribute that may be coded; ``codes`` is empty for a number in ``unit``."""

    key: str
    name: str
    codes: dict[str, str] = {}
    unit: str = ""


class Context(_Value):
    """All that a prompt can show. Texts are the platform's or the catalogue's own, not yet made safe for a prompt.

    ``parts`` are those to write anew where the rest of an analysis, ``base``, is to stay; empty: all of them.
    """

    platform: str
    document: str
    terms_type: str
    standing: str
    language: str = ""
    region: str = ""
    day: datetime.date
    title: str
    heading_path: tuple[str, ...] = ()
    blocks: tuple[Block, ...]
    is_cut: bool = False
    neighbours: tuple[str, ...] = ()
    change_kind: str = ""
    change_reasons: tuple[str, ...] = ()
    previous_blocks: tuple[Block, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    topics: dict[str, str] = {}
    likely_topics: tuple[str, ...] = ()
    facts: tuple[CodedFact, ...] = ()
    previous_analysis: dict[str, str] = {}
    outline: dict[str, str] = {}
    instructions: str = ""
    parts: tuple[str, ...] = ()
    base: dict[str, str] = {}

    @property
    def closed(self) -> Closed:
        return Closed(
            blocks=tuple(block.id for block in self.blocks),
            previous_blocks=tuple(block.id for block in self.previous_blocks),
            obligations=tuple(candidate.key for candidate in self.candidates),
            jurisdictions=tuple(sorted({candidate.jurisdiction for candidate in self.candidates})),
            topics=tuple(self.topics),
            attributes={fact.key: tuple(fact.codes) for fact in self.facts},
        )

    @property
    def characters(self) -> int:
        return len(self.model_dump_json())


def build_context(job: DraftJob, *, most_characters: int = MOST_CHARACTERS) -> tuple[Context, Sources]:
    """What the drafter of ``job`` sees, and the stored texts that its quotes are looked up in. Some ten queries."""
    wording = Wording.objects.select_related("provision__document__platform").get(pk=job.wording_id)
    provision, document = wording.provision, wording.provision.document
    change = job.change or Change.objects.filter(new_wording=wording, old_wording__isnull=False).first()
    previous = change.old_wording if change else None
    day = day_last_seen(wording)
    likely = list(provision.topics.filter(is_retired=False))
    context = Context(
        platform=document.platform.name,
        document=document.name,
        terms_type=document.terms_type,
        standing=document.get_standing_display(),
        language=document.language,
        region=document.region,
        day=day,
        title=provision.title,
        heading_path=tuple(wording.heading_path),
        blocks=number_blocks(wording.text, "P"),
        neighbours=tuple(_neighbours(wording)),
        change_kind=change.get_kind_display() if change else "",
        change_reasons=tuple(change.reasons) if change else (),
        previous_blocks=number_blocks(previous.text, "B") if previous else (),
        candidates=tuple(find_candidates(likely, day, region=document.region)),
        topics=dict(Topic.objects.filter(is_retired=False).values_list("key", "name")),
        likely_topics=tuple(topic.key for topic in likely),
        facts=tuple(_facts(likely)),
        previous_analysis=_previous_analysis(wording),
        instructions=job.instructions,
    )
    sources = Sources(wording.text, previous.text if previous else "", _version_of(previous))
    return fit(context, most_characters), sources


def number_blocks(text: str, letter: str) -> tuple[Block, ...]:
    """The blocks of ``text`` with ids P1, P2 …; ``block.text == text[block.start:block.end]``."""
    spans = [
        span for block in scan_blocks(text) if block.kind != "rule" for span in _pieces(text, block.start, block.end)
    ]
    spans = spans or [(0, len(text))]
    return tuple(
        Block(id=f"{letter}{number}", text=text[start:end], start=start, end=end)
        for number, (start, end) in enumerate(spans, 1)
    )


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if end - start <= LONG_BLOCK:
        return [(start, end)]
    return [(start + first, start + last) for first, last in cut_behind_sentences(text[start:end], LONG_BLOCK)]


def cut_behind_sentences(text: str, limit: int) -> list[tuple[int, int]]:
    """Pieces of up to ``limit`` characters that end at a paragraph, line or sentence; one long sentence stays whole."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=[r"\n\n", r"\n", r"(?<=[.!?;]) (?=[^a-z])"],
        is_separator_regex=True,
        keep_separator=True,
        chunk_size=limit,
        chunk_overlap=0,
        add_start_index=True,
    )
    pieces = splitter.create_documents([text])
    spans = [
        (piece.metadata["start_index"], piece.metadata["start_index"] + len(piece.page_content)) for piece in pieces
    ]
    assert all(text[start:end] == piece.page_content for (start, end), piece in zip(spans, pieces, strict=True))
    return spans


def first_sentences(text: str, limit: int) -> str:
    """The beginning of ``text``, whole sentences, about ``limit`` characters."""
    start, end = cut_behind_sentences(text, limit)[0] if len(text) > limit else (0, len(text))
    return text[start:end]


def _neighbours(wording: Wording) -> Iterable[str]:
    """The provisions before and after, in the latest version that has the wording."""
    place = Placement.objects.filter(wording=wording).order_by("-version_id", "-splitter").first()
    if place is None:
        return
    cut = Placement.objects.filter(version=place.version_id, splitter=place.splitter)
    around = cut.filter(ordinal__in=[place.ordinal - 1, place.ordinal + 1])
    for neighbour in around.select_related("wording").order_by("ordinal"):
        yield first_sentences(neighbour.wording.text, NEIGHBOUR_CHARACTERS)


def _version_of(wording: Wording | None) -> str:
    if wording is None:
        return ""
    place = Placement.objects.filter(wording=wording).select_related("version").order_by("-version_id").first()
    return place.version.public_id if place else ""


def find_candidates(topics: Sequence[Topic], day: datetime.date, *, region: str = "") -> list[Candidate]:
    """Up to 20 obligations of ``topics`` that apply on ``day``: the document's region first, then by shared topics.

    No more than five of one instrument while others are left, so that one statute does not crowd out the rest.
    """
    found = (
        Obligation.objects.filter(topics__in=topics, is_retired=False, instrument__is_retired=False)
        .annotate(shared=Count("topics", filter=Q(topics__in=topics), distinct=True))
        .select_related("instrument__jurisdiction")
    )
    ranked = sorted((obligation for obligation in found if obligation.applies_on(day)), key=lambda o: _rank(o, region))
    return [_candidate(obligation) for obligation in _spread(ranked)[:MOST_CANDIDATES]]


def _rank(obligation: Obligation, region: str) -> tuple[object, ...]:
    instrument = obligation.instrument
    shared: int = obligation.shared  # type: ignore[attr-defined]  # annotated above
    return (
        not (region and instrument.jurisdiction_id.startswith(region)),
        -shared,
        instrument.tier != "core",
        obligation.confidence != "high",
        obligation.pk,
    )


def _spread(ranked: Iterable[Obligation]) -> list[Obligation]:
    first: list[Obligation] = []
    later: list[Obligation] = []
    for obligation in ranked:
        taken = sum(other.instrument_id == obligation.instrument_id for other in first)
        (later if taken >= MOST_OF_ONE_INSTRUMENT else first).append(obligation)
    return first + later


def _candidate(obligation: Obligation) -> Candidate:
    return Candidate(
        key=obligation.pk,
        law=str(obligation),
        jurisdiction=obligation.instrument.jurisdiction_id,
        title=obligation.title,
        paraphrase=obligation.paraphrase,
        binds=tuple(obligation.binds),
        note=obligation.note,
    )


def _facts(topics: Sequence[Topic]) -> Iterable[CodedFact]:
    for attribute in Attribute.objects.filter(topic__in=topics, is_retired=False):
        codes = attribute.values if attribute.kind == "choice" else {}
        yield CodedFact(key=attribute.pk, name=attribute.name, codes=codes, unit=attribute.unit)


def _previous_analysis(wording: Wording) -> dict[str, str]:
    publication = Publication.objects.live().filter(provision=wording.provision_id).first()
    if publication is None:
        return {}
    names = ("summary", "practical_effect", "governance_exposure", "exposure_level")
    return {name: getattr(publication, name) for name in names if getattr(publication, name)}


def fit(context: Context, most_characters: int) -> Context:
    """``context`` in at most ``most_characters``, what matters least dropped first (see the module)."""
    for drop in _DROPS:
        if context.characters <= most_characters:
            return context
        context = drop(context)
    if context.characters <= most_characters:
        return context
    return _cut_provision(context, most_characters)


_DROPS: tuple[Callable[[Context], Context], ...] = (
    lambda context: context.model_copy(update={"previous_analysis": {}}),
    lambda context: context.model_copy(update={"neighbours": ()}),
    lambda context: context.model_copy(update={"change_reasons": ()}),
    lambda context: context.model_copy(update={"candidates": context.candidates[:LEAST_CANDIDATES]}),
    lambda context: context.model_copy(update={"previous_blocks": ()}),
)


def _cut_provision(context: Context, most_characters: int) -> Context:
    """The first blocks that fit, at least one. Blocks end at sentences, so no sentence is torn."""
    room = most_characters - (context.characters - sum(len(block.text) for block in context.blocks))
    kept: list[Block] = []
    for block in context.blocks:
        room -= len(block.text)
        if kept and room < 0:
            break
        kept.append(block)
    return context.model_copy(update={"blocks": tuple(kept), "is_cut": True})


def visible(text: str) -> str:
    """``text`` without characters that a person cannot see (zero-width, bidirectional, tags, controls).

    For prompts only: they hide instructions. The stored text keeps them, and quotes are found regardless.
    """
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in _HIDDEN)


_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
