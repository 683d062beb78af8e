"""Comparisons of the past: the same address shows the same state, whatever happens since."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from atlas.models import Publication
from tests.atlas.compare_rows import TOPIC, addresses, at, body, cells, provision_about
from tests.atlas.compare_story import START, Story
from tests.atlas.site_rows import QUOTE, make_catalogue, make_rows, publish
from tests.factories import make_platform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_review")]
NOT_TOLD = "\N{EN DASH}"


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """A clock that stands still until a test moves it."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def test_link_to_this_state_shows_what_the_page_showed(client: Client) -> None:
    make_rows(3, provisions=1)
    for address in addresses()[:8]:
        now = body(client, address)
        if "Link to this state" not in now:
            continue
        link = re.search(r'href="(\?[^"]*)" rel="nofollow">Link to this state', now)
        assert link, address
        then = body(client, urlsplit(address).path + link[1].replace("&amp;", "&"))
        shown = [words for _, words in cells(now) if words[0] in "HMLN"]
        assert [words for _, words in cells(then) if words != NOT_TOLD] == shown, address
        for publication in Publication.objects.all():
            assert (publication.public_id in then) == (publication.public_id in now), address


def test_the_link_to_a_state_is_the_same_until_something_happens(
    client: Client, clock: time_machine.Coordinates
) -> None:
    """Otherwise every visit would make an address of its own, and no two readers would cite the same one."""
    story = Story(clock)
    story.begins()
    links: list[str] = []
    for happens in (story.is_published, story.changes, story.is_corrected, story.cannot_be_captured):
        happened = datetime.now(UTC)
        happens()
        for _ in range(2):
            clock.shift(timedelta(hours=1))
            links += re.findall(r'href="\?(?:[^"]*;)?at=([^"&]*)"', body(client, "/compare/"))
        assert links[-2:] == [happened.isoformat().replace("+00:00", "Z").replace(":", "%3A")] * 2
    assert len(set(links)) == 4


def test_a_page_of_the_past_is_the_same_whatever_happens_since(client: Client, clock: time_machine.Coordinates) -> None:
    """Publish, supersede, change, remove, return, hold, import: none of it alters what stood before.

    Every page is read when its moment is the latest, before what was removed returns, and when all has happened.
    """
    story = Story(clock)
    recorded: dict[str, str] = {}
    for chapter in (story.begins, story.is_published, story.changes, story.is_corrected, story.is_removed,
                    story.returns, story.cannot_be_captured, story.old_history_is_imported,
                    story.is_filed_elsewhere):  # fmt: skip
        chapter()
        moment = datetime.now(UTC)
        clock.shift(timedelta(hours=1))
        if chapter in (story.is_removed, story.is_filed_elsewhere):
            for address, before in recorded.items():
                assert as_shown(client, address) == before, (chapter.__name__, address)
        recorded |= {address: as_shown(client, address) for address in (at(row, moment) for row in addresses())}
    assert len(set(recorded.values())) > len(addresses()) * 3


def as_shown(client: Client, address: str) -> str:
    """A page without its menus, which offer what there is today."""
    return re.sub(r"<option.*?</option>", "", body(client, address))


@pytest.mark.parametrize("ending", ["withdrawn", "retracted"])
@pytest.mark.parametrize("is_superseded_first", [False, True])
def test_what_was_taken_back_since_is_a_note_on_every_page_of_the_past(
    client: Client, clock: time_machine.Coordinates, ending: str, is_superseded_first: bool
) -> None:
    story = Story(clock)
    story.begins()
    before = datetime.now(UTC)
    clock.shift(timedelta(hours=1))
    bad = story.publish(story.provision, title="Bad title", summary="Bad summary.", exposure_level="high")
    story.publish(story.second, title="Good title", exposure_level="low")
    moment = datetime.now(UTC)
    clock.shift(timedelta(hours=1))
    earlier = {address: body(client, at(address, before)) for address in addresses()}
    with_it = {address: body(client, at(address, moment)) for address in addresses()}
    if is_superseded_first:
        story.publish(story.provision, title="Better title", exposure_level="medium")
    note = {"withdrawn": "withdrawal_note", "retracted": "retraction_note"}[ending]
    Publication.objects.filter(pk=bad.pk).update(**{f"{ending}_at": datetime.now(UTC), note: "It was <wrong>."})
    clock.shift(timedelta(hours=1))

    for address in addresses():
        assert body(client, at(address, before)) == earlier[address], address
        page = body(client, at(address, moment))
        for words in ("Bad title", "Bad summary", "High exposure"):
            assert words not in page, address
        assert ("It was" in page) == any(part in address for part in ("topics/", "attributes/training", "?a=")), address
        assert "<wrong>" not in page or "format=csv" in address
        assert ("Good title" in page) == ("Good title" in with_it[address]), address
        assert "Bad title" not in body(client, address), address

    matrix = cells(body(client, at("/compare/?platform=first&platform=second", moment)))
    assert [words for _, words in matrix] == ["\N{DAGGER} 1", "L 1"]
    assert bad.public_id in body(client, at(f"/compare/topics/{TOPIC}/", moment))
    facts = body(client, at("/compare/attributes/training-default/?platform=first", moment))
    assert QUOTE not in facts
    assert "Unless opted out" not in facts


def test_numbers_of_a_past_matrix_equal_their_lists_also_after_a_retraction(
    client: Client, clock: time_machine.Coordinates
) -> None:
    make_catalogue()
    platform = make_platform("Many")
    made = [provision_about(platform, f"Clause {number}. {QUOTE}") for number in range(5)]
    published = [publish(provision, published_at=datetime.now(UTC)) for provision in made]
    moment = datetime.now(UTC)
    clock.shift(timedelta(days=1))
    Publication.objects.filter(pk=published[0].pk).update(retracted_at=datetime.now(UTC), retraction_note="Wrong.")
    [(href, words)] = cells(body(client, at("/compare/", moment)))
    assert re.match(r"H 5\b", words)
    page = body(client, href)
    assert "5 analyses stood" in page
    assert page.count('<article class="text-of">') == 5
    assert page.count("Retracted on") == 1


def test_a_page_of_the_past_marks_what_was_stale_then(client: Client, clock: time_machine.Coordinates) -> None:
    story = Story(clock)
    story.begins()
    story.is_published()
    fresh = datetime.now(UTC)
    clock.shift(timedelta(hours=1))
    story.changes()
    stale = datetime.now(UTC)
    clock.shift(timedelta(hours=1))
    story.is_corrected()
    address = "/compare/?platform=first"
    assert [words for _, words in cells(body(client, at(address, fresh)))] == ["M 1"]
    assert [words for _, words in cells(body(client, at(address, stale)))] == ["M 1 1 stale"]
    assert [words for _, words in cells(body(client, address))] == ["H 1"]


def test_a_date_is_the_end_of_that_day(client: Client, clock: time_machine.Coordinates) -> None:
    story = Story(clock)
    story.begins()
    story.is_published()
    body(client, "/compare/?at=2026-06-01", status=404)
    clock.shift(timedelta(days=1))
    assert "As of <time" in body(client, "/compare/?at=2026-06-01")
    assert "M 1" in [words for _, words in cells(body(client, "/compare/?at=2026-06-01"))]
    assert cells(body(client, "/compare/?at=2026-05-31")) == []
