"""What the incumbent got wrong, as acceptance cases of the archive: nothing made up. One number everywhere is in
test_acceptance_totals.py.

That a draft whose excerpt is not in the version is refused is shown in tests/analysis/test_checks.py and, for the act
of approving it, in tests/review/test_actions.py.
"""

import pytest
from django.test import Client

from atlas.archive.record.recording import record_capture
from atlas.models import StatedDate
from tests.atlas.texts import document
from tests.crawling import crawl, stand_in
from tests.factories import NOON, make_document

pytestmark = pytest.mark.django_db


class TestNothingOnAPageIsSampleText:
    """(g) A page shows stored rows or says that there is nothing: no text stands in for a record. For a site that has
    something to show, see test_site_whole.py."""

    def test_no_page_has_words_that_stand_for_something_to_come(self, client: Client) -> None:
        pages = {address: page for address, (_, page) in crawl(client).items() if page.startswith("<!doctype html>")}
        assert "/platforms/" in pages
        assert {address: words for address, page in pages.items() if (words := stand_in(page))} == {}


class TestTheEffectiveDateStaysEmptyWhenTheTextStatesNone:
    """(h) No date of a law, a clause, a capture or a record takes its place."""

    TEXT = document(
        Law="The Regulation of 27 April 2016, effective May 25, 2018, applies to accounts created before 1 May 2025.",
        History="Previous version effective March 1, 2024. Updated: 5 days ago.",
    )

    def test_nothing_is_recorded_and_the_pages_say_so(self, client: Client) -> None:
        capture = record_capture(make_document(), text=self.TEXT, captured_at=NOON)
        assert capture.version is not None
        assert not StatedDate.objects.exists()
        for row in (capture.version, capture.document):
            page = client.get(row.get_absolute_url()).content.decode()
            assert page.count("The text states none.") == 2
            assert "1 June 2026, 12:00 UTC" in page
            assert "25 May 2018" not in page

    def test_what_the_text_states_is_recorded_with_its_words(self, client: Client) -> None:
        text = self.TEXT.replace("===\n\n", "===\n\n**Effective: 1 March 2026**\n\n", 1)
        capture = record_capture(make_document(), text=text, captured_at=NOON)
        (stated,) = StatedDate.objects.filter(version=capture.version)
        assert (stated.kind, stated.value, stated.quote) == ("effective", "2026-03-01", "Effective: 1 March 2026")
        page = client.get(capture.document.get_absolute_url()).content.decode()
        assert page.count("The text states none.") == 1
