"""What holds for every answer: methods, caching, who may read it, and errors that say what to do."""

import base64
import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from atlas.api.document import document
from atlas.models import Publication
from tests.atlas.api.asking import API, LISTS, ask, items
from tests.atlas.site_rows import allow_publications_past_review, make_rows, publish
from tests.factories import NOON, make_platform, make_provision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()


def problem(client: Client, address: str, status: int) -> str:
    response = client.get(f"{API}{address}")
    assert response.status_code == status, (address, response.content[:300])
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    told = response.json()
    assert told["status"] == status and told["title"] and len(told["detail"]) > 20
    return str(told["detail"])


def test_an_answer_may_be_read_by_every_page_is_asked_for_anew_and_sets_no_cookie(client: Client) -> None:
    for address in ("/platforms", "/openapi.json", "/changes.csv"):
        response = client.get(f"{API}{address}", headers={"Origin": "https://elsewhere.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


def test_an_unchanged_answer_is_not_sent_again(client: Client) -> None:
    make_platform("Streamly")
    response = client.get(f"{API}/platforms")
    again = client.get(f"{API}/platforms", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert again.headers["ETag"] == response.headers["ETag"]
    make_platform("Another")
    assert client.get(f"{API}/platforms", headers={"If-None-Match": response.headers["ETag"]}).status_code == 200


def test_a_withdrawal_shows_at_once_to_who_has_a_copy(client: Client) -> None:
    publication = publish(make_provision())
    address = f"{API}/publications/{publication.public_id}"
    etag = client.get(address).headers["ETag"]
    Publication.objects.filter(pk=publication.pk).update(withdrawn_at=NOON, withdrawal_note="Wrong.")
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 410
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == 410


@pytest.mark.parametrize("address", ["/platforms", "/openapi.json", "/changes.csv", "/platforms/nobody"])
def test_head_answers_as_get_does_without_a_body(client: Client, address: str) -> None:
    got, head = client.get(f"{API}{address}"), client.head(f"{API}{address}")
    assert head.status_code == got.status_code
    assert not b"".join(head)
    assert head.headers.get("ETag") == got.headers.get("ETag")
    if "ETag" in got.headers:
        assert head.headers["Content-Length"] == str(len(got.content))


def test_options_says_what_may_be_asked(client: Client) -> None:
    response = client.options(f"{API}/platforms", headers={"Access-Control-Request-Method": "GET"})
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Allow"] == response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", ["/platforms", "/publications/AT-A-000001", "/openapi.json", "/nothing"])
def test_nothing_can_be_written(method: str, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    response = getattr(client, method)(
        f"{API}{address}", **({} if method == "trace" else {"data": "x", "content_type": "application/xml"})
    )
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json()["detail"] == "The API is read-only: ask with GET or HEAD."


def test_unknown_addresses_and_identifiers_say_where_to_look(client: Client) -> None:
    assert "/api/v1/openapi.json" in problem(client, "/nothing", 404)
    assert "/api/v1/openapi.json" in problem(client, "/", 404)
    assert "None ends with a slash" in problem(client, "/platforms/", 404)
    assert "AT-P-000123" in problem(client, "/provisions/12", 404)
    assert "AT-P-000123" in problem(client, "/provisions/AT-D-000001", 404)
    assert "There is no AT-P-999999" in problem(client, "/provisions/at-p-999999", 404)
    for hostile in (
        "%00",
        "AT-P-999999999999",
        "AT-P-" + "9" * 400,
        "%F0%9F%92%A9",
        "%ED%A0%80",
        "AT-P-٣٣٣٣٣٣",
        "a" * 900,
    ):
        problem(client, f"/provisions/{hostile}", 404)
        problem(client, f"/platforms/{hostile}", 404)
        problem(client, f"/topics/{hostile}", 404)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=99999999999999999999999999", "limit"),
        ("limit=many", "limit"),
        ("since=yesterday", "since"),
        ("since=2026-02-30", "since"),
        ("since=0000-01-01", "since"),
        ("until=2026-05-01T00:00:00", "until"),
        ("class=grave", "class"),
        ("kind=%00", "kind"),
        ("platform=%00", "platform"),
        ("plattform=streamly", "plattform"),
        ("cursor=%00", "cursor"),
        ("cursor=nonsense", "cursor"),
        ("format=xml", "format"),
    ],
)
def test_a_parameter_that_is_not_right_is_told(client: Client, query: str, said: str) -> None:
    assert said in problem(client, f"/changes?{query}", 400)
    if said != "format":
        problem(client, f"/changes.csv?{query}", 400)


def test_any_day_of_the_calendar_can_be_asked_for(client: Client) -> None:
    provision = make_provision()
    at = f"/documents/{provision.document.public_id}/versions/at"
    problem(client, f"{at}/tomorrow", 404)
    problem(client, f"{at}/0001-01-01", 404)
    assert ask(client, f"{at}/9999-12-31")["version"]["number"] == 1


def test_a_list_is_walked_by_its_cursor_without_gaps_and_repeats(client: Client) -> None:
    make_rows(3, provisions=4)
    for address in LISTS:
        whole = ask(client, f"{address}?limit=200")["items"]
        assert items(client, f"{address}?limit=1") == whole, address
        assert items(client, f"{address}?limit=3") == whole, address


def test_rows_that_are_added_meanwhile_do_not_shift_a_list(client: Client) -> None:
    for name in "bdf":
        make_platform(name)
    first = ask(client, "/platforms?limit=2")
    for name in "ace":
        make_platform(name)
    rest = ask(client, f"/platforms?limit=9&cursor={first['next_cursor']}")
    assert [row["name"] for row in first["items"] + rest["items"]] == ["b", "d", "e", "f"]


def test_a_cursor_of_another_list_is_refused_or_harmless(client: Client) -> None:
    make_rows(2, provisions=2)
    cursors = [cursor for address in LISTS if (cursor := ask(client, f"{address}?limit=1")["next_cursor"])]
    assert len(cursors) > 4
    for address in LISTS:
        for cursor in cursors:
            assert client.get(f"{API}{address}?cursor={cursor}").status_code in (200, 400)


_VALUES = st.one_of(st.integers(), st.text(max_size=8), st.booleans(), st.none(), st.floats(), st.datetimes().map(str))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(_VALUES, max_size=6), address=st.sampled_from(LISTS))
@example(values=["2000-01-01 00:00:00", 1], address="/incidents")
@example(values=["2000-01-01", 1], address="/incidents")
@example(values=["0001-01-01 00:00:00+23:59", 1], address="/incidents")
@example(values=["9999-12-31 23:59:59-23:59", 1], address="/incidents")
@example(values=[1, 1], address="/changes")
@example(values=["\ud800", 1], address="/platforms")
def test_a_forged_cursor_is_never_our_mistake(client: Client, values: list[Any], address: str) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    assert client.get(f"{API}{address}", {"cursor": cursor}).status_code in (200, 400)


