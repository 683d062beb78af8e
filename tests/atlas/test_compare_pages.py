"""Pages that set platforms beside each other: what they show, cost and promise; the same address the same state."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import Attribute, AttributeValue, Document, Platform, Provision, Publication, Topic
from tests.atlas.site_rows import (
    QUOTE,
    allow_publications_past_review,
    go_back,
    hold_capture,
    make_catalogue,
    make_rows,
    publish,
    reword,
)
from tests.crawling import PAGE_QUERIES, crawl
from tests.factories import make_document, make_platform, make_provision, make_version

pytestmark = pytest.mark.django_db

TOPIC = "training-user-content"
NOT_TOLD = "\N{EN DASH}"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """A clock that stands still until a test moves it."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def body(client: Client, address: str, *, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def addresses() -> list[str]:
    first, second = Platform.objects.order_by("pk")[:2]
    return [
        "/compare/",
        f"/compare/?platform={first.slug}&platform={second.slug}&topic={TOPIC}",
        f"/compare/topics/{TOPIC}/",
        f"/compare/topics/{TOPIC}/?platform={first.slug}",
        "/compare/platforms/",
        f"/compare/platforms/?a={first.slug}&b={second.slug}",
        "/compare/attributes/",
        "/compare/attributes/training-default/",
        "/compare/?format=csv",
        "/compare/attributes/training-default/?format=csv",
    ]


def at(address: str, moment: datetime) -> str:
    return f"{address}{'&' if '?' in address else '?'}at={moment.isoformat().replace('+00:00', 'Z')}"


def cells(page: str) -> list[tuple[str, str]]:
    """Address and visible words of every cell of the matrix, in order."""
    found = re.findall(
        r'<td class="cell [^"]*"><a href="([^"]*)"><span aria-hidden="true">(.*?)</span><span', page, re.S
    )
    return [(href.replace("&amp;", "&"), " ".join(re.sub(r"<[^>]+>", " ", words).split())) for href, words in found]


def length_of_list(client: Client, address: str) -> int:
    page = body(client, address)
    if match := re.search(r"([\d,]+) (?:provision|document|analys|incident)", page):
        return int(match[1])
    assert 'class="empty"' in page
    return 0


# What pages show


@pytest.mark.parametrize("address", ["/compare/", "/compare/platforms/", "/compare/attributes/"])
@pytest.mark.parametrize("query", ["", "?at=2026-01-01"])
def test_each_says_something_when_there_is_nothing(client: Client, address: str, query: str) -> None:
    page = body(client, address + query)
    assert "<h1>" in page
    assert 'class="empty"' in page


def test_every_link_leads_somewhere_also_from_pages_of_the_past(client: Client) -> None:
    make_rows(2, provisions=2)
    soon = datetime.now(UTC)
    pages = crawl(client, "/compare/", extra=tuple(at(address, soon) for address in addresses()))
    assert {address: status for address, (status, _) in pages.items() if status != 200} == {}
    assert f"/compare/topics/{TOPIC}/" in pages


def test_no_page_needs_more_queries_when_there_is_more_to_show(client: Client) -> None:
    make_rows(2, provisions=2)
    past = datetime.now(UTC)
    asked = [*addresses(), *(at(address, past) for address in addresses())]
    before = {address: _queries(client, address) for address in asked}
    make_rows(9, provisions=4)
    assert {address: _queries(client, address) for address in asked} == before
    assert max(before.values()) <= PAGE_QUERIES


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_readers_get_no_cookie_no_style_attribute_and_no_script(client: Client) -> None:
    make_rows(2, provisions=1)
    for address in addresses():
        response = client.get(address)
        assert not response.cookies
        assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert not re.search(r"<script|<style|\bstyle=|\bon[a-z]+=", response.content.decode())


def every_state() -> dict[str, Platform]:
    """A platform for each state of a cell."""
    make_catalogue()
    analysed, waiting, without, blocked, nothing = (make_platform(f"{name} Works") for name in "ABCDE")
    for number, level in enumerate(("low", "high", "medium")):
        publish(_provision(analysed, f"Clause {number} of A. {QUOTE}"), exposure_level=level)
    for number in range(2):
        _provision(waiting, f"Clause {number} of B. {QUOTE}")
    make_provision("Of something else.", document=make_document(without))
    held = make_document(blocked)
    make_provision("Of something else, too.", document=held)
    hold_capture(held)
    make_document(nothing)
    return {"analysed": analysed, "held": waiting, "none": without, "blocked": blocked, "nothing": nothing}


