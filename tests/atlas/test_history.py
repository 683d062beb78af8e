"""Which sentences come back and which go again: pages that flap between variants."""

from datetime import UTC, datetime, timedelta

from atlas.archive.changes.history import SentenceHistory
from atlas.archive.changes.significance import Judgement, judge
from atlas.archive.changes.surroundings import survey
from atlas.models import Significance

START = datetime(2026, 1, 5, tzinfo=UTC)
BASE = "Orchard stores your photos in Ireland."
VARIANT = "Orchard stores your pictures in Ireland and, as backups, in Norway."
FEES = "You pay on the first of each month."


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def history_of(*looks: tuple[int, str]) -> SentenceHistory:
    history = SentenceHistory()
    for number, text in looks:
        history.see([text], day(number))
    return history


def step(history: SentenceHistory, old: str, new: str, number: int) -> Judgement:
    return judge(old or None, new or None, survey([old, FEES], [new, FEES], history, day(number)))


def test_a_variant_that_comes_back_within_90_days_is_no_news() -> None:
    history = history_of((0, BASE), (10, VARIANT))
    judgement = step(history, VARIANT, BASE, 20)
    assert judgement.significance == Significance.COSMETIC
    assert judgement.is_return


def test_the_first_time_that_a_variant_shows_is_news() -> None:
    assert step(history_of((0, BASE)), BASE, VARIANT, 10).significance == Significance.SUBSTANTIVE


def test_a_sentence_that_goes_a_second_time_is_no_news_and_the_first_time_it_is() -> None:
    once = history_of((0, BASE + FEES))
    assert step(once, BASE, "", 10).significance == Significance.SUBSTANTIVE
    again = history_of((0, BASE), (10, FEES), (20, BASE))
    assert step(again, BASE, "", 30).is_return


def test_what_is_reinstated_after_90_days_is_news_again() -> None:
    history = history_of((0, BASE), (10, VARIANT))
    assert step(history, VARIANT, BASE, 10 + 91).significance == Significance.SUBSTANTIVE


def test_a_change_beside_a_returned_variant_is_news() -> None:
    history = history_of((0, BASE), (10, VARIANT))
    judgement = step(history, VARIANT, BASE + " We may sell them.", 20)
    assert judgement.significance == Significance.SUBSTANTIVE
    assert judgement.reasons == ("New: “We may sell them.”",)


def test_a_returned_sentence_does_not_cover_for_the_loss_of_an_older_one() -> None:
    """The old sentence stood beside the one that returns, so it was never its variant."""
    older = "Orchard stores your invoices in Ireland."
    history = history_of((0, f"{older} {BASE}"), (10, older))
    judgement = step(history, older, BASE, 20)
    assert judgement.significance == Significance.SUBSTANTIVE


def test_dates_that_step_back_are_no_trouble() -> None:
    history = history_of((5, BASE), (3, VARIANT), (4, BASE))
    assert step(history, BASE, VARIANT, 2).is_return


def test_a_sentence_that_points_to_its_context_is_back_only_where_it_stood() -> None:
    voice, payment = "Orchard records your voice.", "Orchard keeps your card number."
    shared = "We may share this with our partners."
    history = history_of((0, f"{voice} {shared} {payment}"), (30, f"{voice} {payment}"))
    assert turn(history, f"{voice} {payment}", f"{voice} {shared} {payment}").is_return
    elsewhere = turn(history, f"{voice} {payment}", f"{voice} {payment} {shared}")
    assert elsewhere.significance == Significance.SUBSTANTIVE
    assert not elsewhere.is_return


def turn(history: SentenceHistory, old: str, new: str) -> Judgement:
    return judge(old, new, survey([old], [new], history, day(60)))
