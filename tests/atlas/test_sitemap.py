"""What programs ask for: the sitemap has every page that readers may see and no other; robots.txt; llms.txt."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import Change, Document, Platform, Provision, Publication
from atlas.site import sitemaps
from tests.atlas.site_rows import allow_publications_past_review, make_rows, publish, reword
from tests.crawling import PAGE_QUERIES
from tests.factories import NOON

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"
NAMES = {"s": sitemaps.NAMESPACE}


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()


def locations(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, address
    assert response.headers["Content-Type"].startswith("application/xml")
    found = [element.text or "" for element in ElementTree.fromstring(response.content).iterfind(".//s:loc", NAMES)]
    assert all(location.startswith(SITE) for location in found)
    return [location.removeprefix(SITE) for location in found]


def all_of(client: Client) -> list[str]:
    return [path for part in locations(client, "/sitemap.xml") for path in locations_if_any(client, part)]


def locations_if_any(client: Client, part: str) -> list[str]:
    return locations(client, part) if client.get(part).status_code == 200 else []


def test_it_has_every_kind_of_page_once_and_each_can_be_read(client: Client) -> None:
    provision = make_rows(2, provisions=2)[0]
    found = all_of(client)
    assert len(set(found)) == len(found)
    change = provision.changes.get()
    for path in (
        "/",
        provision.get_absolute_url(),
        provision.document.get_absolute_url(),
        provision.document.platform.get_absolute_url(),
        change.get_absolute_url(),
        provision.publications.get().permalink,
        "/topics/training-user-content/",
        "/law/gdpr/",
        "/feeds/",
    ):
        assert path in found
    assert {client.get(path).status_code for path in found} == {200}


def test_what_was_taken_back_or_not_announced_is_not_in_it(client: Client) -> None:
    provision = make_rows(1, provisions=1)[0]
    withdrawn = provision.publications.get()
    superseded, retracted, live = publish(provision), publish(provision), publish(provision)
    Publication.objects.filter(pk=withdrawn.pk).update(withdrawn_at=NOON)
    Publication.objects.filter(pk=retracted.pk).update(retracted_at=NOON)
    cosmetic = reword(provision, "A comma, more.", significance="cosmetic")
    found = all_of(client)
    assert superseded.permalink in found and live.permalink in found
    for gone in (withdrawn.permalink, retracted.permalink, cosmetic.get_absolute_url()):
        assert gone not in found


def test_what_changed_last_is_told_where_it_is_known(client: Client) -> None:
    provision = make_rows(1, provisions=1)[0]
    publish(provision, published_at=NOON + timedelta(days=3650))
    number = -(-provision.pk // sitemaps.KEYS_A_PAGE)
    root = ElementTree.fromstring(client.get(f"/sitemap-provisions-{number}.xml").content)
    times = {
        url.findtext("s:loc", namespaces=NAMES): url.findtext("s:lastmod", namespaces=NAMES)
        for url in root.iterfind("s:url", NAMES)
    }
    assert times[f"{SITE}{provision.get_absolute_url()}"] == "2036-05-29T12:00:00+00:00"
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", time or "") for time in times.values())


def test_long_sections_are_cut_by_key_and_lose_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    count_from_one(Platform, Document, Provision, Publication, Change)
    make_rows(3, provisions=3)
    whole = sorted(all_of(client))
    monkeypatch.setattr(sitemaps, "KEYS_A_PAGE", 2)
    parts = locations(client, "/sitemap.xml")
    assert all(len(locations_if_any(client, part)) <= 2 for part in parts if re.search("provisions|changes", part))
    assert sorted(all_of(client)) == whole


def count_from_one(*rows: type[Model]) -> None:
    """Keys begin anew, until the test ends. What other tests counted up to would be as many empty pages here."""
    with connection.cursor() as cursor:
        for model in rows:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} ALTER COLUMN id RESTART")


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    numbers = []
    for _ in range(2):
        make_rows(2)
        addresses = ["/sitemap.xml", *locations(client, "/sitemap.xml"), "/llms.txt"]
        counts = {}
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts[address] = len(queries)
        numbers.append(counts)
    assert numbers[0] == numbers[1]
    assert max(numbers[0].values()) <= PAGE_QUERIES


@pytest.mark.parametrize("wrong", ["nothing-1", "provisions-999999", "topics-2", "pages-2", "provisions-0"])
def test_other_parts_are_not_found(client: Client, wrong: str) -> None:
    assert client.get(f"/sitemap-{wrong}.xml").status_code == 404


def test_robots_may_read_what_readers_may_and_find_the_sitemap(client: Client) -> None:
    words = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {SITE}/sitemap.xml" in words
    assert "Disallow: /admin/" in words
    assert not re.search(r"Disallow: /$", words, re.M)


class TestLlmsTxt:
    def test_it_says_what_atlas_is_how_to_cite_and_what_is_stable(self, client: Client) -> None:
        response = client.get("/llms.txt")
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        words = response.content.decode()
        assert words.startswith("# Atlas\n\n> An archive of platform terms.")
        for phrase in (
            f"{SITE}/provisions/AT-P-000123/",
            f"{SITE}/versions/AT-V-000123/",
            "citation.txt",
            f"{SITE}/api/v1/openapi.json",
            f"{SITE}/mcp/",
            f"({SITE}/feeds/)",
            "Not legal advice",
        ):
            assert phrase in words

    def test_its_numbers_are_those_of_the_pages(self, client: Client) -> None:
        make_rows(2, provisions=3)
        words = client.get("/llms.txt").content.decode()
        changes = Change.objects.announced().count()
        assert f"2 platforms, 2 documents, 6 provisions in force, 6 approved analyses and {changes} subst" in words

    def test_sample_data_is_called_that(self, client: Client) -> None:
        make_rows(1)
        assert "fictional" not in client.get("/llms.txt").content.decode()
        Platform.objects.update(is_sample=True)
        assert "All of it is sample data: the platforms are fictional." in client.get("/llms.txt").content.decode()
