"""Platforms beside each other: the matrix, one topic's texts, and two platforms. As of now or of a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from atlas.addresses import address_of
from atlas.comparing.coverage import Coverage, among, coverage_of, ranked, read_of_each, topics_of
from atlas.comparing.facts import Facts, facts_of
from atlas.comparing.matrix import Cell, Linked, Matrix, State, compare
from atlas.comparing.moments import Moment
from atlas.comparing.texts import Texts, texts_on
from atlas.models import Attribute, Obligation, Platform, Topic
from atlas.site.compare_tables import csv_response, matrix_rows
from atlas.site.coverage import sample_names
from atlas.site.lookup import wanted_choice, wanted_keys
from atlas.site.moments import at_a_moment, frame
from atlas.site.paging import paged_list
from atlas.templatetags.atlas_markup import obligations_cited_in

COLUMNS = 12
SIDES = 6
# Of each platform on a page of several; of one alone the longest list.
TEXTS_EACH, TEXTS_OF_ONE = 3, 200
FACTS_OF_TWO = 5


@dataclass(frozen=True)
class Side:
    """One platform's texts on a topic."""

    platform: Platform
    coverage: Coverage
    texts: Texts


@at_a_moment
def matrix(request: HttpRequest, moment: Moment) -> HttpResponse:
    """Topics by platform, twelve platforms a page; ``?format=csv`` has all of them in one table."""
    slugs, keys = wanted_keys(request, "platform"), wanted_keys(request, "topic")
    topics = _all_of(keys, topics_of(moment, keys))
    platforms = ranked(among(moment, slugs), moment)
    if wanted_choice(request, "format", ["csv"]):
        found = compare(moment, _all_of(slugs, platforms), topics)
        return csv_response("atlas-compare", moment, matrix_rows(found, moment))
    page = paged_list(request, _all_of(slugs, platforms), size=COLUMNS)
    found = compare(moment, page.rows, topics)
    choice = [*(("platform", slug) for slug in slugs), *(("topic", key) for key in keys)]
    context = {
        "page": page,
        "rows": linked(found, topics, moment),
        "columns": [(platform, found.coverage[platform.pk]) for platform in page.rows],
        "all_platforms": Platform.objects.values_list("slug", "name"),
        "all_topics": Topic.objects.filter(is_retired=False).values_list("key", "name"),
        "slugs": slugs or [platform.slug for platform in page.rows],
        "keys": keys,
        "sample_platforms": sample_names(page.rows),
        **frame(moment, choice, shown=() if slugs else _named(page.rows)),
    }
    return render(request, "atlas/compare.html", context)


@at_a_moment
def topic(request: HttpRequest, moment: Moment, key: str) -> HttpResponse:
    """The archived texts on one topic, platform by platform."""
    row = get_object_or_404(Topic, key=key)
    slugs = wanted_keys(request, "platform")
    platforms = ranked(among(moment, slugs), moment, topic=row)
    page = paged_list(request, _all_of(slugs, platforms), size=SIDES)
    texts = texts_on(row, moment, page.rows, most=TEXTS_OF_ONE if len(slugs) == 1 else TEXTS_EACH)
    coverage = coverage_of(moment, page.rows)
    context = {
        "topic": row,
        "page": page,
        "sides": [Side(platform, coverage[platform.pk], texts[platform.pk]) for platform in page.rows],
        "obligations": _cited_by(texts.values()),
        "slugs": slugs,
        "all_platforms": Platform.objects.values_list("slug", "name"),
        "sample_platforms": sample_names(page.rows),
        **frame(moment, [("platform", slug) for slug in slugs], shown=() if slugs else _named(page.rows)),
    }
    return render(request, "atlas/compare_topic.html", context)


