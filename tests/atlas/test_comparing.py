"""The rules by which platforms are compared, and what a page of the past rests on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from atlas.archive.record.rebuilding import Splitter, rebuild_document
from atlas.archive.record.recording import record_capture
from atlas.comparing.coverage import among, coverage_of, ranked
from atlas.comparing.facts import facts_of, tallies
from atlas.comparing.matrix import Cell, State, compare
from atlas.comparing.moments import Moment, MomentToCome, UnreadableMoment, read_moment
from atlas.comparing.standing import standing
from atlas.models import Attribute, AttributeValue, Document, Platform, Provision, Publication, Topic
from tests.atlas.site_rows import QUOTE, allow_publications_past_review, hold_capture, make_catalogue, publish
from tests.atlas.splitters import COARSER, FINER
from tests.atlas.texts import document
from tests.factories import NOON, make_document, make_platform, make_provision

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 9, 30, 15, 123456, tzinfo=UTC)
TOPIC = "training-user-content"
HOUR = timedelta(hours=1)
A = document()
B = document(Retention="We keep your Content for 400 days after you delete it, and longer where the law asks us to.")


# Moments


def test_no_moment_is_now() -> None:
    assert read_moment("", now=NOW) == Moment(NOW, is_past=False)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-26", datetime(2026, 11, 26, 23, 59, 59, 999999, tzinfo=UTC)),
        ("2026-11-26T12:00:00Z", datetime(2026, 11, 26, 12, tzinfo=UTC)),
        ("2026-11-26T12:00", datetime(2026, 11, 26, 12, tzinfo=UTC)),
        ("2026-11-26T12:00:00+02:00", datetime(2026, 11, 26, 10, tzinfo=UTC)),
        ("2026-11-27T09:30:15.123456Z", NOW),
    ],
)
def test_a_moment_is_a_time_or_the_end_of_a_day(text: str, at: datetime) -> None:
    assert read_moment(text, now=NOW) == Moment(at, is_past=True)


@pytest.mark.parametrize("text", ["2026-11-27", "2026-11-27T09:30:16Z", "9999-12-31", "2026-11-28"])
def test_a_moment_to_come_is_refused(text: str) -> None:
    with pytest.raises(MomentToCome):
        read_moment(text, now=NOW)


@pytest.mark.parametrize(
    "text",
    ["now", "2026", "2026-02-30", "20261126", "2026-W48-1", "26.11.2026", "2026-11-26 12:00", "2026-11-26T12",
     "2026-11-26T24:61:00Z", "0001-01-01T00:00:00+01:00", "\x00", "२०२६-११-२६", "2026-11-26T12:00:00+99:00"],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UnreadableMoment):
        read_moment(text, now=NOW)


def test_the_code_of_a_moment_names_that_very_moment() -> None:
    for text in ("", "2026-11-26", "2026-11-26T12:00:00+02:00"):
        moment = read_moment(text, now=NOW)
        assert read_moment(moment.code, now=NOW).at == moment.at


# What stood


@pytest.fixture
def catalogue() -> None:
    allow_publications_past_review()
    make_catalogue()


def then(at: datetime) -> Moment:
    return Moment(at, is_past=True)


def now() -> Moment:
    return Moment(datetime.now(UTC), is_past=False)


def staleness(moment: Moment) -> dict[str, bool]:
    """By title, of what stood."""
    return {row.title: row.is_stale for row in standing(moment)}  # type: ignore[attr-defined]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("ends", ["superseded_at", "withdrawn_at", "retracted_at"])
def test_a_publication_stands_from_its_publication_until_just_before_its_end(ends: str) -> None:
    publication = publish(make_provision(topics=(TOPIC,)), published_at=NOON, **{ends: NOON + HOUR})
    stood = {
        at: Publication.objects.live_at(NOON + at).filter(pk=publication.pk).exists()
        for at in (-timedelta(microseconds=1), 0 * HOUR, HOUR - timedelta(microseconds=1), HOUR)
    }
    assert list(stood.values()) == [False, True, True, False]


@pytest.mark.usefixtures("catalogue")
def test_of_each_provision_at_most_one_publication_stood_at_any_moment() -> None:
    provision = make_provision(topics=(TOPIC,))
    for number in range(4):
        provision.publications.live().update(superseded_at=NOON + number * HOUR)
        publish(provision, published_at=NOON + number * HOUR)
    for minutes in range(0, 240, 15):
        assert Publication.objects.live_at(NOON + timedelta(minutes=minutes)).count() == 1


def test_an_analysis_is_stale_from_the_capture_that_showed_another_text_until_the_text_returns(
    catalogue: None, terms: Document
) -> None:
    moments = []
    with time_machine.travel(NOON, tick=False) as clock:
        for text in (A, B, A):
            record_capture(terms, text=text, captured_at=datetime.now(UTC))
            if not moments:
                publish(Provision.objects.get(title="Retention"), title="Retention", published_at=datetime.now(UTC))
            moments.append(datetime.now(UTC))
            clock.shift(HOUR)
    assert [staleness(then(moment)) for moment in moments] == [{"Retention": False}, {"Retention": True},
                                                               {"Retention": False}]  # fmt: skip


def test_an_analysis_of_a_removed_provision_is_stale_from_then_on(catalogue: None, terms: Document) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        record_capture(terms, text=A, captured_at=NOON)
        publish(Provision.objects.get(title="Retention"), title="Retention", published_at=NOON)
        clock.shift(HOUR)
        record_capture(terms, text=document(Retention=None), captured_at=NOON + HOUR)
    assert staleness(then(NOON)) == {"Retention": False}
    assert staleness(then(NOON + HOUR)) == {"Retention": True}


@pytest.mark.parametrize("splitter", [FINER, COARSER], ids=["finer", "coarser"])
@pytest.mark.parametrize("text", [A, B], ids=["standing", "changed"])
def test_a_rebuild_alters_no_page_of_the_past(catalogue: None, terms: Document, splitter: Splitter, text: str) -> None:
    """Neither does it make stale what it only cut otherwise."""
    with time_machine.travel(NOON, tick=False) as clock:
        record_capture(terms, text=A, captured_at=NOON)
        for provision in Provision.objects.all():
            publish(provision, title=provision.title, published_at=NOON)
        clock.shift(HOUR)
        record_capture(terms, text=text, captured_at=NOON + HOUR)
        before = [staleness(then(NOON)), staleness(then(NOON + HOUR))]
        assert before[1] == {title: title == "Retention" and text == B for title in before[1]}
        clock.shift(HOUR)
        rebuild_document(terms, splitter=splitter)
        assert [staleness(then(NOON)), staleness(then(NOON + HOUR))] == before
        clock.shift(HOUR)
        assert staleness(then(datetime.now(UTC))) == before[1]


def test_now_and_the_moment_that_is_now_agree(catalogue: None, terms: Document) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for text in (A, B, document(Retention=None, Governing_law="The law of Malta.")):
            record_capture(terms, text=text, captured_at=datetime.now(UTC))
            for provision in Provision.objects.filter(publications=None):
                publish(provision, title=provision.title, published_at=datetime.now(UTC))
            clock.shift(HOUR)
            asked = datetime.now(UTC)
            assert staleness(Moment(asked, is_past=False)) == staleness(then(asked))
    assert set(staleness(then(asked)).values()) == {True, False}


@pytest.mark.usefixtures("catalogue")
def test_a_held_capture_makes_nothing_stale() -> None:
    terms = make_document()
    with time_machine.travel(NOON, tick=False):
        publication = publish(make_provision(document=terms, topics=(TOPIC,)), published_at=NOON)
        hold_capture(terms)
    row = standing(then(NOON)).get(pk=publication.pk)
    assert not row.is_stale  # type: ignore[attr-defined]


# Cells


def cell_of(platform: Platform, moment: Moment | None = None) -> Cell:
    topic = Topic.objects.get(pk=TOPIC)
    return compare(moment or now(), [platform], [topic]).of(platform, topic)


def provision_of(platform: Platform, text: str, **fields: Any) -> Provision:
    return make_provision(text, document=platform.documents.first() or make_document(platform), **fields)


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("levels", "highest"),
    [(["low", "high", "medium"], "high"), (["", "low"], "low"), (["medium", ""], "medium"), ([""], "")],
)
def test_the_highest_exposure_gives_the_letter(levels: list[str], highest: str) -> None:
    platform = make_platform()
    for number, level in enumerate(levels):
        publish(provision_of(platform, f"Clause {number}. {QUOTE}", topics=(TOPIC,)), exposure_level=level)
    cell = cell_of(platform)
    assert (cell.state, cell.number, cell.level) == (State.ANALYSED, len(levels), highest)
    assert cell.letter == {"high": "H", "medium": "M", "low": "L", "": "N"}[highest]


@pytest.mark.usefixtures("catalogue")
def test_an_analysis_counts_under_the_topics_that_were_approved_not_those_of_the_provision() -> None:
    platform = make_platform()
    Topic.objects.create(key="other", name="Other", definition="Other.")
    publish(provision_of(platform, QUOTE, topics=("other",)), topics=[TOPIC, TOPIC])
    assert (cell_of(platform).state, cell_of(platform).number) == (State.ANALYSED, 1)


@pytest.mark.usefixtures("catalogue")
def test_what_has_ended_gives_no_letter() -> None:
    platform = make_platform()
    with time_machine.travel(NOON, tick=False):
        low = provision_of(platform, f"One. {QUOTE}", topics=(TOPIC,))
        high = provision_of(platform, f"Two. {QUOTE}", topics=(TOPIC,))
    publish(low, exposure_level="low", published_at=NOON)
    publish(high, exposure_level="high", published_at=NOON, retracted_at=NOON + HOUR, retraction_note="Wrong.")
    cell = cell_of(platform, then(NOON))
    assert (cell.letter, cell.number, cell.ended) == ("L", 2, 1)
    assert "Low exposure, 2 analyses" in cell.words


@pytest.mark.usefixtures("catalogue")
def test_nothing_found_is_said_only_where_every_document_can_be_read() -> None:
    platform = make_platform()
    assert cell_of(platform).state == State.NOTHING_HELD
    provision_of(platform, "Of something else.")
    assert cell_of(platform).state == State.NOT_FOUND
    hold_capture(platform.documents.get())
    assert cell_of(platform) == Cell(State.NOT_CAPTURED, 1)
    provision_of(platform, QUOTE, topics=(TOPIC,))
    assert cell_of(platform) == Cell(State.HELD, 1)


@pytest.mark.usefixtures("catalogue")
def test_of_the_past_it_is_not_said_whether_a_clause_was_found() -> None:
    platform = make_platform()
    with time_machine.travel(NOON, tick=False):
        provision_of(platform, QUOTE, topics=(TOPIC,))
    assert cell_of(platform, then(NOON)).state == State.NOT_ANALYSED
    assert cell_of(platform, then(NOON - HOUR)).state == State.NOTHING_HELD


@pytest.mark.usefixtures("catalogue")
def test_coverage_of_the_past_is_what_was_recorded_by_then() -> None:
    platform = make_platform()
    with time_machine.travel(NOON, tick=False) as clock:
        first = make_document(platform, "Terms")
        make_provision("Some text.", document=first)
        clock.shift(HOUR)
        hold_capture(first)
        clock.shift(HOUR)
        make_provision("Of long ago.", document=make_document(platform, "Privacy"))
    found = [coverage_of(then(NOON + hours * HOUR), [platform])[platform.pk] for hours in (-1, 0, 1, 2)]
    assert [(row.documents, row.held, len(row.not_captured)) for row in found] == [
        (0, 0, 0),
        (1, 1, 0),
        (1, 1, 1),
        (2, 2, 1),
    ]


@pytest.mark.usefixtures("catalogue")
def test_platforms_with_most_analyses_rank_first_and_each_counts_once() -> None:
    few, many = make_platform("Few"), make_platform("Many")
    for number in range(2):
        publish(provision_of(many, f"Clause {number}. {QUOTE}", topics=(TOPIC,)))
    again_and_again = provision_of(few, QUOTE, topics=(TOPIC,))
    for _ in range(3):
        publish(again_and_again)
    assert [row.name for row in ranked(among(now(), []), now())] == ["Many", "Few"]


# Coded facts


@pytest.mark.usefixtures("catalogue")
def test_values_differ_only_where_texts_in_force_state_different_ones() -> None:
    platform = make_platform()
    attribute = Attribute.objects.create(key="days", topic_id=TOPIC, name="Days", kind="number", unit="days")
    terms = make_document(platform)
    for days in ("30", "60"):
        row = publish(make_provision(f"{days} days. {QUOTE}", document=terms, topics=(TOPIC,)))
        AttributeValue.objects.create(publication=row, attribute=attribute, value=days, quote=f"{days} days")
    facts = facts_of(now(), [attribute], [platform], most=10)[platform.pk, "days"]
    assert facts.differ
    assert [fact.row.words for fact in facts.rows] == ["60 days", "30 days"]
    Provision.objects.filter(title="Use of content", publications__attribute_values__value="60").update(
        removed_at=datetime.now(UTC)
    )
    assert not facts_of(now(), [attribute], [platform], most=10)[platform.pk, "days"].differ


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("kind", "value", "is_absent"),
    [("choice", "none", True), ("choice", "never", True), ("choice", "opt-in", False), ("jurisdiction", "NO", False),
     ("jurisdiction", "no", False)],
)  # fmt: skip
def test_stated_as_absent_is_a_choice_that_says_no(kind: str, value: str, is_absent: bool) -> None:
    attribute = Attribute.objects.create(key="x", topic_id=TOPIC, name="X", kind=kind, values={value: "In words"})
    publication = publish(make_provision(topics=(TOPIC,)))
    AttributeValue.objects.create(publication=publication, attribute=attribute, value=value, quote=QUOTE)
    platform = publication.provision.document.platform
    [fact] = facts_of(now(), [attribute], [platform], most=10)[platform.pk, "x"].rows
    assert fact.is_absent is is_absent


@pytest.mark.usefixtures("catalogue")
def test_tallies_count_values_and_platforms_as_of_then() -> None:
    platform = make_platform()
    for number in range(2):
        publish(provision_of(platform, f"Clause {number}. {QUOTE}", topics=(TOPIC,)), published_at=NOON + number * HOUR)
    numbers = {
        hours: [(tally.values, tally.platforms) for tally in tallies(then(NOON + hours * HOUR))] for hours in (-1, 0, 1)
    }
    assert numbers == {-1: [], 0: [(1, 1)], 1: [(2, 1)]}
    assert [(tally.values, tally.platforms) for tally in tallies(now())] == [(2, 1)]
