"""Pictures of the record: what is drawn is what the rows say, and the same stands beside it in words."""

import datetime
import re
from datetime import UTC, timedelta

import pytest
import time_machine
from django.test import Client

from atlas.models import Capture, ChangeKind, Outcome, Significance
from atlas.pictures.calendar import LEFT, STEP, TOP, WEEKS, Day, calendar
from atlas.pictures.timeline import WIDTH, Event, by_month, line
from tests.atlas.site_rows import hold_capture, reword
from tests.factories import NOON, make_provision

TODAY = datetime.date(2026, 6, 3)  # a Wednesday
NOW = datetime.datetime(2026, 6, 3, 12, tzinfo=UTC)


class TestTheCalendar:
    def test_it_has_a_year_of_weeks_that_ends_today(self) -> None:
        drawn = calendar([], TODAY)
        assert drawn.since == datetime.date(2025, 6, 2) and drawn.since.weekday() == 0
        assert drawn.not_looked.count("M") == (WEEKS - 1) * 7 + 3
        assert drawn.looked == drawn.bad == "" and not drawn.squares and not drawn.told

    def test_a_day_stands_in_the_column_of_its_week_and_the_row_of_its_weekday(self) -> None:
        drawn = calendar([Day(TODAY, 1)], TODAY)
        assert drawn.looked == f"M{LEFT + (WEEKS - 1) * STEP} {TOP + 2 * STEP}h10v10h-10z"

    def test_more_changes_make_a_larger_square(self) -> None:
        days = [Day(TODAY - timedelta(days=n), 1, announced=number) for n, number in enumerate((1, 3, 12))]
        assert [square.size for square in calendar(days, TODAY).squares] == [4, 6, 8]

    def test_a_held_day_is_crossed_and_named(self) -> None:
        drawn = calendar([Day(TODAY, 2, bad=1), Day(TODAY - timedelta(days=1), 1)], TODAY)
        assert drawn.bad.count("M") == 2 and [day.date for day in drawn.told] == [TODAY]
        assert (drawn.days_looked, drawn.days_bad, drawn.announced) == (2, 1, 0)

    def test_what_lies_outside_of_the_year_is_left_out(self) -> None:
        drawn = calendar([Day(TODAY + timedelta(days=1), 1), Day(TODAY - timedelta(days=500), 1, bad=1)], TODAY)
        assert not drawn.told and not drawn.looked


class TestTheMonths:
    def test_without_changes_a_year_is_drawn_and_nothing_in_it(self) -> None:
        drawn = by_month({}, TODAY)
        assert drawn.since == datetime.date(2025, 7, 1) and not drawn.bars and drawn.total == 0

    def test_bars_stand_by_month_and_the_highest_is_the_most(self) -> None:
        drawn = by_month({datetime.date(2026, 6, 1): 4, datetime.date(2024, 1, 1): 2}, TODAY)
        assert [bar.number for bar in drawn.bars] == [2, 4] and (drawn.most, drawn.total) == (4, 6)
        first, last = drawn.bars
        assert first.x == 0 and last.x + last.width <= WIDTH and last.height == 2 * first.height
        assert [tick.name for tick in drawn.ticks] == ["2025", "2026"]

    def test_a_short_time_has_its_months_named(self) -> None:
        names = [tick.name for tick in by_month({}, TODAY).ticks]
        assert "2026" in names and "Sep" in names

    def test_a_long_time_stays_within_the_picture(self) -> None:
        drawn = by_month({datetime.date(1999, 1, 1): 1, datetime.date(2026, 6, 1): 900}, TODAY)
        assert all(0 <= bar.x < WIDTH and bar.height >= 2 for bar in drawn.bars)
        assert all(b.x - a.x >= 48 for a, b in zip(drawn.ticks, drawn.ticks[1:], strict=False))


class TestTheLine:
    def test_it_begins_with_the_first_event_and_ends_now(self) -> None:
        drawn = line([Event(NOW, "substantive", "Modified"), Event(NOW - timedelta(days=10), "first", "First")], NOW)
        assert drawn is not None
        assert [mark.x for mark in drawn.marks] == [8, WIDTH - 8]
        assert drawn.marks[0].event.sort == "first"

    def test_without_events_there_is_none(self) -> None:
        assert line([], NOW) is None

    def test_one_moment_is_no_division_by_nothing(self) -> None:
        drawn = line([Event(NOW, "first", "First")], NOW)
        assert drawn is not None and drawn.marks[0].x == 8


@pytest.mark.django_db
class TestOnPages:
    @pytest.fixture(autouse=True)
    def _today(self) -> object:
        with time_machine.travel(NOON + timedelta(days=10), tick=False):
            yield

    def picture(self, client: Client, address: str, name: str) -> str:
        page = client.get(address).content.decode()
        found = re.search(rf'<svg class="{name}".*?</svg>.*?</figure>', page, re.S)
        assert found is not None
        assert 'role="img"' in found[0] and "<title" in found[0] and "<desc" in found[0] and "style=" not in found[0]
        return " ".join(found[0].split())

    @pytest.mark.parametrize("of", ["platform", "document"])
    def test_a_year_of_looks_counts_days_changes_and_held_captures(self, client: Client, of: str) -> None:
        provision = make_provision()
        reword(provision, "We keep it for 90 days.")
        reword(provision, "We keep it for 90  days.", significance=Significance.COSMETIC)
        document = provision.document
        hold_capture(document)
        Capture.objects.create(
            document=document, sequence=9, captured_at=NOON + timedelta(days=3, hours=1), outcome=Outcome.FAILED
        )
        place = document if of == "document" else document.platform
        picture = self.picture(client, place.get_absolute_url(), "calendar")
        assert "Captured on 4 days; 1 announced change; 1 day with a held or failed capture." in picture
        assert '2026-06-04">4 June 2026</time>: 2 captures, of which 2 held or failed' in picture
        assert '2026-06-02">2 June 2026</time>: 1 capture; 1 announced change' in picture
        assert "Please log in" not in picture

    def test_a_platforms_months_count_what_its_list_of_changes_does(self, client: Client) -> None:
        provision = make_provision()
        reword(provision, "We keep it for 90 days.")
        reword(provision, "We keep it for 91 days.")
        picture = self.picture(client, provision.document.platform.get_absolute_url(), "months")
        assert "2 announced changes" in picture and "<li>June 2026: 2 changes</li>" in picture

    def test_a_provision_has_a_mark_for_each_change_by_its_shape(self, client: Client) -> None:
        provision = make_provision()
        reword(provision, "We keep it for 90 days.", kind=ChangeKind.MODIFIED)
        reword(provision, "We keep it for 90  days.", significance=Significance.COSMETIC)
        picture = self.picture(client, provision.get_absolute_url(), "line")
        assert "2 June 2026: Modified, substantive" in picture and "3 June 2026: Modified, cosmetic" in picture
        assert "1 June 2026: First captured" in picture and "3 marks" in picture
