"""Looks folded into lines, wordings into spells, versions into couples: values alone, no database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from atlas.archive.telling.pairing import Couple, Place, couples, together
from atlas.archive.telling.spells import Spell, Stay, spell_on, spells, stays
from atlas.archive.telling.timelines import Line, Look, between, fold, page_of
from atlas.models import Outcome
from atlas.templatetags.atlas_record import in_words

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
OUTCOMES = {
    "f": Outcome.FIRST,
    "c": Outcome.CHANGED,
    "u": Outcome.UPGRADED,
    "r": Outcome.RETURNED,
    "=": Outcome.UNCHANGED,
    "q": Outcome.QUARANTINED,
    "x": Outcome.FAILED,
}


def look_at(story: str) -> list[Look]:
    """``f1 =1 q`` → a first capture of version 1, a verification of it, a held capture; one a day."""
    looks = []
    for sequence, step in enumerate(story.split(), start=1):
        number = int(step[1:]) if step[1:] else None
        reasons = ("It looks like an error page.",) if step[0] in "qx" else ()
        at = START + timedelta(days=sequence - 1)
        looks.append(Look(sequence, sequence, at, OUTCOMES[step[0]], number, number, reasons))
    return looks


def told(story: str) -> list[str]:
    """What the lines of ``story`` say, the oldest first."""
    return [line.words for line in reversed(fold(look_at(story)))]


@pytest.mark.parametrize(
    ("story", "words"),
    [
        ("f1", ["First capture: version 1"]),
        ("f1 c2 u3", ["First capture: version 1", "Text changed: version 2", "Our extraction changed: version 3"]),
        ("f1 =1", ["First capture: version 1", "Verified unchanged"]),
        ("f1 =1 =1 =1", ["First capture: version 1", "Verified unchanged 3 times between 2 and 4 May 2026"]),
        ("f1 c2 r1", ["First capture: version 1", "Text changed: version 2", "Returned to version 1"]),
        ("f1 q", ["First capture: version 1", "Held: does not look like the document"]),
        ("f1 x =1", ["First capture: version 1", "Failed", "Verified unchanged"]),
        ("q x q", ["Held twice and failed once between 1 and 3 May 2026"]),
    ],
)
def test_what_was_seen_is_told_in_words(story: str, words: list[str]) -> None:
    assert told(story) == words


def test_a_flap_is_one_line_that_says_how_often() -> None:
    assert told("f1 c2 r1 r2 r1 r2")[-1] == "Returned to version 1 and back twice between 3 and 6 May 2026"


def test_a_flap_that_ends_half_way_says_where() -> None:
    words = told("f1 c2 r1 r2 r1")[-1]
    assert words == "Returned to version 1 and back once, then to version 1 once more, between 3 and 5 May 2026"


def test_a_flap_among_three_texts_names_them() -> None:
    words = told("f1 c2 c3 r1 r2 r3")[-1]
    assert words == "Returned 3 times to texts seen before (versions 1, 2 and 3) between 4 and 6 May 2026"


def test_verifications_within_a_flap_belong_to_it_and_those_after_it_do_not() -> None:
    assert told("f1 c2 r1 =1 r2 =2 =2")[-2:] == [
        "Returned to version 1 and back once between 3 and 5 May 2026; verified unchanged once in between",
        "Verified unchanged twice between 6 and 7 May 2026",
    ]


def test_a_page_that_fails_every_other_day_is_one_line() -> None:
    lines = fold(look_at("f1 q =1 q =1 q =1"))
    assert lines[1].words == "Held 3 times between 2 and 6 May 2026; verified unchanged twice in between"
    assert lines[1].reasons == [("It looks like an error page.", 3)]


def test_a_capture_that_somebody_decided_on_stands_alone() -> None:
    lines = fold(look_at("f1 q q q"), alone=frozenset({3}))
    assert [[look.pk for look in line.looks] for line in lines] == [[4], [3], [2], [1]]


def test_every_look_is_in_exactly_one_line() -> None:
    looks = look_at("q f1 =1 =1 c2 r1 =1 r2 q =2 x u3 =3 r1 r3 r2 =2")
    lines = fold(looks)
    assert [look for line in reversed(lines) for look in line.looks] == looks


def test_a_line_knows_the_versions_before_and_after_it() -> None:
    line = fold(look_at("f1 c2 r1 r2 r1"))[0]
    assert line.stands_after is not None and line.stood_otherwise is not None
    assert (line.stands_after.number, line.stood_otherwise.number) == (1, 2)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((2026, 5, 2), (2026, 5, 2), "on 2 May 2026"),
        ((2026, 5, 2), (2026, 6, 3), "between 2 May and 3 June 2026"),
        ((2025, 12, 30), (2026, 1, 2), "between 30 December 2025 and 2 January 2026"),
        ((2026, 5, 19), (2026, 5, 2), "between 2 and 19 May 2026"),
    ],
)
def test_two_days_share_what_they_have_in_common(
    first: tuple[int, int, int], last: tuple[int, int, int], words: str
) -> None:
    assert between(datetime(*first, tzinfo=UTC), datetime(*last, tzinfo=UTC)) == words


class TestPages:
    LINES = fold(look_at("f1 c2 c3 q c4 r3"))

    def shown(self, **asked: object) -> list[int]:
        return [line.last.sequence for line in page_of(self.LINES, **asked).lines]  # type: ignore[arg-type]

    def test_pages_follow_on_each_other(self) -> None:
        first = page_of(self.LINES, size=4)
        assert first.next_before == 3
        assert self.shown(before=first.next_before) == [2, 1]
        assert page_of(self.LINES, size=6).next_before == 0

    def test_a_kind_can_be_asked_for(self) -> None:
        assert self.shown(kind="held") == [4]
        assert self.shown(kind="return") == [6]
        assert self.shown(kind="change") == [5, 3, 2, 1]

    def test_a_day_shows_what_had_been_seen_by_then(self) -> None:
        assert self.shown(on=date(2026, 5, 2)) == [2, 1]
        assert self.shown(on=date(2026, 4, 30)) == []


def stood(story: str, placed: dict[int, int]) -> list[Spell]:
    return spells([look for look in look_at(story) if look.version_id], placed)


class TestSpells:
    def test_a_wording_stands_until_something_else_is_seen(self) -> None:
        first, second = stood("f1 =1 q c2", {1: 11, 2: 12})
        assert (first.wording_id, first.last.sequence, first.until) == (11, 2, START + timedelta(days=3))
        assert (second.wording_id, second.until) == (12, None)

    def test_a_new_version_that_leaves_it_alone_starts_no_spell(self) -> None:
        assert len(stood("f1 c2 c3", {1: 11, 2: 11, 3: 11})) == 1

    def test_a_provision_begins_when_it_is_first_placed(self) -> None:
        assert [spell.first.sequence for spell in stood("f1 c2", {2: 12})] == [2]

    def test_a_removed_provision_is_absent_until_it_comes_back(self) -> None:
        found = stood("f1 c2 r1", {1: 11})
        assert [spell.wording_id for spell in found] == [11, None, 11]

    def test_what_stands_now_comes_first_with_all_its_returns(self) -> None:
        current, other = stays(stood("f1 c2 r1 r2 r1", {1: 11, 2: 12}))
        assert (current.wording_id, current.returns, current.latest.is_now) == (11, 2, True)
        assert (other.wording_id, other.returns, other.before) == (12, 1, current.first)

    def test_what_comes_back_in_other_words_is_compared_with_what_stood_before_it_went(self) -> None:
        again: Stay = stays(stood("f1 c2 c3", {1: 11, 3: 13}))[0]
        assert again.before is not None and again.before.wording_id == 11

    def test_how_it_read_on_a_day(self) -> None:
        found = stood("f1 c2 c3", {1: 11, 2: 12})
        on = [spell_on(found, date(2026, 5, day)) for day in (1, 2, 9)]
        assert [spell and spell.wording_id for spell in on] == [11, 12, None]
        assert spell_on(found, date(2026, 4, 1)) is None

    def test_a_provision_that_no_version_places_has_no_spells(self) -> None:
        assert stays(stood("f1 c2", {})) == []


def places(*provisions: int, reworded: frozenset[int] = frozenset()) -> list[Place]:
    return [Place(key, key * 10 + (key in reworded), ordinal) for ordinal, key in enumerate(provisions, start=1)]


def kinds(row: Couple) -> str:
    if row.old is None or row.new is None:
        return "added" if row.old is None else "removed"
    return ("moved " if row.has_moved else "") + ("changed" if row.is_reworded else "same")


class TestCouples:
    def test_provisions_are_paired_by_identity_in_the_order_of_the_new_version(self) -> None:
        rows = couples(places(1, 2, 3), places(1, 9, 3, reworded=frozenset({3})))
        assert [(row.provision_id, kinds(row)) for row in rows] == [
            (1, "same"),
            (2, "removed"),
            (9, "added"),
            (3, "changed"),
        ]

    def test_what_moved_past_others_is_said_to_have_moved_and_the_others_not(self) -> None:
        rows = couples(places(1, 2, 3, 4), places(4, 1, 2, 3))
        assert [(row.provision_id, kinds(row)) for row in rows] == [
            (4, "moved same"),
            (1, "same"),
            (2, "same"),
            (3, "same"),
        ]

    def test_what_stood_first_and_is_gone_comes_first(self) -> None:
        assert [row.provision_id for row in couples(places(1, 2), places(2))] == [1, 2]

    def test_nothing_in_common_loses_nothing(self) -> None:
        rows = couples(places(1, 2), places(3, 4))
        assert sorted(row.provision_id for row in rows) == [1, 2, 3, 4]

    def test_unchanged_neighbours_come_together(self) -> None:
        rows = couples(places(1, 2, 3, 4), places(1, 2, 3, 4, reworded=frozenset({3})))
        assert [[row.provision_id for row in group] for group in together(rows)] == [[1, 2], [3], [4]]


@pytest.mark.parametrize(
    ("value", "words"),
    [("2026-03-14", "14 March 2026"), ("2026-03", "March 2026"), ("spring", "spring"), ("", "")],
)
def test_a_stated_date_is_as_precise_as_the_text(value: str, words: str) -> None:
    assert in_words(value) == words


def test_a_line_of_one_look_is_no_run() -> None:
    assert not Line(tuple(look_at("f1"))).is_run
