"""What a provision is about, found by the cues of the catalogue."""

from pathlib import Path

import pytest
import yaml

from atlas.archive.provisions.cue_words import split_alternatives, words_needed
from atlas.archive.provisions.topics import TopicCues, find_topics
from atlas.archive.texts.normalising import fold_markdown
from tests.factories import TRAINING_TEXT

ENTRIES = yaml.safe_load((Path(__file__).parents[2] / "atlas" / "catalogue" / "topics.yaml").read_text("utf-8"))[
    "topics"
]
TOPICS = [TopicCues.from_entry(entry) for entry in ENTRIES]
PASSAGES = [
    TRAINING_TEXT,
    "Our total liability is limited to the fees paid in the twelve months before the claim.",
    "We engage sub-processors. You may object to a new subprocessor within 30 days.",
    "You must be at least 13 years old to use the service.",
    "Irish law governs these terms, and any dispute is decided by binding arbitration. Class actions are waived.",
    "You may not use our outputs to develop models that compete with us.",
    "The services are provided “as is”, without warranties of any kind.",
    "Hello and welcome.",
]


def test_the_topics_of_a_provision_are_found() -> None:
    assert "training-user-content" in find_topics(TRAINING_TEXT, TOPICS)
    assert find_topics("Hello and welcome.", TOPICS) == []


def test_markdown_does_not_hide_a_cue() -> None:
    assert find_topics("We use\n**[sub-processors](https://x.example)**.", TOPICS) == find_topics(
        "We use sub-processors.", TOPICS
    )


def test_text_that_a_topic_excludes_does_not_count() -> None:
    topic = TopicCues.compile("training", [r"\btraining\b"], [r"\bstaff training\b"])
    assert find_topics("We hold staff training.", [topic]) == []
    assert find_topics("We hold staff training and use data for training.", [topic]) == ["training"]


@pytest.mark.parametrize("passage", PASSAGES)
def test_looking_for_words_first_finds_what_searching_everything_finds(passage: str) -> None:
    folded = fold_markdown(passage)
    expected = []
    for topic in TOPICS:
        text = folded
        for pattern in topic.exclude:
            text = pattern.sub(" ", text)
        if any(cue.pattern.search(text) for cue in topic.cues):
            expected.append(topic.key)
    assert find_topics(passage, TOPICS) == expected


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (r"\b(?:sell|share)s?\b[^.]{0,60}\bdata\b", [{"sell", "share"}, {"data"}]),
        (r"\bfine-?tun\w+", [{"fine"}, {"tun"}]),
        (r"\b(?:AI )?models?\b", [{"model"}]),
        (r"[a-z]+ (?!not)\d{2}", []),
        (r"\bpay(?:ment)?s?\b", [{"pay"}]),
        (r"opt|out", []),
    ],
)
def test_the_words_that_an_expression_needs(expression: str, words: list[set[str]]) -> None:
    assert [set(needed) for needed in words_needed(expression)] in (words, [{"opt", "out"}])


def test_alternatives_at_the_top_level_are_searched_apart() -> None:
    assert split_alternatives(r"a|(?:b|c)|[|]|\|") == ["a", "(?:b|c)", "[|]", r"\|"]
