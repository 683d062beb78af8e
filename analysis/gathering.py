"""Reads from the database what drafters of many jobs get to see: a dozen queries, however many jobs there are."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce

from analysis.candidates import facts_of, find_candidates
from analysis.checklist import checklist
from analysis.checks import Catalogue
from analysis.composition import Sources
from analysis.context import (
    MOST_CHARACTERS,
    Context,
    ContextTooLong,
    describe_difference,
    first_sentences,
    fit,
    number_blocks,
)
from analysis.models import DraftJob
from atlas.models import Change, Placement, Provision, Publication, StatedDate, Wording

NEIGHBOUR_CHARACTERS = 500
SHOWN_OF_PREVIOUS = ("summary", "practical_effect", "governance_exposure", "exposure_level")

Gathered = tuple[Context, Sources]


def build_contexts(
    jobs: Sequence[DraftJob], *, most_characters: Mapping[int, int]
) -> dict[int, Gathered | ContextTooLong]:
    """What the drafter of each job sees, and the stored texts that its quotes are looked up in; by the job's key.

    A provision that does not fit stands there as the error that says so.
    """
    surroundings = _Surroundings.read(jobs)
    built: dict[int, Gathered | ContextTooLong] = {}
    for job in jobs:
        try:
            context, sources = surroundings.of(job)
            built[job.pk] = fit(context, most_characters.get(job.pk, MOST_CHARACTERS)), sources
        except ContextTooLong as error:
            built[job.pk] = ContextTooLong(f"{surroundings.wordings[job.wording_id].provision.public_id}: {error}")
    return built


@dataclass(frozen=True)
class _Surroundings:
    """All that stands around the wordings of some jobs, read at once. Maps go by wording unless they say otherwise."""

    catalogue: Catalogue
    wordings: Mapping[int, Wording]
    changes: Mapping[int, Change]
    places: Mapping[int, Placement]
    around: Mapping[tuple[int, int], Mapping[int, str]]
    days: Mapping[int, datetime.date]
    dates: Mapping[int, Sequence[StatedDate]]
    publications: Mapping[int, Publication]

    @classmethod
    def read(cls, jobs: Sequence[DraftJob]) -> "_Surroundings":
        wordings = (
            Wording.objects.select_related("provision__document__platform", "first_capture")
            .prefetch_related("provision__topics")
            .in_bulk([job.wording_id for job in jobs])
        )
        changes = _changes(jobs)
        previous = [change.old_wording_id for change in changes.values() if change.old_wording_id]
        places = _places([*wordings, *previous])
        provisions = [wording.provision_id for wording in wordings.values()]
        return cls(
            catalogue=Catalogue.load(),
            wordings=wordings,
            changes=changes,
            places=places,
            around=_around([places[pk] for pk in wordings if pk in places]),
            days=_days_last_seen(wordings),
            dates=_stated_dates([place.version_id for place in places.values()]),
            publications={
                publication.provision_id: publication
                for publication in Publication.objects.live().filter(provision__in=provisions)
            },
        )

    def of(self, job: DraftJob) -> Gathered:
        wording = self.wordings[job.wording_id]
        provision, document = wording.provision, wording.provision.document
        change = self.changes.get(wording.pk)
        previous = change.old_wording if change else None
        day = self.days[wording.pk]
        topics = [topic for topic in provision.topics.all() if not topic.is_retired]
        context = Context(
            platform=document.platform.name,
            document=document.name,
            terms_type=document.terms_type,
            standing=document.get_standing_display(),
            language=document.language,
            region=document.region,
            day=day,
            dates=self._dates(wording),
            title=provision.title,
            heading_path=tuple(wording.heading_path),
            blocks=number_blocks(wording.text, "P"),
            neighbours=self._neighbours(wording),
            change_kind=change.get_kind_display() if change else "",
            change_reasons=tuple(change.reasons) if change else (),
            previous_blocks=number_blocks(previous.text, "B") if previous else (),
            difference=describe_difference(previous.text, wording.text) if previous else "",
            candidates=tuple(find_candidates(self.catalogue, topics, day, region=document.region)),
            topics={topic.pk: topic.name for topic in self.catalogue.topics.values() if not topic.is_retired},
            likely_topics=tuple(topic.pk for topic in topics),
            facts=tuple(facts_of(self.catalogue, topics)),
            previous_analysis=self._previous_analysis(job, provision),
            outline=checklist(wording.text, topics),
            instructions=job.instructions,
            parts=tuple(job.parts),
            base={name: str(text) for name, text in (job.base or {}).items() if isinstance(text, str) and text},
        )
        return context, Sources(wording.text, previous.text if previous else "", self._version_of(previous))

    def _neighbours(self, wording: Wording) -> tuple[str, ...]:
        """The provisions before and after, in the latest version that has the wording."""
        place = self.places.get(wording.pk)
        if place is None:
            return ()
        texts = self.around.get((place.version_id, place.splitter), {})
        beside = (texts.get(place.ordinal - 1), texts.get(place.ordinal + 1))
        return tuple(first_sentences(text, NEIGHBOUR_CHARACTERS) for text in beside if text)

    def _version_of(self, wording: Wording | None) -> str:
        place = self.places.get(wording.pk) if wording else None
        return place.version.public_id if place else ""

    def _dates(self, wording: Wording) -> dict[str, str]:
        place = self.places.get(wording.pk)
        stated = self.dates.get(place.version_id, ()) if place else ()
        return {
            **{date.get_kind_display(): date.value for date in stated},
            "First captured with this wording": wording.first_capture.captured_at.date().isoformat(),
        }

    def _previous_analysis(self, job: DraftJob, provision: Provision) -> dict[str, str]:
        """What people wrote last about the text before: the job has it if no reader has seen it yet."""
        publication = self.publications.get(provision.pk)
        content = job.earlier or (publication.content() if publication else {})
        return {name: text for name in SHOWN_OF_PREVIOUS if (text := content.get(name))}


def _changes(jobs: Sequence[DraftJob]) -> dict[int, Change]:
    """The change that brought each wording: the job's own, else the first that led to it."""
    wanted = [job.wording_id for job in jobs if job.change_id is None]
    own = [job.change_id for job in jobs if job.change_id is not None]
    found = (
        Change.objects.filter(Q(pk__in=own) | Q(new_wording__in=wanted, old_wording__isnull=False))
        .select_related("old_wording")
        .order_by("-pk")
    )
    return {change.new_wording_id: change for change in found if change.new_wording_id}