@at_a_moment
def platforms(request: HttpRequest, moment: Moment) -> HttpResponse:
    """Two platforms: what we hold of each first, then by topic and by attribute. Nobody is scored."""
    slugs = [*wanted_keys(request, "a")[:1], *wanted_keys(request, "b")[:1]]
    choice = list(zip("ab", slugs, strict=False))
    every = {platform.slug: platform for platform in Platform.objects.all()}
    context: dict[str, Any] = {
        "all_platforms": [(slug, platform.name) for slug, platform in every.items()],
        "chosen": [slugs[:1], slugs[1:]],
        "is_twice": len(slugs) == 2,
        **frame(moment, choice),
    }
    if len(set(slugs)) == 2:
        pair = [every[slug] for slug in slugs if slug in every]
        context |= _pair(_all_of(slugs, pair), moment)
    return render(request, "atlas/compare_platforms.html", context)


def _pair(pair: list[Platform], moment: Moment) -> dict[str, Any]:
    """At most nine queries, of the past seven."""
    found = compare(moment, pair, topics_of(moment, []))
    attributes = list(Attribute.objects.only("name", "is_retired", "kind", "values", "unit").order_by("name"))
    facts = facts_of(moment, attributes, pair, most=FACTS_OF_TWO)
    read = read_of_each(moment, pair)
    on_topic = [row for row in found.topics if any(_has_something(found.of(platform, row)) for platform in pair)]
    stated = [row for row in attributes if any((platform.pk, row.pk) in facts for platform in pair)]
    return {
        "pair": pair,
        "columns": [(platform, found.coverage[platform.pk], *read[platform.pk]) for platform in pair],
        "rows": linked(found, on_topic, moment),
        "nothing_on": [row for row in found.topics if row not in on_topic],
        "facts": [
            (row, [(platform, facts.get((platform.pk, row.pk), Facts())) for platform in pair]) for row in stated
        ],
        "not_stated": [row for row in attributes if row not in stated and not (row.is_retired or moment.is_past)],
        "coverage": found.coverage,
        "pair_query": urlencode(_named(pair)),
        "sample_platforms": sample_names(pair),
    }


def linked(found: Matrix, topics: Sequence[Topic], moment: Moment) -> list[tuple[Topic, list[Linked]]]:
    """The lines of the matrix for ``topics``."""
    return [(topic, _line(found, topic, moment)) for topic in topics]


def _line(found: Matrix, topic: Topic, moment: Moment) -> list[Linked]:
    lists = _lists_on(topic, moment)
    cells = [(platform, found.of(platform, topic)) for platform in found.platforms]
    return [Linked(cell, lists[cell.state].format(platform.slug)) for platform, cell in cells]


def _lists_on(topic: Topic, moment: Moment) -> dict[State, str]:
    """For each state the address of the list whose length a cell's number is, open for the platform's name in it."""
    if moment.is_past:
        query = urlencode({"at": moment.code})
        return dict.fromkeys(State, f"{address_of('compare_topic', topic.pk)}?platform={{}}&{query}")
    of_both = f"?platform={{}}&topic={topic.pk}"
    provisions = f"{address_of('provisions')}{of_both}"
    return {
        State.ANALYSED: f"{address_of('publications')}{of_both}",
        State.HELD: provisions,
        State.NOT_FOUND: provisions,
        State.NOT_CAPTURED: f"{address_of('incidents')}?platform={{}}",
        State.NOTHING_HELD: f"{address_of('documents')}?platform={{}}",
    }


def _has_something(cell: Cell) -> bool:
    return cell.state in {State.ANALYSED, State.ENDED, State.HELD}


def _named(platforms: Sequence[Platform]) -> list[tuple[str, str]]:
    return [("platform", platform.slug) for platform in platforms]


def _all_of(wanted: Sequence[str], found: list[Any]) -> list[Any]:
    if wanted and len(found) != len(wanted):
        raise Http404("one of these is none of ours")
    return found


def _cited_by(texts: Any) -> dict[str, Obligation]:
    """What the summaries that may be shown cite. One query."""
    shown = [row for side in texts for row in side.publications if not row.has_ended]
    return obligations_cited_in(*(row.summary for row in shown))
