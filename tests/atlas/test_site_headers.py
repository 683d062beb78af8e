"""What public answers tell caches: asked for anew each time, cheaply, the same for everybody, and compressed."""

import gzip
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import Publication, User
from tests.atlas.site_rows import allow_publications_past_review, make_rows, publish
from tests.crawling import crawl, public_routes, route_of
from tests.factories import NOON, make_provision

pytestmark = pytest.mark.django_db
GZIP = {"Accept-Encoding": "br, gzip;q=0.8"}
MOMENT = NOON + timedelta(days=300)


@pytest.fixture(autouse=True)
def _at_one_moment() -> Iterator[None]:
    """Pages as of now say when that is, to the minute."""
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture(scope="module")
def publication(shared_rows: None) -> Publication:
    allow_publications_past_review()
    make_rows(1, provisions=2)
    return publish(make_provision())


@pytest.fixture(scope="module")
def pages(publication: Publication) -> list[str]:
    """One address of every route that answers with a page."""
    with time_machine.travel(MOMENT, tick=False):
        read = crawl(Client())
    found = {route_of(address): address for address, (status, _) in read.items() if status == 200}
    return [address for route, address in found.items() if route in public_routes()]


def get(client: Client, address: str, **headers: str) -> Any:
    return client.get(address, headers=headers)


def test_every_page_is_asked_for_anew_and_cheaply(client: Client, pages: list[str]) -> None:
    assert len(pages) > 20
    for address in pages:
        for headers in ({}, GZIP):
            first = get(client, address, **headers)
            assert "max-age=0" in first.headers["Cache-Control"], address
            again = get(client, address, **headers, **{"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b""), address
            for name in ("ETag", "Cache-Control", "Vary"):
                assert again.headers.get(name) == first.headers.get(name), (address, name)


def test_no_page_looks_at_who_is_asking(client: Client, pages: list[str]) -> None:
    plain = {address: client.get(address).content for address in pages}
    client.force_login(User.objects.create_superuser("ada", public_name="Ada Lovelace"))
    for address in pages:
        with CaptureQueriesContext(connection) as asked:
            response = client.get(address)
        assert response.content == plain[address], address
        assert not response.cookies, address
        assert "Cookie" not in response.headers.get("Vary", ""), address
        assert not [query for query in asked if "session" in query["sql"] or "atlas_user" in query["sql"]], address


def test_a_page_travels_compressed_to_whoever_takes_it(client: Client, publication: Publication) -> None:
    address = publication.get_absolute_url()
    plain, packed = get(client, address), get(client, address, **GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2
    assert int(packed.headers["Content-Length"]) == len(packed.content)
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"].startswith('W/"')


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "gzip; q=0.000, br", "", "xgzip2"])
def test_whoever_does_not_take_it_gets_it_plain(client: Client, publication: Publication, accepted: str) -> None:
    response = get(client, "/", **{"Accept-Encoding": accepted})
    assert "Content-Encoding" not in response.headers
    assert b"</html>" in response.content


def test_the_tag_of_one_form_is_good_for_the_other(client: Client, publication: Publication) -> None:
    address = publication.permalink
    for first, second in (({}, GZIP), (GZIP, {})):
        tag = get(client, address, **first).headers["ETag"]
        assert get(client, address, **second, **{"If-None-Match": f'"other", {tag}'}).status_code == 304


def test_the_head_of_a_page_says_what_the_page_says(client: Client, publication: Publication) -> None:
    for headers in ({}, GZIP):
        page = get(client, "/", **headers)
        head: Any = client.head("/", headers=headers)
        assert head.content == b""
        names = ("ETag", "Content-Length", "Content-Encoding", "Vary", "Cache-Control", "Content-Type")
        assert [head.headers.get(name) for name in names] == [page.headers.get(name) for name in names]
        assert client.head("/", headers={**headers, "If-None-Match": page.headers["ETag"]}).status_code == 304


ENDINGS = {"withdrawn_at": "withdrawal_note", "retracted_at": "retraction_note"}


@pytest.mark.parametrize("how", ENDINGS)
def test_who_has_a_page_of_before_a_withdrawal_gets_the_one_of_after(
    client: Client, publication: Publication, how: str
) -> None:
    addresses = [publication.get_absolute_url(), publication.permalink, f"{publication.permalink}evidence/", "/"]
    addresses += ["/publications/", f"{publication.permalink}evidence.zip", "/search/?q=opt-out&kind=analyses"]
    before = {address: get(client, address, **GZIP).headers["ETag"] for address in addresses}
    Publication.objects.filter(pk=publication.pk).update(
        **{how: NOON + timedelta(days=9), ENDINGS[how]: "It was misread."}
    )
    for address, tag in before.items():
        after = get(client, address, **GZIP, **{"If-None-Match": tag})
        assert after.status_code in (200, 410), address
        assert after.headers.get("ETag") != tag
    for address in addresses[:2]:
        assert "It was misread." in get(client, address).content.decode()


def test_what_is_no_longer_there_is_never_said_to_be_unchanged(client: Client, publication: Publication) -> None:
    Publication.objects.filter(pk=publication.pk).update(retracted_at=NOON, retraction_note="It was misread.")
    for tag in ("*", "W/*", 'W/"x"'):
        assert get(client, publication.permalink, **{"If-None-Match": tag}).status_code == 410


def test_the_editors_side_is_neither_compressed_nor_tagged(client: Client) -> None:
    """Its pages hold secrets of a form; their compressed length could give them away."""
    response = get(client, "/admin/login/", **GZIP)
    assert "Content-Encoding" not in response.headers
    assert "ETag" not in response.headers


def test_an_archive_is_not_compressed_again(client: Client, publication: Publication) -> None:
    response = get(client, f"{publication.permalink}evidence.zip", **GZIP)
    assert "Content-Encoding" not in response.headers
    assert response.headers["ETag"].startswith('"')
    tag = {"If-None-Match": response.headers["ETag"]}
    assert get(client, f"{publication.permalink}evidence.zip", **tag).status_code == 304


def test_a_pack_can_still_be_sent_for_checking(client: Client, publication: Publication) -> None:
    response = client.post("/verify/", headers=GZIP)
    assert response.status_code == 400
    assert "ETag" not in response.headers