def _places(wordings: Iterable[int]) -> dict[int, Placement]:
    """Where each wording stood last."""
    last = (
        Placement.objects.filter(wording__in=list(wordings))
        .order_by("wording_id", "-version_id", "-splitter")
        .distinct("wording_id")
        .select_related("version")
    )
    return {place.wording_id: place for place in last}


def _around(places: Iterable[Placement]) -> dict[tuple[int, int], dict[int, str]]:
    """The texts before and after each place, by version and splitter, then by ordinal."""
    beside = Q(pk=None)
    for place in places:
        beside |= Q(
            version=place.version_id, splitter=place.splitter, ordinal__in=[place.ordinal - 1, place.ordinal + 1]
        )
    found: dict[tuple[int, int], dict[int, str]] = {}
    rows = Placement.objects.filter(beside).values_list("version_id", "splitter", "ordinal", "wording__text")
    for version, splitter, ordinal, text in rows:
        found.setdefault((version, splitter), {})[ordinal] = text
    return found


def _days_last_seen(wordings: Mapping[int, Wording]) -> dict[int, datetime.date]:
    """The day of the last capture in which each wording stood; an analysis is held against the law of that day."""
    seen = dict(
        Wording.objects.filter(pk__in=list(wordings))
        .annotate(seen=Coalesce(Max("placements__version__captures__captured_at"), F("first_capture__captured_at")))
        .values_list("pk", "seen")
    )
    return {pk: moment.date() for pk, moment in seen.items()}


def _stated_dates(versions: Iterable[int]) -> dict[int, list[StatedDate]]:
    found: dict[int, list[StatedDate]] = {}
    for date in StatedDate.objects.filter(version__in=list(versions)):
        found.setdefault(date.version_id, []).append(date)
    return found
