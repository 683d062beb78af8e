"""Search: what is found, what never is, and what the page of it says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from atlas.models import Jurisdiction, Platform, Provision, Publication, Topic, WordingLexemes
from atlas.search import KINDS, Narrowing, Unanswerable, best, find, in_time, read_question, snippets
from tests.atlas.site_rows import (
    allow_publications_past_review,
    hold_capture,
    make_catalogue,
    make_rows,
    publish,
    reword,
)
from tests.factories import NOON, make_document, make_platform, make_provision

pytestmark = pytest.mark.django_db
Capped = Callable[[int], Any]
NOWHERE = Narrowing()


def found(words: str, kind: str = "provisions", narrowing: Narrowing = NOWHERE) -> list[Any]:
    return list(find(read_question(words), KINDS[kind], narrowing).rows)


@pytest.fixture(autouse=True)
def _past_review(db: None) -> None:
    allow_publications_past_review()


class TestWhatIsFound:
    def test_the_text_in_force_by_its_words_in_any_form(self) -> None:
        provision = make_provision("We retain prompts for ninety days after deletion.")
        make_provision("You may cancel at any time.")
        assert found("retaining prompt") == [provision]
        assert found("prompts cancel") == []
        assert len(found("prompts or cancel")) == 2
        assert found('"ninety days"') == [provision]
        assert found("“ninety days”") == [provision]
        assert found('"days ninety"') == []
        assert found("days -prompts") == []

    def test_a_text_that_is_gone_is_found_among_the_earlier_ones_alone(self) -> None:
        provision = make_provision("We keep logs for seven years.")
        before = provision.current_wording
        reword(provision, "We keep logs for one year.")
        assert found("seven years") == []
        assert found("seven years", "earlier") == [before]
        assert found("one year", "earlier") == []
        Provision.objects.update(removed_at=NOON)
        assert found("logs") == []
        assert len(found("logs", "earlier")) == 2

    def test_an_analysis_while_it_stands(self) -> None:
        make_catalogue()
        publication = publish(make_provision())
        assert found("purpose limitation", "analyses") == [publication]

    @pytest.mark.parametrize("ended", ["withdrawn_at", "retracted_at", "superseded_at"])
    def test_no_analysis_that_ended(self, ended: str) -> None:
        make_catalogue()
        publication = publish(make_provision())
        Publication.objects.filter(pk=publication.pk).update(**{ended: NOON})
        assert found("purpose limitation", "analyses") == []

    def test_never_what_was_held(self) -> None:
        hold_capture(make_document(), "Please log in to go on.")
        assert [found("log in", kind) for kind in KINDS] == [[], [], []]

    def test_headings_outweigh_mentions_and_newer_ones_come_first_otherwise(self) -> None:
        first = make_provision("Disputes go to it alone.", title="Arbitration")
        second = make_provision("Disputes may go to arbitration, or to a court.", title="Disputes")
        found = find(read_question("arbitration"), KINDS["provisions"], NOWHERE)
        assert list(found.rows) == [second, first]
        assert list(best(read_question("arbitration"), found, 1)) == [first]

    @pytest.mark.parametrize("counted", [1, 2, 3, 1_000])
    def test_few_hits_and_more_than_are_counted_are_the_same_rows(
        self, monkeypatch: pytest.MonkeyPatch, counted: int
    ) -> None:
        rows = [make_provision(f"Disputes {number} go to arbitration.") for number in range(3)]
        monkeypatch.setattr("atlas.search.finding.COUNTED", counted)
        hits = find(read_question("arbitration"), KINDS["provisions"], NOWHERE)
        assert list(hits.rows) == rows[::-1]
        assert hits.total == min(len(rows), counted + 1)
        assert set(best(read_question("arbitration"), hits, 3)) == set(rows)

    def test_every_wording_has_its_lexemes_however_long(self) -> None:
        words = " ".join(f"word{number}" for number in range(60_000))
        provision = make_provision(words)
        assert WordingLexemes.objects.get(wording=provision.current_wording).vector
        assert found("word3") == [provision]


class TestNarrowing:
    def test_each_narrows(self) -> None:
        make_catalogue()
        asked, other = make_provision("We use prompts."), make_provision("We use prompts too.")
        topic = Topic.objects.get()
        asked.topics.add(topic)
        publication = publish(asked, exposure_level="low")
        today = timezone.now().date()
        narrow = {
            "platform": asked.document.platform,
            "topic": topic,
            "exposure": "low",
            "instrument": publication.cited.get().instrument,
            "jurisdiction": Jurisdiction.objects.get(),
        }
        assert found("prompts") == [other, asked]
        for name, value in narrow.items():
            assert found("prompts", narrowing=Narrowing(**{name: value})) == [asked], name
            assert found("opt-out", "analyses", Narrowing(**{name: value})) == [publication], name
        assert found("prompts", narrowing=Narrowing(since=NOON.date(), until=today)) == [other, asked]
        assert found("prompts", narrowing=Narrowing(until=NOON.date() - timedelta(days=1))) == []

    def test_stale_ones_are_told_apart(self) -> None:
        make_catalogue()
        asked = make_provision("We use prompts.")
        publication = publish(asked)
        stale = Narrowing(only_stale=True)
        assert found("prompts", narrowing=stale) == []
        reword(asked, "We use prompts and files.")
        assert found("prompts", narrowing=stale) == [asked]
        assert found("opt-out", "analyses", stale) == [publication]


@pytest.mark.parametrize("typed", ["the of and", "-data", "!!! ((", "x" * 400, '""', "- -"])
def test_what_asks_for_nothing_is_answered_in_words(client: Client, typed: str) -> None:
    with pytest.raises(Unanswerable):
        read_question(typed)
    assert client.get("/search/", {"q": typed}).status_code == 200


def test_a_question_that_takes_too_long_is_answered_in_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_provision("We retain prompts.")
    monkeypatch.setattr("atlas.search.asking.LONGEST_WAIT", "1ms")
    with pytest.raises(Unanswerable, match="narrow the search"), in_time(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")
    assert Provision.objects.count() == 1  # the connection goes on


def test_a_snippet_shows_the_words_around_and_no_mark_of_ours_comes_from_a_text() -> None:
    text = (
        "\ue000<script>alert(1)</script>\ue001 " + "filler " * 200 + "the retention period is 30 days " + "more " * 200
    )
    cut = snippets(read_question("retention"), [text, "Nothing."])
    assert ("retention", True) in cut[0].pieces
    assert "30 days" in cut[0].text and len(cut[0].text) < 600
    assert cut[1].pieces == (("Nothing.", False),)


class TestThePage:
    def test_says_how_to_search_and_what_was_found(self, client: Client) -> None:
        assert "Type words" in client.get("/search/").content.decode()
        provision = make_provision("We retain <b>prompts</b> for 30 days. <script>alert(1)</script>")
        page = client.get("/search/", {"q": "prompts"}).content.decode()
        assert provision.get_absolute_url() in page
        assert "&lt;b&gt;<mark>prompts</mark>&lt;/b&gt;" in page
        assert "1 hit" in page
        assert "<script>" not in page
        page = client.get("/search/", {"q": "helicopters"}).content.decode()
        assert "no finding that a platform says nothing of it" in page

    def test_a_withdrawn_analysis_is_gone_at_the_next_request(self, client: Client) -> None:
        make_catalogue()
        publication = publish(make_provision())
        asked = {"q": "confidential", "kind": "analyses"}
        assert publication.public_id in client.get("/search/", asked).content.decode()
        Publication.objects.filter(pk=publication.pk).update(withdrawn_at=NOON)
        assert publication.public_id not in client.get("/search/", asked).content.decode()

    def test_pages_go_through_all_of_it_once_also_when_rows_arrive(self, client: Client) -> None:
        document = make_document()
        made = [make_provision(f"Clause {n} about prompts.", document=document, title=f"T{n}") for n in range(120)]
        seen: list[str] = []
        address = "/search/?q=prompts&order=newest"
        while address:
            context = client.get(address).context
            seen += [hit.provision.public_id for hit in context["hits"]]
            address = f"/search/?{context['next_query']}" if context["next_query"] else ""
            make_provision(f"A new clause {len(seen)} about prompts.", document=document, title=f"New {len(seen)}")
        assert seen == [provision.public_id for provision in reversed(made)]

    @pytest.mark.parametrize("kind", KINDS)
    def test_takes_a_constant_number_of_queries(
        self, client: Client, django_assert_max_num_queries: Capped, kind: str
    ) -> None:
        make_rows(platforms=4, provisions=4)
        everything = {
            "platform": Platform.objects.all()[0].slug,
            "topic": Topic.objects.get().key,
            "exposure": "high",
            "instrument": "gdpr",
            "jurisdiction": "EU",
            "since": "2020-01-01",
            "stale": "yes",
        }
        for order in ("best", "newest"):
            with django_assert_max_num_queries(12 + 2):  # the savepoint that stands for a transaction in a test
                client.get("/search/", {"q": "content", "kind": kind, "order": order, **everything})

    @pytest.mark.parametrize(
        "query",
        ["platform=none", "topic=none", "exposure=x", "kind=x", "since=tomorrow", "order=x", "instrument=x", "after=x"],
    )
    def test_an_address_that_means_nothing_is_not_found(self, client: Client, query: str) -> None:
        make_platform()
        assert client.get(f"/search/?q=prompts&order=newest&{query}").status_code == 404