def _provision(platform: Platform, text: str, **fields: Any) -> Provision:
    document = Document.objects.filter(platform=platform).first() or make_document(platform)
    return make_provision(text, document=document, topics=(TOPIC,), **fields)


def test_the_matrix_keeps_five_states_apart(client: Client) -> None:
    rows = every_state()
    page = body(client, "/compare/?" + "&".join(f"platform={row.slug}" for row in rows.values()))
    by_platform = {dict(parse_qsl(urlsplit(href).query))["platform"]: words for href, words in cells(page)}
    assert by_platform == {
        "a-works": "H 3",
        "b-works": "2 held",
        "c-works": "0 found",
        "d-works": "1 not captured",
        "e-works": "no text",
    }
    assert "No comparable clause found in the documents we hold" in page


def test_the_rule_for_several_analyses_stands_on_the_page(client: Client) -> None:
    make_rows(1)
    assert "<strong>highest</strong> exposure among them" in body(client, "/compare/")


def test_every_number_of_the_matrix_equals_the_list_it_leads_to(client: Client) -> None:
    every_state()
    stale = _provision(Platform.objects.get(slug="a-works"), f"Another. {QUOTE}")
    publish(stale, exposure_level="low")
    reword(stale, "Something else now.")
    found = cells(body(client, "/compare/"))
    assert len(found) == 5
    assert ("/publications/?platform=a-works&topic=training-user-content", "H 4 1 stale") in found
    for href, words in found:
        number = re.search(r"\d+", words)
        assert length_of_list(client, href) == int(number[0] if number else 1), href


def test_head_cells_name_their_column_and_row(client: Client) -> None:
    make_rows(1)
    table = body(client, "/compare/").split("<table")[1]
    assert '<th scope="col">Topic</th>' in table
    assert '<th scope="row"><a href="/compare/topics/training-user-content/">' in table


def test_the_matrix_goes_on_through_all_platforms_without_losing_or_repeating_one(client: Client) -> None:
    make_rows(14, provisions=1)
    seen: list[str] = []
    address = "/compare/"
    while address:
        page = body(client, address)
        seen += re.findall(r'<th scope="col"><a href="/platforms/([\w-]+)/"', page)
        following = re.search(r'href="(\?[^"]*after=[^"]*)" rel="next"', page)
        address = "/compare/" + following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == 14
    assert set(seen) == set(Platform.objects.values_list("slug", flat=True))


def test_platforms_with_most_analyses_come_first(client: Client) -> None:
    make_rows(1, provisions=1)
    make_rows(1, provisions=3)
    first, second = re.findall(r'<th scope="col"><a href="/platforms/([\w-]+)/"', body(client, "/compare/"))
    assert Publication.objects.filter(provision__document__platform__slug=first).count() == 3
    assert Publication.objects.filter(provision__document__platform__slug=second).count() == 1


def test_a_topic_shows_archived_texts_and_says_honestly_who_is_missing(client: Client) -> None:
    every_state()
    Document.objects.filter(platform__slug="a-works").update(standing="binding")
    page = body(client, f"/compare/topics/{TOPIC}/")
    assert f"Clause 1 of A. {QUOTE}" in page
    assert f"Clause 1 of B. {QUOTE}" in page
    assert "Binding agreement" in page
    assert "The text states that" in page
    assert "Not yet analysed" in page
    assert "No comparable clause found in the one document we hold of C Works; that is no finding" in page
    assert "No comparable clause found in the one document we hold of D Works" in page
    assert re.search(r"Cannot be captured now.*Privacy Policy</a>", page)
    assert "We hold no archived text of E Works" in page


def test_a_long_text_is_cut_and_whole_behind_details(client: Client) -> None:
    make_catalogue()
    publish(_provision(make_platform(), f"{QUOTE} " + "And so on it goes. " * 60 + "The very end."))
    page = body(client, f"/compare/topics/{TOPIC}/")
    assert page.count("The very end.") == 1
    assert page.index("The whole archived text") < page.index("The very end.")


