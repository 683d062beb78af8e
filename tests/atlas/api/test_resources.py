"""What the API tells of each thing, by which rules its lists are made, and what they cost."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import Change, Collection, Provision, Publication, Significance, Standing, sha256
from tests.atlas.api.asking import API, LISTS, WIDE, addresses, ask, items
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
from tests.factories import NOON, TRAINING_TEXT, make_document, make_platform, make_provision, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    response = client.get(f"{API}{address}")
    assert response.status_code == 200, response
    return list(csv.DictReader(io.StringIO(b"".join(response).decode())))


def end(publication: Publication, **fields: Any) -> None:
    Publication.objects.filter(pk=publication.pk).update(**fields)


@pytest.mark.parametrize("address", LISTS)
def test_every_list_answers_when_there_is_nothing(client: Client, address: str) -> None:
    assert ask(client, address) == {"items": [], "next_cursor": None}


def test_a_document_tells_its_standing_and_that_it_is_captured(client: Client) -> None:
    document = make_document(standing=Standing.BINDING, source_urls=["https://streamly.example/privacy"])
    version, _ = make_version(document, "We keep your data.")
    told = ask(client, f"/documents/{document.public_id}")
    assert told["standing"] == {"code": "binding", "words": "Binding agreement"}
    assert told["source_urls"] == ["https://streamly.example/privacy"]
    assert told["version"]["id"] == version.public_id
    assert told["health"]["state"]["code"] == "captured"
    assert told["health"]["verified_at"] == "2026-06-01T12:00:00Z"
    assert not told["is_unstable"]


def test_a_document_that_cannot_be_captured_says_so_and_keeps_its_last_good_text(client: Client) -> None:
    document = make_document()
    version, _ = make_version(document, "We keep your data.")
    hold_capture(document)
    told = ask(client, f"/documents/{document.public_id}")
    assert told["health"]["state"]["code"] == "not_captured"
    assert told["health"]["cause"] == "The text is a log-in page."
    assert told["version"]["id"] == version.public_id
    assert [row["number"] for row in items(client, f"/documents/{document.public_id}/captures")] == [1]
    assert [row["cause"] for row in items(client, "/incidents")] == ["The text is a log-in page."]


def test_a_version_is_told_with_its_text_as_archived_its_hash_and_where_it_comes_from(client: Client) -> None:
    collection = Collection.objects.create(key="a" * 40, name="Open Terms", licence="ODbL", attribution="Its people")
    text = "# Terms \u202e\n\n<b>We</b> keep “your” data.  "
    version, _ = make_version(make_document(collection=collection), text)
    told = ask(client, f"/versions/{version.public_id}")
    assert told["text"] == text
    assert told["sha256"] == sha256(text)
    assert told["source"] == {"collection": "Open Terms", "licence": "ODbL", "attribution": "Its people"}


def test_a_day_finds_the_text_that_stood_at_its_end(client: Client) -> None:
    document = make_document()
    make_version(document, "One.", captured_at=NOON)
    make_version(document, "Two.", captured_at=NOON + timedelta(days=2))
    hold_capture(document, "Please log in.")
    at = f"/documents/{document.public_id}/versions/at"
    assert ask(client, f"{at}/2026-06-01")["version"]["text"] == "One."
    assert ask(client, f"{at}/2026-06-02")["captured_at"] == "2026-06-01T12:00:00Z"
    assert ask(client, f"{at}/2026-06-03")["version"]["text"] == "Two."
    assert ask(client, f"{at}/2027-01-01")["version"]["text"] == "Two."
    assert "had not been captured by 2026-05-31" in ask(client, f"{at}/2026-05-31", status=404)["detail"]


def test_a_removed_provision_keeps_its_wordings(client: Client) -> None:
    provision = make_provision()
    reword(provision, "We never use your Content to train.")
    Provision.objects.filter(pk=provision.pk).update(removed_at=NOON + timedelta(days=9))
    assert items(client, "/provisions") == []
    assert [row["id"] for row in items(client, "/provisions?state=removed")] == [provision.public_id]
    told = ask(client, f"/provisions/{provision.public_id}")
    assert not told["is_in_force"] and told["wording"] is None
    assert [row["text"] for row in told["wordings"]] == ["We never use your Content to train.", TRAINING_TEXT]
    assert not any(row["is_in_force"] for row in told["wordings"])


def test_changes_are_listed_by_class_and_the_usual_one_is_what_the_site_announces(client: Client) -> None:
    provision = make_provision()
    first = provision.current_wording
    assert first is not None
    told = reword(provision, "We keep it for 60 days.")
    cosmetic = reword(provision, "We keep it for  60 days.", significance=Significance.COSMETIC)
    back = go_back(provision, first)

    def listed(query: str) -> set[str]:
        return {row["id"] for row in items(client, f"/changes{query}")}

    assert listed("") == {told.public_id}
    assert listed("?class=cosmetic") == {cosmetic.public_id}
    assert listed("?class=substantive") == {told.public_id, back.public_id}
    assert listed("?class=return") == {back.public_id}
    assert listed("?class=all") == {told.public_id, cosmetic.public_id, back.public_id}


def test_changes_can_be_asked_for_since_a_day(client: Client) -> None:
    provision = make_provision()
    early, late = reword(provision, "One.", at=NOON), reword(provision, "Two.", at=NOON + timedelta(days=1))
    assert [row["id"] for row in items(client, "/changes?since=2026-06-02")] == [late.public_id]
    assert [row["id"] for row in items(client, "/changes?until=2026-06-02")] == [early.public_id]
    assert len(items(client, "/changes?recorded_since=2026-06-02")) == 2


def test_a_change_tells_the_text_before_and_after_and_what_differs(client: Client) -> None:
    change = reword(make_provision("We keep it for 30 days."), "We keep it for 60 days.")
    told = ask(client, f"/changes/{change.public_id}")
    assert told["before"]["text"] == "We keep it for 30 days."
    assert told["after"]["sha256"] == sha256("We keep it for 60 days.")
    assert [part["text"].strip() for part in told["difference"] if part["op"] != "same"] == ["30", "60"]
    assert told["reasons"] == ["A number changed."]


def test_a_publication_is_told_with_all_that_it_rests_on(client: Client) -> None:
    make_catalogue()
    publication = publish(make_provision(topics=("training-user-content",)), approver="Ada Lovelace")
    told = ask(client, f"/publications/{publication.public_id}")
    assert [part["field"] for part in told["parts"]][:2] == ["summary", "why_it_matters"]
    assert {"part": "summary", "text": QUOTE, "version": None} in told["quotes"]
    assert [row["key"] for row in told["obligations"]] == ["gdpr-art-5-1-b"]
    assert [(row["attribute"], row["words"], row["quote"]) for row in told["attributes"]] == [
        ("training-default", "Unless opted out", QUOTE)
    ]
    assert [(row["name"], row["role"]) for row in told["approvals"]] == [("Ada Lovelace", "Technology lawyer")]
    assert told["wording"]["text"] == TRAINING_TEXT
    assert told["state"]["code"] == "live" and not told["is_stale"]


def test_a_publication_of_an_earlier_text_says_so_everywhere(client: Client) -> None:
    make_catalogue()
    provision = make_provision()
    publication = publish(provision)
    reword(provision, "We never train on anything.")
    assert ask(client, f"/publications/{publication.public_id}")["is_stale"]
    assert [row["is_stale"] for row in items(client, "/publications")] == [True]
    assert [row["is_stale"] for row in items(client, "/attribute-values")] == [True]
    analysis = ask(client, f"/provisions/{provision.public_id}")["analysis"]
    assert analysis == {"words": "Describes an earlier text", "publication": publication.public_id, "is_stale": True}


def test_a_superseded_publication_stays_readable(client: Client) -> None:
    provision = make_provision()
    first, second = publish(provision), publish(provision)
    assert ask(client, f"/publications/{first.public_id}")["state"]["code"] == "superseded"
    assert [row["id"] for row in items(client, "/publications")] == [second.public_id]
    assert [row["id"] for row in items(client, "/publications?state=superseded")] == [first.public_id]
    assert len(items(client, "/publications?state=all")) == 2


def test_a_withdrawn_publication_leaves_a_tombstone_and_nothing_else(client: Client) -> None:
    make_catalogue()
    publication = publish(make_provision())
    end(publication, withdrawn_at=NOON + timedelta(days=3), withdrawal_note="It misread the clause.")
    told = ask(client, f"/publications/{publication.public_id}", status=410)
    response = client.get(f"{API}/publications/{publication.public_id}")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert told == {
        "type": "about:blank",
        "title": "Gone",
        "status": 410,
        "detail": "This publication was withdrawn and must not be relied on. Drop your copy of it.",
        "id": publication.public_id,
        "published_at": "2026-06-02T12:00:00Z",
        "withdrawn_at": "2026-06-04T12:00:00Z",
        "retracted_at": None,
        "note": "It misread the clause.",
    }
    assert items(client, "/publications?state=all") == items(client, "/attribute-values") == []
    assert [row["note"] for row in items(client, "/withdrawals")] == ["It misread the clause."]


def test_the_same_approved_text_is_gone_too_where_it_had_been_superseded_before(client: Client) -> None:
    provision = make_provision()
    first = publish(provision)
    publish(provision, title="Of a text in between")
    again = publish(provision, revision_id=first.revision_id)
    end(again, retracted_at=NOON + timedelta(days=5), retraction_note="It was wrong.")
    told = ask(client, f"/publications/{first.public_id}", status=410)
    assert (told["id"], told["note"]) == (first.public_id, "It was wrong.")
    titles = [row["title"] for row in items(client, "/publications?state=all")]
    assert titles == ["Of a text in between"]


def test_filters_narrow_lists_and_a_filter_that_names_nothing_is_told(client: Client) -> None:
    provisions = make_rows(2, provisions=2)
    document = provisions[0].document
    for address in ("/documents", "/incidents", "/provisions", "/changes", "/publications", "/attribute-values"):
        narrow, wide = items(client, f"{address}?platform={document.platform.slug}"), items(client, address)
        assert len(wide) == 2 * len(narrow) > 0, address
        assert "/platforms" in ask(client, f"{address}?platform=nobody", status=404)["detail"]
    for query in ("document=" + document.public_id, "topic=training-user-content&platform=" + document.platform.slug):
        assert len(items(client, f"/provisions?{query}")) == len(items(client, f"/publications?{query}")) == 2
        assert len(items(client, f"/changes?{query}")) == 2
    assert len(items(client, "/publications?obligation=gdpr-art-5-1-b&exposure=high")) == 4
    assert len(items(client, "/publications?instrument=gdpr")) == 4
    assert items(client, "/publications?exposure=low") == []
    assert len(items(client, f"/changes?provision={provisions[0].public_id}")) == 1


def test_numbers_of_a_platform_equal_its_lists(client: Client) -> None:
    platform = make_rows(1, provisions=3)[0].document.platform
    for name, number in ask(client, f"/platforms/{platform.slug}")["counts"].items():
        assert len(items(client, f"/{name}?platform={platform.slug}")) == number, name


@pytest.mark.parametrize("address", ["/provisions", "/changes", "/publications", "/attribute-values", "/attributes"])
def test_csv_has_the_rows_of_the_list_in_its_order_by_both_addresses(client: Client, address: str) -> None:
    make_rows(2, provisions=3)
    key = "key" if address == "/attributes" else "publication" if address == "/attribute-values" else "id"
    listed = [row[key] for row in items(client, address)]
    assert [row[key] for row in rows_of(client, f"{address}.csv")] == listed
    assert [row[key] for row in rows_of(client, f"{address}?format=csv")] == listed
    assert [row[key] for row in rows_of(client, f"{address}.csv?limit=1")] == listed[:1]


def test_csv_goes_on_over_its_pieces_and_holds_no_formula(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlas.api.lists.CHUNK", 2)
    document = make_document(make_platform("=HYPERLINK(evil)", slug="evil"))
    for number in range(5):
        make_provision(f"+{number} \x1b @SUM", document=document, title="-1+1")
    rows = rows_of(client, "/provisions.csv?platform=evil")
    assert [row["text"] for row in rows] == [f"'+{number} \x1b @SUM" for number in range(5)]
    assert {row["platform"] for row in rows} == {"'=HYPERLINK(evil)"}
    assert {row["title"] for row in rows} == {"'-1+1"}


def test_no_answer_needs_more_queries_when_there_is_more_to_show(client: Client) -> None:
    make_rows(2, provisions=2)
    filters = f"platform={Provision.objects.all()[0].document.platform.slug}&topic=training-user-content"
    asked = [
        *addresses(),
        *(
            f"{address}?{filters}&document={Provision.objects.all()[0].document.public_id}"
            for address in WIDE
            if address != "/incidents"
        ),
    ]
    before = {address: _queries(client, address) for address in asked}
    make_rows(4, provisions=5)
    assert {address: _queries(client, address) for address in asked} == before
    of_lists = {
        address: number for address, number in before.items() if address.partition("?")[0].removesuffix(".csv") in LISTS
    }
    assert max(of_lists.values()) <= 6, of_lists
    assert max(before.values()) <= 12


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(f"{API}{address}")
        b"".join(response)
    assert response.status_code == 200, address
    return len(queries)


def test_announced_changes_are_as_many_as_the_site_counts(client: Client) -> None:
    make_rows(2, provisions=2)
    assert len(items(client, "/changes")) == Change.objects.announced().count()
