"""The trace of a run, put in order: turns, pieces of text, blocks; whatever shape an old or hostile row has."""

from decimal import Decimal

import pytest

from analysis import tracing
from analysis.models import DraftRun
from analysis.templatetags.analysis_trace import revealed, took, usd
from tests.analysis import traces
from tests.factories import TRAINING_TEXT


def run_with(**fields: object) -> DraftRun:
    return DraftRun(**{"messages": traces.MESSAGES, **fields})


def test_the_first_call_shows_what_the_drafter_is_told_then_examples_then_the_provision() -> None:
    (exchange,) = tracing.conversation(run_with(calls=[traces.call()]))
    assert [turn.sort for turn in exchange.asked] == ["system", "example", "example", "provision"]
    assert exchange.examples_count == 1
    assert exchange.answer is not None and exchange.answer.is_json


def test_a_later_call_shows_the_complaint_and_not_the_answer_again() -> None:
    complaint = [{"role": "assistant", "content": "{"}, {"role": "user", "content": "That was not usable."}]
    _, second = tracing.conversation(
        run_with(calls=[traces.call(answer="{"), traces.call("asked again", messages=complaint)])
    )
    assert [turn.text for turn in second.asked] == ["That was not usable."]


def test_a_run_from_before_calls_were_stored_shows_its_messages_and_its_answer() -> None:
    (exchange,) = tracing.conversation(run_with(raw_answer="not JSON"))
    assert exchange.answer is not None and exchange.answer.shown == "not JSON" and not exchange.answer.is_json


@pytest.mark.parametrize("messages", [None, "text", [1, None], [{"role": 1}], {"a": "b"}])
def test_messages_of_another_shape_are_no_error(messages: object) -> None:
    tracing.conversation(run_with(messages=messages, calls=[{"messages": messages, "answer": {"a": 1}}, "text"]))


@pytest.mark.parametrize("answer", ["", "{", "[" * 100_000, '{"a": ' + "9" * 5_000 + "}", "3", "null"])
def test_what_is_no_json_object_is_not_made_pretty(answer: str) -> None:
    assert tracing.pretty(answer) is None


def pieces(text: str, **source: object) -> list[tracing.Piece]:
    places = tracing.Source(TRAINING_TEXT, [{"id": "P1", "start": 0, "end": 60}], **source)  # type: ignore[arg-type]
    (part,) = tracing.shown_parts({"summary": text}, places)
    assert "".join(piece.text for piece in part.pieces) == text, "nothing is lost"
    return [piece for piece in part.pieces if piece.how or piece.key]


@pytest.mark.parametrize(
    ("quote", "how", "block"),
    [
        ("“We may use your Content”", "exact", "P1"),
        ("“We may  use your\u00a0Content”", "typography", "P1"),
        ("“We may sell your Content”", "missing", ""),
        ("“We may use your Content”[AT-V-000001]", "no version", ""),
    ],
)
def test_a_quote_is_marked_by_how_it_was_found(quote: str, how: str, block: str) -> None:
    (piece,) = pieces(f"It states {quote}.")
    assert (piece.how, piece.block) == (how, block)


def test_what_was_stored_about_a_quote_goes_before_a_look_now() -> None:
    stored = {"part": "summary", "quote": "anything at all", "how": "exact", "start": 3, "end": 9}
    (piece,) = pieces("It states “anything at all”.", spans=[stored])
    assert (piece.how, piece.start, piece.end) == ("exact", 3, 9)


def test_a_citation_is_a_piece_of_its_own() -> None:
    (piece,) = pieces("It is relevant [@gdpr-art-6-1].")
    assert piece.key == "gdpr-art-6-1"


def test_blocks_are_cut_where_they_are_quoted() -> None:
    blocks = tracing.shown_blocks([{"id": "P1", "start": 0, "end": 10}, {"id": "?"}, None], "0123456789", [(2, 5)])
    assert [block.pieces for block in blocks] == [((False, "01"), (True, "234"), (False, "56789"))]


@pytest.mark.parametrize(
    ("ours", "library", "says"),
    [
        ("1.00", "1.05", ""),
        ("1.00", "1.06", "6%"),
        ("0", "0", ""),
        ("0", "1", "100%"),
        (None, "1", ""),
        ("1", None, ""),
    ],
)
def test_two_reckonings_of_a_cost_are_compared(ours: str | None, library: str | None, says: str) -> None:
    note = tracing.cost_note(ours and Decimal(ours), library and Decimal(library))  # type: ignore[arg-type]
    assert says in note and bool(note) == bool(says)


@pytest.mark.parametrize(
    ("letter", "shown"),
    [
        ("\xa0", "␣"),
        ("\u3000", "␣"),
        ("\u200b", "U+200B"),
        ("\u202e", "U+202E"),
        ("\ufeff", "U+FEFF"),
        ("\x07", "U+0007"),
        ("ㅤ", "U+3164"),
        ("️", "U+FE0F"),
        ("\U000e0041", "U+E0041"),
        ("\ue000", "U+E000"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(letter: str, shown: str) -> None:
    html = revealed(f"a{letter}b")
    assert shown in html and letter not in html


@pytest.mark.parametrize("text", ["plain", "two\nlines\tand a tab", "Größe, “quotes”, 日本語, ελληνικά, é"])
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert revealed(text) == text


def test_markup_is_text() -> None:
    assert revealed("<b>&'\"") == "&lt;b&gt;&amp;&#x27;&quot;"


@pytest.mark.parametrize(
    ("seconds", "words"), [(3.21, "3.2 seconds"), (42.0, "42 seconds"), (300, "5 minutes"), (None, "not known")]
)
def test_durations_are_words(seconds: float | None, words: str) -> None:
    assert took(seconds) == words


@pytest.mark.parametrize(
    ("amount", "words"), [(Decimal("0.022580"), "0.02258 USD"), ("5", "5.00 USD"), (None, "not known")]
)
def test_amounts_are_words(amount: object, words: str) -> None:
    assert usd(amount) == words
