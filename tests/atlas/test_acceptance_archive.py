"""What the incumbent's archive gets wrong, as promises of ours: one class for each failure that readers met there.

A page that fails is an incident and never news; a page that flaps is told once; an identity survives a new cut; what a
text does not state is left empty.
"""

from datetime import timedelta

import pytest

from atlas.archive.provisions.splitting import SPLITTER
from atlas.archive.record.rebuilding import Splitter, rebuild
from atlas.archive.record.recording import record_capture
from atlas.archive.record.standing import split_texts
from atlas.models import Capture, Change, Document, Outcome, Placement, Provision, Version, Wording
from tests.atlas.texts import ERROR_PAGE, document
from tests.factories import NOON, make_document

pytestmark = pytest.mark.django_db

TERMS = document(**{f"Annex_{n}": f"Annex {n} of these terms lists rules for the Service. " * 3 for n in range(8)})
NAVIGATION = "\n".join(
    f"* [{name}](https://marrowmint.example/{name})"
    for name in ["About", "Products", "Pricing", "Careers", "Press"] * 6
)
# Answered with status 200: nothing but the words tells that it failed.
FAILED_WITH_STATUS_200 = (
    "Something went wrong\n====================\n\nWe could not load this page just now. Our engineers have been told "
    "and are looking into it. Please come back in a few minutes, or go to our home page and try from there. If the "
    "problem stays, write to our support team with the time at which it happened."
)


@pytest.fixture
def terms() -> Document:
    return make_document(name="Terms of Service")


def see(terms: Document, *texts: str) -> list[Capture]:
    """Looks at the terms, each a day after the one before."""
    start = terms.captures.count()
    return [
        record_capture(terms, text=text, captured_at=NOON + timedelta(days=day))
        for day, text in enumerate(texts, start=start)
    ]


def archive() -> list[int]:
    """How much there is downstream of captures."""
    return [model._default_manager.count() for model in (Version, Provision, Wording, Placement, Change)]


class TestAPageThatTurnsIntoANavigationStub:
    def test_is_an_incident_and_no_change(self, terms: Document) -> None:
        see(terms, TERMS)
        before = archive()
        stub = see(terms, NAVIGATION)[0]
        assert stub.outcome == Outcome.QUARANTINED
        assert "a menu" in " ".join(stub.reasons)
        incident = terms.incidents.get()
        assert (incident.opened_by, incident.closed_at) == (stub, None)
        assert archive() == before

    def test_stays_one_however_long_it_lasts_and_ends_with_the_terms(self, terms: Document) -> None:
        see(terms, TERMS)
        before = archive()
        see(terms, *[NAVIGATION] * 5, TERMS)
        assert archive() == before
        assert terms.incidents.get().closed_at is not None
        assert not Change.objects.exists()


class TestAnErrorPageAnsweredWithStatus200:
    @pytest.mark.parametrize("page", [ERROR_PAGE, FAILED_WITH_STATUS_200])
    def test_gives_no_provision_when_it_is_the_first_thing_seen(self, terms: Document, page: str) -> None:
        see(terms, page, page, page)
        assert archive() == [0, 0, 0, 0, 0]
        assert see(terms, TERMS)[0].outcome == Outcome.FIRST

    @pytest.mark.parametrize("page", [ERROR_PAGE, FAILED_WITH_STATUS_200])
    def test_gives_none_when_it_comes_in_place_of_the_terms(self, terms: Document, page: str) -> None:
        see(terms, TERMS)
        before = archive()
        see(terms, page, page)
        assert archive() == before

    def test_gives_none_when_it_is_one_page_of_an_assembled_document(self, terms: Document) -> None:
        see(terms, f"{TERMS}\n\n- - -\n\n{document()}")
        before = archive()
        see(terms, f"{TERMS}\n\n- - -\n\n{ERROR_PAGE}")
        assert archive() == before
        assert terms.incidents.get().closed_at is None


class TestAnExtractionThatIsRunAgain:
    """Where one clause had five identities, one for each run."""

    def test_makes_no_new_identifiers_on_a_text_that_is_unchanged(self, terms: Document) -> None:
        see(terms, TERMS)
        before = archive()
        record_capture(terms, text=TERMS, captured_at=NOON + timedelta(days=1), upgrade=True)
        rebuild([terms])
        assert archive() == before

    def test_keeps_every_identity_when_it_cuts_at_the_same_places(self, terms: Document) -> None:
        see(terms, TERMS, document(), TERMS)
        known = list(terms.provisions.order_by("pk").values_list("pk", "current_wording", "removed_at"))
        rebuild([terms], splitter=Splitter(SPLITTER + 1, split_texts))
        assert list(terms.provisions.order_by("pk").values_list("pk", "current_wording", "removed_at")) == known


US, EU = "Rules for the United States: arbitration.", "Rules for the European Union: courts at home."
REGIONS = [
    document(**{f"Annex_{n}": f"Annex {n} of these terms. {rules}" for n in range(8)})
    for rules in (f"{US} You waive class actions.", f"{EU} You keep all rights of consumers.")
]


def announced(captures: list[Capture]) -> list[Change]:
    return list(Change.objects.announced().filter(capture__in=captures).order_by("pk"))


class TestAPageThatAlternatesBetweenTwoRegions:
    """Where one text that flapped was a storm of alerts."""

    def test_is_two_versions_and_told_once_however_often_it_turns(self, terms: Document) -> None:
        see(terms, *REGIONS * 2)
        told = announced(list(terms.captures.all()))
        assert {change.capture.sequence for change in told} == {2}
        later = see(terms, *REGIONS * 30)
        assert announced(later) == []
        assert terms.versions.count() == 2
        assert set(Change.objects.filter(capture__in=later).values_list("is_return", flat=True)) == {True}

    def test_tells_of_what_really_changes_in_either_region_once(self, terms: Document) -> None:
        see(terms, *REGIONS * 5)
        american, european = (
            text.replace("30 days", f"{days} days") for text, days in zip(REGIONS, (60, 90), strict=True)
        )
        for text in (american, european):
            (told,) = announced(see(terms, text))
            assert (told.kind, told.provision.title) == ("modified", "Retention")
        assert announced(see(terms, *[american, european] * 10)) == []
        assert terms.versions.count() == 4