def test_hostile_text_is_shown_and_never_run(client: Client) -> None:
    make_catalogue()
    provision = _provision(make_platform("<b>Evil</b>", slug="evil"), "<script>alert(1)</script> \u202e text")
    publish(provision, title="<i>Title</i>", summary="<img src=x>")
    for address in (f"/compare/topics/{TOPIC}/", "/compare/", "/compare/attributes/training-default/"):
        page = body(client, address)
        assert not re.search(r"<script|<b>Evil|<i>Title|<img src=x", page)
        assert "\u202e" not in page


def test_two_platforms_state_coverage_first_and_no_score(client: Client) -> None:
    make_rows(2)
    first, second = Platform.objects.order_by("pk")
    page = body(client, f"/compare/platforms/?a={second.slug}&b={first.slug}")
    assert f"<h1>{second.name} and {first.name}</h1>" in page
    heads = re.findall(r"<h2>(.*?)</h2>", page)
    assert heads == ["What we hold of each", "By topic", "By coded fact"]
    coverage = page[page.index("<h2>What we hold") : page.index("<h2>By topic")]
    for href, number in re.findall(r'<td><a href="([^"]+)">(\d+)</a></td>', coverage):
        assert length_of_list(client, href) == int(number), href
    assert "High" not in coverage


def test_two_platforms_want_two(client: Client) -> None:
    make_rows(1)
    slug = Platform.objects.get().slug
    assert "Choose two platforms above" in body(client, "/compare/platforms/")
    assert "Choose two different platforms" in body(client, f"/compare/platforms/?a={slug}&b={slug}")


def test_an_attribute_shows_value_quote_publication_role_and_date(client: Client) -> None:
    publication = Publication.objects.get(provision=make_rows(1, provisions=1)[0])
    page = body(client, "/compare/attributes/training-default/")
    for words in ("Unless opted out", QUOTE, publication.public_id, "Technology lawyer", "2 June 2026"):
        assert words in page


def test_stated_as_absent_is_not_the_same_as_not_found(client: Client) -> None:
    make_catalogue()
    Attribute.objects.create(key="audit", topic_id=TOPIC, name="Audit", kind="choice", values={"none": "None stated"})
    says_none = publish(_provision(make_platform("One"), f"One. {QUOTE}"))
    AttributeValue.objects.create(publication=says_none, attribute_id="audit", value="none", quote="There is no audit.")
    make_provision("Of something else.", document=make_document(make_platform("Two")))
    page = body(client, "/compare/attributes/audit/")
    one, two = page[page.index("<tbody>") :].split("</tr>")[:2]
    assert "Stated as absent</span>" in one
    assert "There is no audit." in one
    assert "Not found in the one document we hold" in two
    assert "Stated as absent</span>" not in two


def test_conflicting_values_of_one_platform_are_both_shown(client: Client) -> None:
    make_catalogue()
    Attribute.objects.create(key="days", topic_id=TOPIC, name="Notice", kind="number", unit="days")
    platform = make_platform()
    for days in ("30", "60"):
        publication = publish(_provision(platform, f"We wait {days} days. {QUOTE}"))
        AttributeValue.objects.create(publication=publication, attribute_id="days", value=days, quote=f"{days} days")
    page = body(client, "/compare/attributes/days/")
    assert "30 days</strong>" in page
    assert "60 days</strong>" in page
    assert "Its documents differ" in page


def test_exports_hold_all_platforms_and_no_formula(client: Client) -> None:
    make_rows(14, provisions=1)
    Platform.objects.filter(pk=Platform.objects.earliest("pk").pk).update(name="=HYPERLINK(1)")
    response = client.get("/compare/?format=csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(response.content.decode()))
    assert head[:3] == ["Topic", "Platform", "State"]
    assert len(rows) == 14 * Topic.objects.count()
    assert "'=HYPERLINK(1)" in {row[1] for row in rows}
    head, *rows = csv.reader(
        io.StringIO(client.get("/compare/attributes/training-default/?format=csv").content.decode())
    )
    assert len(rows) == 14
    assert rows[0][head.index("Quote")] == QUOTE


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?at=yesterday", 400),
        ("?at=2026-13-01", 400),
        ("?at=2026-11-26T25:00:00Z", 400),
        ("?at=%00", 400),
        ("?at=0001-01-01T00:00:00%2B23:00", 400),
        ("?at=9999-12-31", 404),
        ("?at=9999-12-31T12:00:00Z", 404),
        ("?platform=none", 404),
        ("?platform=%00", 404),
        ("?topic=none", 404),
        ("?format=xls", 404),
        ("?after=nonsense", 404),
    ],
)
def test_what_makes_no_sense_is_a_clear_page(client: Client, query: str, status: int) -> None:
    make_rows(1, provisions=1)
    page = body(client, f"/compare/{query}", status=status)
    if query.startswith("?at="):
        assert ("That moment is not over yet" if status == 404 else "That is no moment we can read") in page


