"""One topic across platforms for an assistant: what the page of comparisons shows of it, platform by platform."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from atlas.api.parameters import wanted_topic
from atlas.api.problems import bad_request, not_found
from atlas.api.records.references import address
from atlas.citing.texts import texts_to_cite
from atlas.comparing.coverage import among, ranked
from atlas.comparing.facts import facts_of
from atlas.comparing.matrix import compare
from atlas.comparing.moments import Moment, MomentToCome, UnreadableMoment, read_moment
from atlas.comparing.standing import unchanged_since
from atlas.comparing.texts import texts_on
from atlas.mcp import arguments
from atlas.mcp.compared import Comparison
from atlas.mcp.sides import Material, ended_among, side_of
from atlas.models import Attribute, Platform, Topic

SIDES = 6  # platforms of one answer, as on the page
EACH, OF_ONE = 3, arguments.MOST  # texts and facts of each platform; of one that is asked for alone


def compare_topic(asked: arguments.Comparison) -> Comparison:
    """The same number of queries however much there is."""
    topic, moment = wanted_topic(asked.topic), _moment(asked.at)
    slugs = list(dict.fromkeys(asked.platforms))
    platforms = _all_of(slugs, ranked(among(moment, slugs), moment, topic=topic))
    shown, following = _page(platforms, asked.cursor)
    most = OF_ONE if len(slugs) == 1 else EACH
    material = _material(moment, topic, shown, most)
    return Comparison(
        topic=topic.name,
        as_of=moment.at,
        permalink=_permalink(topic, shown, moment if moment.is_past else unchanged_since(moment)),
        note=f"At most {most} of each kind and platform: for {OF_ONE}, ask for one platform alone; the page has all. "
        "Exposure is no score. What was not found in the documents Atlas holds is no finding about a platform.",
        platforms_total=len(platforms),
        platforms=[side_of(platform, material) for platform in shown],
        next_cursor=following or None,
    )


def _moment(text: str) -> Moment:
    try:
        return read_moment(text.strip(), now=timezone.now())
    except (UnreadableMoment, MomentToCome) as error:
        raise bad_request(str(error)) from None


def _all_of(slugs: Sequence[str], platforms: list[Platform]) -> list[Platform]:
    if missing := set(slugs) - {row.slug for row in platforms}:
        raise not_found(f"There is no platform {min(missing)!r}. Take slugs from /platforms.")
    return platforms


def _page(platforms: list[Platform], cursor: str) -> tuple[list[Platform], str]:
    """Those after the platform that ``cursor`` names, and the cursor for what follows them; empty at the end."""
    slugs = [row.slug for row in platforms]
    if cursor and cursor not in slugs:
        raise bad_request("No answer has given such a cursor. Leave it out to start from the beginning.")
    begin = slugs.index(cursor) + 1 if cursor else 0
    end = begin + SIDES
    return platforms[begin:end], slugs[end - 1] if end < len(slugs) else ""


def _permalink(topic: Topic, platforms: Sequence[Platform], state: Moment) -> str:
    """The page with just these platforms, as of the moment since which all of this stands."""
    query = urlencode([*(("platform", row.slug) for row in platforms), ("at", state.code)])
    return address(f"{reverse('site:compare_topic', args=[topic.pk])}?{query}")


def _material(moment: Moment, topic: Topic, platforms: Sequence[Platform], most: int) -> Material:
    """All that the sides are made of."""
    texts = texts_on(topic, moment, platforms, most=most)
    facts = facts_of(moment, Attribute.objects.filter(topic=topic), platforms, most=most)
    analysed = [row for side in texts.values() for row in side.publications]
    analysed += [fact.publication for each in facts.values() for fact in each.rows]
    prefetch_related_objects(analysed, "approvals", "version")
    return Material(
        moment=moment,
        topic=topic,
        matrix=compare(moment, platforms, [topic]),
        texts=texts,
        facts=facts,
        citable=texts_to_cite([row for side in texts.values() for row in side.provisions]),
        ended=ended_among(analysed) if moment.is_past else {},
    )
