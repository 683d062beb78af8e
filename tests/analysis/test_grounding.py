"""Quotes are located in the wording, or in the archived version that they name; likeness is only ever a hint."""

import json
from dataclasses import asdict

import pytest

from analysis.grounding import QuoteSpan, ground, nearest, spans_of, versions_named_in, versions_of
from atlas import markup
from tests.factories import make_document, make_version

SOURCE = "We may use your **Content** to [train](https://x.example/train) our models. We keep it for 30 days."


def quote(text: str) -> markup.Quote:
    (found,) = markup.quotes(text)
    return found


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("“We keep it for 30 days.”", "exact"),
        ("“We keep\u00a0it for 30 days”", "folded"),
        ("“use your Content to train our models”", "markdown"),
    ],
)
def test_a_quote_is_found_but_for_typography_and_markdown(text: str, level: str) -> None:
    found = ground(quote(text), SOURCE, {})
    assert found.span is not None and found.span.level == level


@pytest.mark.parametrize(
    "text", ["“We keep it for 90 days”", "“We may not use your Content”", "“keep for 30 days”", "“…”"]
)
def test_a_quote_that_differs_by_a_word_is_not_found(text: str) -> None:
    assert ground(quote(text), SOURCE, {}).span is None


def test_the_nearest_text_is_a_hint() -> None:
    assert nearest("We keep it for 90 days", SOURCE) == "We keep it for 30 days"
    assert nearest("Zebras graze quietly", "0123456789") == ""


def test_hints_stay_cheap_in_endless_texts() -> None:
    assert isinstance(nearest("We keep it " * 5_000, "We may keep it all. " * 20_000), str)


@pytest.mark.django_db
def test_a_marked_quote_is_looked_for_in_its_version_only() -> None:
    version, _ = make_version(make_document(), "We never keep it.")
    marked, elsewhere, unknown = markup.quotes(
        f"“We never keep it.”[{version.public_id}] “We keep it for 30 days.”[{version.public_id}] “We”[AT-V-999999]"
    )
    versions = versions_named_in([marked, elsewhere, unknown])
    assert set(versions) == {version.public_id}
    assert ground(marked, SOURCE, versions).span is not None
    assert ground(elsewhere, SOURCE, versions).span is None
    assert ground(unknown, SOURCE, versions).source is None


def test_spans_cover_the_quote_in_its_part_and_the_words_in_the_wording() -> None:
    content = {
        "title": "Training",
        "summary": "It states “We keep it for 30 days.” and “use your Content to train our models”.",
        "practical_effect": "It says “We keep\u00a0it for 30 days”, not “We keep it for 90 days”.",
        "attributes": [{"attribute": "retention", "value": "30", "quote": "keep it for 30 days"}, None],
    }
    spans = spans_of(content, SOURCE, {})
    shown = [
        (span.part, span.level, SOURCE[span.source_start : span.source_end] if span.level else "") for span in spans
    ]
    assert shown == [
        ("summary", "exact", "We keep it for 30 days."),
        ("summary", "markdown", "use your **Content** to [train](https://x.example/train) our models"),
        ("practical_effect", "folded", "We keep it for 30 days"),
        ("practical_effect", "", ""),
        ("attributes.retention", "exact", "keep it for 30 days"),
    ]
    assert content["summary"][spans[0].start : spans[0].end] == "“We keep it for 30 days.”"
    assert json.loads(json.dumps([asdict(span) for span in spans]))[3] == {
        "part": "practical_effect",
        "start": 38,
        "end": 62,
        "source": "",
        "source_start": None,
        "source_end": None,
        "level": "",
    }


def test_a_span_at_either_end_of_a_link_is_widened_to_all_of_it() -> None:
    source = "Read the [Privacy Policy](https://x.example/p) and [the Terms](https://x.example/t) first."
    content = {"summary": "“Policy and the” “Read the Privacy” “Policy and the Terms first”"}
    widened = [source[span.source_start : span.source_end] for span in spans_of(content, source, {})]
    assert widened == [
        "[Privacy Policy](https://x.example/p) and [the Terms](https://x.example/t)",
        "Read the [Privacy Policy](https://x.example/p)",
        "[Privacy Policy](https://x.example/p) and [the Terms](https://x.example/t) first",
    ]


@pytest.mark.django_db
def test_a_span_of_another_version_is_of_its_text() -> None:
    version, _ = make_version(make_document(), "Then we never kept it.")
    content = {"change_summary": f"Before “we never kept it”[{version.public_id}] and “x y z”[AT-V-999999]."}
    first, second = spans_of(content, SOURCE, versions_of(content))
    assert first == QuoteSpan("change_summary", 7, 38, version.public_id, 5, 21, "exact")
    assert (second.source, second.level) == ("AT-V-999999", "")
