"""A word diff for places with little room: what changed stays whole, what did not is left out with a mark."""

from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.texts.excerpting import GAP, first_characters, shortened
from atlas.archive.texts.wording_diff import DiffPart, diff_words

WORDS = st.lists(st.sampled_from(["we", "may", "not", "use", "data."]), max_size=120).map(" ".join)


@given(WORDS, WORDS)
def test_every_change_stays_whole_and_in_order(old: str, new: str) -> None:
    parts = diff_words(old, new)
    short = shortened(parts, around=12)
    assert [part for part in short if part.op != "same"] == [part for part in parts if part.op != "same"]
    assert all(len(part.text) <= 24 + len(GAP) for part in short if part.op == "same")


def test_unchanged_words_are_kept_next_to_a_change_and_marked_where_left_out() -> None:
    parts = diff_words("One two three four five. We keep it 30 days.", "One two three four five. We keep it 90 days.")
    words = "".join(part.text for part in shortened(parts, around=12) if part.op != "removed")
    assert words == " […] We keep it 90 days."


def test_the_start_is_cut_with_a_mark_and_a_short_text_is_left_alone() -> None:
    parts = [DiffPart("same", "one two "), DiffPart("added", "three")]
    assert first_characters(parts, 50) == parts
    assert first_characters(parts, 10) == [parts[0], DiffPart("added", "th"), DiffPart("same", GAP)]
