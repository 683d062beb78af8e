"""Quotes are located in the wording, or in the archived version that they name; likeness is only ever a hint."""

import pytest

from analysis.grounding import ground, nearest, versions_named_in
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
