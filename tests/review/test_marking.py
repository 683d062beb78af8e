"""Quoted places in a word diff."""

from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.texts.wording_diff import DiffPart, diff_words
from review.desk.marking import AROUND, Place, changes_only, mark

TEXTS = st.text(alphabet="ab. \n", max_size=40)


@st.composite
def places(draw: st.DrawFn) -> tuple[str, str, list[Place]]:
    old, new = draw(TEXTS), draw(TEXTS)
    spans = draw(st.lists(st.tuples(st.integers(0, len(new)), st.integers(0, len(new))), max_size=4))
    return old, new, [Place(n, *sorted(span)) for n, span in enumerate(set(spans), 1) if span[0] != span[1]]


@given(places())
def test_no_character_is_lost_and_each_place_is_marked_whole(drawn: tuple[str, str, list[Place]]) -> None:
    old, new, found = drawn
    pieces = mark(diff_words(old, new), found)
    assert "".join(piece.text for piece in pieces if piece.op != "removed") == new
    for place in found:
        marked = "".join(piece.text for piece in pieces if place.number in piece.places)
        assert marked == new[place.start : place.end]
        assert sum(place.number in piece.begins for piece in pieces) == 1
        assert sum(place.number in piece.ends for piece in pieces) == 1


def test_places_that_overlap_share_their_words() -> None:
    pieces = mark([DiffPart("same", "We may keep it long.")], [Place(1, 3, 14), Place(2, 7, 19)])
    assert [(piece.text, piece.places) for piece in pieces] == [
        ("We ", ()),
        ("may ", (1,)),
        ("keep it", (1, 2)),
        (" long", (2,)),
        (".", ()),
    ]


def test_long_unchanged_text_shows_as_a_gap_with_some_words_around_each_change() -> None:
    text = "x" * 5000
    pieces = changes_only([DiffPart("same", text), DiffPart("added", "new"), DiffPart("same", text)])
    assert [piece.op for piece in pieces] == ["gap", "same", "added", "same", "gap"]
    assert len(pieces[1].text) == len(pieces[3].text) == AROUND
    assert pieces[0].text == "4,840 unchanged characters"
