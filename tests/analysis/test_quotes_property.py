"""A quote that says something else is never located; one that is merely written otherwise always is."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.texts.locating import fold_with_map, locate
from atlas.archive.texts.normalising import fold_markdown
from atlas.archive.texts.typography import LINK
from tests.analysis.altered_quotes import ALTERATIONS, altered, real_documents, rewritten, sample_documents

ALTERED, REWRITTEN = 10_000, 2_000
LINKED = "Read our [Privacy Policy](https://x.example/p) and the [Terms of Use](https://x.example/t) today."


@pytest.fixture(scope="module")
def real(shared_path: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    bundle, clone = shared_path / "ota" / "genai-eu-versions.bundle", tmp_path_factory.mktemp("ota") / "collection"
    subprocess.run(["git", "clone", "-q", str(bundle), str(clone)], check=True)
    return real_documents(clone)


def located(quotes: object) -> list[tuple[str, str]]:
    return [(name, quote) for name, quote, document in quotes if locate(quote, document)]  # type: ignore[attr-defined]


def reads_alike(one: str, other: str) -> bool:
    """Whether two pieces of Markdown read the same, where numbering counts and where it does not."""
    return any(
        fold_with_map(one, level, numbering=numbering).text == fold_with_map(other, level, numbering=numbering).text
        for level in ("folded", "markdown")
        for numbering in (True, False)
    )


def test_of_ten_thousand_altered_quotes_none_is_located() -> None:
    quotes = list(altered(sample_documents(), ALTERED))
    assert Counter(name for name, _, _ in quotes) == dict.fromkeys(ALTERATIONS, ALTERED // len(ALTERATIONS))
    assert located(quotes) == []


def test_of_altered_quotes_of_real_documents_none_is_located(real: list[str]) -> None:
    assert located(altered(real, ALTERED // 5)) == []


def test_rewritten_quotes_are_located_and_what_is_located_reads_like_the_quote() -> None:
    check_rewritten(sample_documents())


def test_rewritten_quotes_of_real_documents_are_located(real: list[str]) -> None:
    check_rewritten(real)


def check_rewritten(documents: list[str]) -> None:
    spans = [(quote, document, locate(quote, document)) for _, quote, document in rewritten(documents, REWRITTEN)]
    assert sum(span is None for _, _, span in spans) <= REWRITTEN // 100
    pairs = [(document[span.start : span.end], quote) for quote, document, span in spans if span]
    assert [pair for pair in pairs if not reads_alike(*pair) and not is_widened(*pair)] == []


def is_widened(stored: str, quote: str) -> bool:
    """Whether the stored piece holds the quote's words and, as it cuts through a link, the rest of that link."""
    words, more = re.findall(r"\w+", fold_markdown(quote)), re.findall(r"\w+", fold_markdown(stored))
    return "](" in stored and len(more) > len(words) and set(words) - {"https"} <= set(re.findall(r"\w+", stored))


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("Policy and the", "[Privacy Policy](https://x.example/p) and the"),
        ("and the Terms", "and the [Terms of Use](https://x.example/t)"),
        (
            "Policy and the Terms of",
            "[Privacy Policy](https://x.example/p) and the [Terms of Use](https://x.example/t)",
        ),
        ("our Privacy Policy", "our [Privacy Policy](https://x.example/p)"),
        ("Terms of Use today", "[Terms of Use](https://x.example/t) today"),
        ("Privacy Policy", "Privacy Policy"),
        ("and the", "and the"),
    ],
)
def test_a_span_is_widened_to_whole_links_at_both_ends(quote: str, shown: str) -> None:
    span = locate(quote, LINKED)
    assert span is not None and LINKED[span.start : span.end] == shown


@pytest.mark.parametrize(
    ("source", "quote", "shown"),
    [
        ("Research &amp; development are covered.", "Research & development", "Research &amp; development"),
        ("Ask the caf\u00e9.", "the cafe\u0301", "the caf\u00e9"),
        ("Ask the **cafe\u0301**.", "Ask the caf\u00e9", "Ask the **cafe\u0301"),
        ("It is **R&amp;D&#33;** only.", "It is R&D!", "It is **R&amp;D&#33;"),
    ],
)
def test_a_span_holds_whole_characters(source: str, quote: str, shown: str) -> None:
    span = locate(quote, source)
    assert span is not None and source[span.start : span.end] == shown


def test_an_entity_is_no_way_to_hide_a_word() -> None:
    assert locate("We may use it", "We may &not; use it") is None
    assert locate("We may use it", "We may&#32;not use it") is None


WORDS = st.lists(st.sampled_from("we may not never use keep your content 30 60 days or and".split()), min_size=1)  # noqa: SIM905
MARKS = st.sampled_from(["", "**", "_", "[", "](https://x.example)", "\\", "“", "”", "\u00a0", "\n", "* ", "# "])


@given(st.lists(st.tuples(MARKS, WORDS), max_size=12), st.data())
def test_what_is_located_reads_like_the_quote_or_is_widened_to_a_link(
    pieces: list[tuple[str, list[str]]], data: st.DataObject
) -> None:
    source = "".join(f"{mark}{' '.join(words)} " for mark, words in pieces)
    folded = fold_markdown(source)
    start = data.draw(st.integers(0, max(len(folded) - 1, 0)))
    quote = folded[start : start + data.draw(st.integers(1, 80))].strip()
    span = locate(quote, source)
    if span is not None:
        stored = source[span.start : span.end]
        assert reads_alike(stored, quote) or is_widened(stored, quote)


@given(st.text(alphabet="[]()ab *_", max_size=60), st.text(alphabet="ab []", max_size=12))
def test_widening_never_shrinks_and_never_ends_inside_a_link(source: str, quote: str) -> None:
    span = locate(quote, source)
    if span is None or span.level == "exact":
        return
    needles = {fold_with_map(quote.strip(), level).text for level in ("folded", "markdown")}
    folds = [fold_with_map(source, span.level, numbering=numbering) for numbering in (False, True)]
    narrow = [fold.locate(needle) for fold in folds for needle in needles]
    assert any(found and span.start <= found.start and found.end <= span.end for found in narrow)
    for link in LINK.finditer(source):
        assert not span.start < link.start() < span.end < link.end()
        assert not link.start() < span.start < link.end() < span.end