# The same link shows the same state


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
    story = _Story(clock)
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
    """Publish, supersede, change, remove, return, hold, import: none of it alters what stood before."""
    story = _Story(clock)
    recorded: dict[str, str] = {}
    for chapter in (story.begins, story.is_published, story.changes, story.is_corrected, story.is_removed,
                    story.returns, story.cannot_be_captured, story.old_history_is_imported,
                    story.is_filed_elsewhere):  # fmt: skip
        chapter()
        moment = datetime.now(UTC)
        clock.shift(timedelta(hours=1))
        recorded |= {at(address, moment): "" for address in addresses()}
        for address, before in recorded.items():
            now = re.sub(r"<option.*?</option>", "", body(client, address))  # menus offer what there is today
            assert not before or now == before, (chapter.__name__, address)
            recorded[address] = now
    assert len(set(recorded.values())) > len(addresses()) * 3


@pytest.mark.parametrize("ending", ["withdrawn", "retracted"])
@pytest.mark.parametrize("is_superseded_first", [False, True])
def test_what_was_taken_back_since_is_a_note_on_every_page_of_the_past(
    client: Client, clock: time_machine.Coordinates, ending: str, is_superseded_first: bool
) -> None:
    story = _Story(clock)
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
    made = [_provision(platform, f"Clause {number}. {QUOTE}") for number in range(5)]
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
    story = _Story(clock)
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
    story = _Story(clock)
    story.begins()
    story.is_published()
    body(client, "/compare/?at=2026-06-01", status=404)
    clock.shift(timedelta(days=1))
    assert "As of <time" in body(client, "/compare/?at=2026-06-01")
    assert "M 1" in [words for _, words in cells(body(client, "/compare/?at=2026-06-01"))]
    assert cells(body(client, "/compare/?at=2026-05-31")) == []


class _Story:
    """Two platforms, and what happens to a provision of the first. Each step is an hour after the one before."""

    def __init__(self, clock: time_machine.Coordinates) -> None:
        self.clock = clock
        make_catalogue()

    def begins(self) -> None:
        self.platform, self.other = make_platform("First"), make_platform("Second")
        self.provision = _provision(self.platform, f"{QUOTE} We keep it for 30 days.")
        self.second = _provision(self.other, f"{QUOTE} We keep it.")

    def is_published(self) -> None:
        self.publish(self.provision, exposure_level="medium")
        self.publish(self.second, exposure_level="low")

    def changes(self) -> None:
        self.first_wording = self.provision.current_wording
        reword(self.provision, f"{QUOTE} We keep it for 90 days.", at=datetime.now(UTC))

    def is_corrected(self) -> None:
        self.publish(self.provision, exposure_level="high", title="Of the later text")

    def is_removed(self) -> None:
        document = self.provision.document
        make_provision("Nothing of that kind.", document=document, title="Another")
        Provision.objects.filter(pk=self.provision.pk).update(removed_at=datetime.now(UTC))

    def returns(self) -> None:
        Provision.objects.filter(pk=self.provision.pk).update(removed_at=None)
        assert self.first_wording is not None
        go_back(self.provision, self.first_wording)

    def cannot_be_captured(self) -> None:
        hold_capture(self.second.document)

    def old_history_is_imported(self) -> None:
        """Looks that were taken long before, written down now."""
        document = make_document(self.platform, "Imported Terms")
        make_version(document, "Terms of long ago.", captured_at=START - timedelta(days=900))

    def is_filed_elsewhere(self) -> None:
        """What carries no date: topics of provisions and of the catalogue, new platforms and documents."""
        self.provision.topics.clear()
        Topic.objects.create(key="new", name="A new topic", definition="New.")
        make_document(make_platform("Third"))
        make_document(self.platform, "Terms")
        Attribute.objects.create(key="new", topic_id="new", name="New", kind="number")

    def publish(self, provision: Provision, **fields: Any) -> Publication:
        """At this very moment, which the rows for other tests do not care about."""
        now = datetime.now(UTC)
        provision.publications.live().update(superseded_at=now)
        return publish(provision, published_at=now, **fields)