def test_the_editors_addresses_still_answer(client: Client) -> None:
    assert client.get(f"{API}/requests/").status_code == 401
    assert client.get(f"{API}/reanalyses/AT-P-000001/").status_code == 401
    moved = client.get(f"{API}/requests")
    assert (moved.status_code, moved.headers["Location"]) == (302, f"{API}/requests/")


def test_the_document_describes_every_parameter_and_every_answer(client: Client) -> None:
    told = client.get(f"{API}/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert told["servers"] and told["info"]["description"] and "licence" in told["info"]["description"]
    for path, operations in told["paths"].items():
        operation = operations["get"]
        assert operation["summary"] and operation["description"], path
        assert {"200", "304", "400", "404", "405"} <= set(operation["responses"]), path
        for parameter in operation["parameters"]:
            assert parameter.get("description") or parameter.get("examples"), (path, parameter["name"])
    named = json.dumps(told)
    for reference in {part.split('"')[0] for part in named.split('"$ref": "#/components/schemas/')[1:]}:
        assert reference in told["components"]["schemas"]
    identifiers = [operations["get"]["operationId"] for operations in told["paths"].values()]
    assert len(set(identifiers)) == len(identifiers)
    assert told == json.loads(json.dumps(document()))


def test_times_in_answers_are_utc(client: Client) -> None:
    make_rows(1, provisions=1)
    times = [row["captured_at"] for row in items(client, "/changes")]
    assert times and all(time.endswith("Z") for time in times)
