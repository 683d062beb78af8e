"""What comes back and what goes again: a page that flaps is no news, and no real change hides behind one."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from atlas.archive.record.recording import record_capture
from atlas.models import Capture, Change, ChangeKind, Document
from tests.atlas.texts import PARAGRAPHS, document
from tests.factories import NOON, make_document

pytestmark = pytest.mark.django_db

A = document()
LONGER = "We keep your Content for 400 days after you delete it, and for longer where the law asks us to."
NOTICE = "You may close your account with a notice of thirty days, in writing and free of charge."
B = document(Retention=LONGER)
C = document(Retention=None)

See = Callable[..., Capture]


@pytest.fixture
def terms() -> Document:
    return make_document(name="Terms of Service")


@pytest.fixture
def see(terms: Document) -> See:
    """``see(text, day)`` records a look at the terms on that day."""

    def see(text: str, day: int, **options: object) -> Capture:
        return record_capture(terms, text=text, captured_at=NOON + timedelta(days=day), **options)  # type: ignore[arg-type]

    return see


def announced(capture: Capture) -> list[tuple[str, str]]:
    """(kind, title) of each change that readers are told of."""
    changes = Change.objects.announced().filter(capture=capture).select_related("provision").order_by("provision_id")
    return [(change.kind, change.provision.title) for change in changes]


class TestAWordingThatComesBackBesideAnotherChange:
    """The page as a whole is new, so it is the provision that must know its earlier text."""

    @pytest.mark.parametrize(("gone", "news"), [(89, []), (91, [("modified", "Retention")])])
    def test_is_news_again_once_it_was_gone_for_90_days(self, see: See, gone: int, news: list[tuple[str, str]]) -> None:
        see(A, 0), see(B, 10)
        back = see(document(Termination=NOTICE), 10 + gone)
        assert announced(back) == [*news, ("modified", "Termination")]

    @pytest.mark.parametrize(("gone", "news"), [(89, []), (91, [("added", "Retention")])])
    def test_so_is_a_provision_that_was_taken_out(self, see: See, gone: int, news: list[tuple[str, str]]) -> None:
        see(A, 0), see(C, 10)
        back = see(document(Termination=NOTICE), 10 + gone)
        assert announced(back) == [*news, ("modified", "Termination")]

    def test_is_the_same_provision_with_the_same_wording_all_the_same(self, terms: Document, see: See) -> None:
        see(A, 0)
        before = terms.provisions.get(title="Retention")
        see(C, 10), see(document(Termination=NOTICE), 400)
        now = terms.provisions.get(title="Retention")
        assert (now.pk, now.current_wording) == (before.pk, before.current_wording)


class TestARemovalThatLooksLikeOneBefore:
    def test_is_news_if_only_the_place_went_before(self, see: See) -> None:
        """Merged into a neighbour, cut out again, then really taken out."""
        whole = document(Retention=f"{PARAGRAPHS['Retention']} {LONGER}")
        apart = document(Fees=LONGER)
        see(apart, 0), see(whole, 10), see(apart, 20)
        assert ("removed", "Fees") in announced(see(A, 30))

    def test_is_news_if_what_goes_was_changed_since(self, see: See) -> None:
        see(A, 0), see(C, 10), see(A, 20)
        see(document(Retention=f"{PARAGRAPHS['Retention']} {NOTICE}"), 30)
        assert announced(see(C.replace("Ireland", "France"), 40)) == [
            ("removed", "Retention"),
            ("modified", "Governing law"),
        ]

    def test_is_news_if_the_page_flapped_long_before(self, see: See) -> None:
        for day in range(0, 60, 10):
            see(A, day), see(C, day + 5)
        see(A, 60)
        assert announced(see(document(Retention=None, Termination=NOTICE), 160)) == [
            ("removed", "Retention"),
            ("modified", "Termination"),
        ]


class TestOurOwnExtraction:
    """What our upgrades drop and bring is not the platform's doing, so it says nothing of what the platform does."""

    def test_that_lost_a_clause_for_a_while_does_not_hide_its_removal(self, see: See) -> None:
        see(A, 0), see(C, 10, upgrade=True), see(A, 20, upgrade=True)
        assert announced(see(document(Retention=None, Termination=NOTICE), 30)) == [
            ("removed", "Retention"),
            ("modified", "Termination"),
        ]

    def test_nor_where_the_removal_brings_back_a_text_that_our_upgrade_made(self, see: See) -> None:
        see(A, 0), see(C, 10, upgrade=True), see(A, 20, upgrade=True)
        assert announced(see(C, 30)) == [("removed", "Retention")]

    def test_that_found_a_clause_does_not_hide_that_it_is_taken_out(self, see: See) -> None:
        see(C, 0), see(A, 10, upgrade=True)
        assert announced(see(C, 30)) == [("removed", "Retention")]

    def test_is_not_news_when_it_is_mended(self, see: See) -> None:
        see(A, 0), see(C, 10, upgrade=True)
        assert announced(see(A, 20)) == []


class TestAPageThatFlaps:
    def test_is_told_once_in_200_captures(self, terms: Document, see: See) -> None:
        for day in range(200):
            see((A, B)[day % 2], day)
        assert terms.versions.count() == 2
        assert Change.objects.announced().count() == 1
        assert Change.objects.count() == 199

    def test_through_three_texts_is_told_of_each_once(self, see: See) -> None:
        for day, text in enumerate((A, B, C, A, C, B, A, B, C)):
            see(text, day)
        kinds = list(Change.objects.announced().order_by("pk").values_list("kind", flat=True))
        assert kinds == [ChangeKind.MODIFIED, ChangeKind.REMOVED]

    @pytest.mark.parametrize("turns", [1, 4, 5, 21])
    def test_does_not_hide_a_change_that_comes_with_one_of_its_turns(self, see: See, turns: int) -> None:
        for day in range(turns):
            see((A, B)[day % 2], day)
        text = (A, B)[turns % 2].replace("Ireland", "France")
        assert ("modified", "Governing law") in announced(see(text, turns))

    def test_does_not_hide_a_change_of_the_very_clause_that_flaps(self, see: See) -> None:
        for day in range(20):
            see((A, B)[day % 2], day)
        news = see(document(Retention=LONGER.replace("400", "500")), 20)
        assert announced(news) == [("modified", "Retention")]
