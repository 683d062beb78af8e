"""Any two versions of a document side by side, for readers: what differs, and what does not."""

import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.archive.record.recording import record_capture
from atlas.models import Document, Placement, Version
from tests.atlas.texts import ERROR_PAGE, document
from tests.crawling import PAGE_QUERIES
from tests.factories import NOON, make_document, make_version

pytestmark = pytest.mark.django_db
KEPT = document()
CHANGED = document(Retention="We keep your Content for 90 days.")


def seen(texts: Sequence[str]) -> list[Version]:
    """The versions of a document that read ``texts`` on days in a row."""
    terms = make_document(name="Terms of Service")
    for day, text in enumerate(texts):
        record_capture(terms, text=text, captured_at=NOON + timedelta(days=day))
    return list(terms.versions.order_by("number"))


def read(client: Client, left: Version, right: Version) -> str:
    answer = client.get(f"/versions/{left.public_id}/against/{right.public_id}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def words_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", page[page.index("<main") :])).split())


def test_words_that_changed_are_marked_on_both_sides(client: Client) -> None:
    page = read(client, *seen([KEPT, CHANGED]))
    assert "version 1 against version 2" in words_of(page)
    assert "1 changed, 4 unchanged" in words_of(page)
    assert re.search(r"<del>.*30", page) and re.search(r"<ins>.*90", page)


def test_unchanged_provisions_are_collapsed_and_their_text_is_a_link_away(client: Client) -> None:
    old, new = seen([KEPT, CHANGED])
    page = read(client, old, new)
    assert "courts of Dublin" not in page and "2 provisions unchanged" in words_of(page)
    assert f"{new.get_absolute_url()}#AT-P-" in page


def test_added_and_removed_provisions_say_so(client: Client) -> None:
    more = document(Retention=None, Appeals="You may appeal any decision within ninety days of it.")
    page = words_of(read(client, *seen([KEPT, more])))
    assert "Not in version 2" in page and "Removed ·" in page
    assert "Not in version 1" in page and "Added ·" in page


def test_what_moved_says_from_where_to_where(client: Client) -> None:
    (old,) = seen([KEPT])
    placements = list(old.placements.order_by("ordinal"))
    new, _ = make_version(old.document, "Another order of the same.")
    for ordinal, placement in enumerate([placements[-1], *placements[:-1]], start=1):
        Placement.objects.create(version=new, wording=placement.wording, ordinal=ordinal, start=0, end=5)
    page = words_of(read(client, old, new))
    assert f"Moved from place {len(placements)} to 1, text unchanged" in page and "1 moved" in page


def test_the_older_text_may_stand_on_the_right(client: Client) -> None:
    old, new = seen([KEPT, CHANGED])
    page = read(client, new, old)
    assert "The older text stands on the right" in page
    assert f"/versions/{old.public_id}/against/{new.public_id}/" in page


def test_a_version_against_itself_asks_for_two(client: Client) -> None:
    old, _ = seen([KEPT, CHANGED])
    assert "Both sides are version 1. Choose two different versions above." in read(client, old, old)


def test_versions_of_two_documents_are_not_compared(client: Client) -> None:
    (one,), (other,) = seen([KEPT]), seen([CHANGED])
    assert client.get(f"/versions/{one.public_id}/against/{other.public_id}/").status_code == 404
    assert client.get(f"/versions/{one.public_id}/against/AT-V-999999/").status_code == 404
    assert client.get(f"/versions/{one.public_id}/against/%00/").status_code == 404


def test_the_form_on_a_document_and_on_a_version_leads_there(client: Client) -> None:
    old, new = seen([KEPT, CHANGED])
    for address in (old.document.get_absolute_url(), old.get_absolute_url()):
        assert 'action="/versions/choose/"' in client.get(address).content.decode()
    answer = client.get("/versions/choose/", {"old": old.public_id, "new": new.public_id})
    assert answer.status_code == 302 and answer["Location"] == f"/versions/{old.public_id}/against/{new.public_id}/"
    assert client.get("/versions/choose/", {"old": old.public_id}).status_code == 404


def test_a_document_with_one_version_offers_no_comparison(client: Client) -> None:
    (only,) = seen([KEPT])
    assert "/versions/choose/" not in client.get(only.document.get_absolute_url()).content.decode()


def test_a_document_without_a_text_says_so(client: Client) -> None:
    page = client.get(f"{make_document().get_absolute_url()}versions/").content.decode()
    assert "No text of this document is archived yet." in page


def test_texts_are_shown_as_they_are_and_run_nothing(client: Client) -> None:
    script = "<script>alert(1)</script>"
    page = read(client, *seen([KEPT, document(Retention=f"We keep it for 90 days. {script}")]))
    assert script not in page and "&lt;" in page


def test_what_was_held_is_no_version_to_compare(client: Client) -> None:
    versions = seen([KEPT, ERROR_PAGE, CHANGED])
    assert len(versions) == 2
    assert "version 1 against version 2" in words_of(read(client, *versions))


def test_it_costs_the_same_however_much_there_is(client: Client) -> None:
    def queries(left: Version, right: Version) -> int:
        with CaptureQueriesContext(connection) as captured:
            read(client, left, right)
        return len(captured)

    few = seen([KEPT, CHANGED])
    clauses: dict[str, str | None] = {f"Clause {n}": f"The {n}th clause of these terms reads so." for n in range(30)}
    many = seen([document(**clauses), document(**clauses, Retention="We keep it for 91 days.")])  # type: ignore[arg-type]
    assert queries(*few) == queries(*many) <= PAGE_QUERIES
    assert Document.objects.count() == 2
