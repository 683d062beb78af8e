"""Assistants compare as the compare pages do: the same state of each platform, its quotes, and a link that lasts."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.mcp.comparing import SIDES
from atlas.models import Platform, Publication
from tests.atlas.assistants import answer
from tests.atlas.compare_rows import every_state
from tests.atlas.site_rows import QUOTE, allow_publications_past_review, make_catalogue, make_rows, publish, reword
from tests.factories import make_provision

pytestmark = pytest.mark.django_db
TOPIC = "training-user-content"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def compared(client: Client, **asked: Any) -> dict[str, Any]:
    return answer(client, "compare_topic", topic=TOPIC, **asked)


def page(client: Client, told: dict[str, Any]) -> str:
    """The words of the page that the permalink leads to."""
    parts = urlsplit(told["permalink"])
    answered = client.get(f"{parts.path}?{parts.query}")
    assert answered.status_code == 200
    return unescape(" ".join(answered.content.decode().split()))


def test_each_platform_is_in_the_state_that_the_matrix_shows(client: Client) -> None:
    every_state()
    told = compared(client)
    states = {side["platform"]["name"]: (side["state"]["code"], side["state"]["words"]) for side in told["platforms"]}
    none = "That is no finding that there is none."
    assert states == {
        "A Works": ("analysed", "High exposure, 3 analyses"),
        "B Works": ("held", "2 provisions held, not analysed"),
        "C Works": ("not-found", f"No comparable clause found in the documents we hold (1 document held). {none}"),
        "D Works": (
            "not-captured",
            f"Nothing found, and 1 document cannot be captured now (1 document held). {none}",
        ),
        "E Works": ("nothing-held", f"No archived text of this platform (0 documents held). {none}"),
    }
    matrix = unescape(client.get("/compare/").content.decode())
    for _, words in states.values():
        assert words.partition(" (")[0] in matrix


def test_it_says_what_is_held_and_what_cannot_be_captured(client: Client) -> None:
    every_state()
    sides = {side["platform"]["slug"]: side for side in compared(client)["platforms"]}
    assert [row["name"] for row in sides["d-works"]["held"]["not_captured"]] == ["Privacy Policy"]
    assert sides["e-works"]["held"] == {"documents": 1, "with_text": 0, "not_captured": []}
    assert sides["a-works"]["exposure"]["words"] == "High"


def test_archived_texts_are_quoted_and_every_one_of_them_stands_on_the_page(client: Client) -> None:
    every_state()
    told = compared(client)
    shown = page(client, told)
    here = client.get(f"/compare/topics/{TOPIC}/").content.decode()
    analysed, waiting, *_ = told["platforms"]
    for item in analysed["analyses"]:
        assert item["record"]["quote"]["text"] in shown
        assert item["record"]["id"] in shown and item["citation"].startswith("Ada Reviewer")
    for item in waiting["not_analysed"]:
        assert item["record"]["quote"]["text"] in here
        assert "text as archived" in item["citation"]
    assert {fact["record"]["quote"] for fact in analysed["facts"]} == {QUOTE}
    assert (analysed["analyses_total"], waiting["not_analysed_total"]) == (3, 2)


def test_long_texts_are_quoted_from_their_beginning(client: Client) -> None:
    make_catalogue()
    text = f"{QUOTE} " + "And so on it goes. " * 600
    publish(make_provision(text, topics=(TOPIC,)))
    (side,) = compared(client)["platforms"]
    quote = side["analyses"][0]["record"]["quote"]
    assert len(quote["text"]) == 1_500 and text.startswith(quote["text"])
    assert quote["characters"] == len(text)


def test_the_permalink_keeps_showing_what_was_told(client: Client, clock: time_machine.Coordinates) -> None:
    provision = make_rows(1, provisions=1)[0]
    clock.shift(timedelta(days=10))
    told = compared(client)
    before = page(client, told)
    assert provision.document.platform.slug in told["permalink"] and "at=2026-" in told["permalink"]
    clock.shift(timedelta(days=1))
    publish(provision, title="A later analysis", published_at=datetime.now(UTC))
    assert "A later analysis" in str(compared(client)) and "A later analysis" not in page(client, told)
    assert page(client, told) == before


def test_a_moment_of_the_past_is_told_as_it_was(client: Client, clock: time_machine.Coordinates) -> None:
    provision = make_rows(1, provisions=1)[0]
    clock.move_to(START + timedelta(days=20))
    publish(provision, title="A later analysis", published_at=datetime.now(UTC))
    reword(provision, "Something else now.")
    clock.shift(timedelta(days=5))
    then = compared(client, at="2026-06-10")
    assert [item["record"]["title"] for item in then["platforms"][0]["analyses"]] != ["A later analysis"]
    assert then["as_of"].startswith("2026-06-10T23:59:59")
    assert "at=2026-06-10T23" in then["permalink"]
    now = compared(client)["platforms"][0]["analyses"][0]
    assert now["record"]["is_stale"] and any(notice.startswith("STALE") for notice in now["notices"])


def test_of_what_was_taken_back_since_only_that_is_told(client: Client, clock: time_machine.Coordinates) -> None:
    make_rows(1, provisions=2)
    first, second = Publication.objects.order_by("pk")
    clock.shift(timedelta(days=30))
    publish(first.provision, title="In between", published_at=START + timedelta(days=20))
    again = publish(
        first.provision, title=first.title, revision_id=first.revision_id, published_at=START + timedelta(days=25)
    )
    for row in (again, second):
        ended = {"retracted_at": START + timedelta(days=28), "retraction_note": "It was misread."}
        Publication.objects.filter(pk=row.pk).update(**ended)
    (side,) = compared(client, at="2026-06-02")["platforms"]
    assert side["analyses"] == side["facts"] == []
    assert {item["record"]["id"] for item in side["taken_back"]} == {first.public_id, second.public_id}
    assert all("It was misread" in item["citation"] for item in side["taken_back"])
    assert first.summary not in str(side) and QUOTE not in str(side)


def test_platforms_come_six_at_a_time_and_none_is_lost_or_told_twice(client: Client) -> None:
    make_rows(14, provisions=1)
    seen: list[str] = []
    cursor = ""
    while True:
        told = compared(client, cursor=cursor)
        assert told["platforms_total"] == 14
        seen += [side["platform"]["slug"] for side in told["platforms"]]
        here = page(client, told)
        assert all(f'id="side-{side["platform"]["slug"]}"' in here for side in told["platforms"])
        cursor = told["next_cursor"]
        if not cursor:
            break
    assert len(seen) == 14 and set(seen) == set(Platform.objects.values_list("slug", flat=True))


def test_one_platform_alone_is_told_at_length(client: Client) -> None:
    make_rows(1, provisions=5)
    slug = Platform.objects.get().slug
    assert len(compared(client)["platforms"][0]["analyses"]) == 3
    assert len(compared(client, platforms=[slug])["platforms"][0]["analyses"]) == 5


def test_chosen_platforms_alone_are_compared(client: Client) -> None:
    make_rows(3, provisions=1)
    slugs = sorted(Platform.objects.values_list("slug", flat=True))[:2]
    told = compared(client, platforms=slugs)
    assert sorted(side["platform"]["slug"] for side in told["platforms"]) == slugs
    assert len(re.findall("platform=", told["permalink"])) == 2


def test_it_costs_the_same_however_much_there_is(client: Client) -> None:
    def queries() -> list[int]:
        numbers = []
        for at in ("", "2026-11-20"):
            with CaptureQueriesContext(connection) as made:
                compared(client, at=at)
            numbers.append(len(made))
        return numbers

    def more(platforms: int, provisions: int) -> None:
        for provision in make_rows(platforms, provisions=provisions):
            make_provision(f"Not analysed {provision.pk}.", document=provision.document, topics=(TOPIC,))

    more(2, 2)
    before = queries()
    more(SIDES, 4)
    assert queries() == before
    assert max(before) <= 16
