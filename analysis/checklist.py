"""What a program finds in a provision without understanding it: a list to check a draft by, part of what a model sees.

The sentences that show its topics, what would raise or lower the exposure, and the questions that the catalogue asks of
such provisions. The outline drafter makes a whole analysis of the same (`analysis.outline`); this is its quick half.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from analysis.passages import sentences
from atlas.archive.provisions.topics import TopicCues
from atlas.models import Topic

TOPICS, FACTORS, QUESTIONS = 3, 3, 4  # shown at most


def checklist(text: str, topics: Sequence[Topic]) -> dict[str, str]:
    """Heading → what stands under it; empty without a topic."""
    shown = topics[:TOPICS]
    if not shown:
        return {}
    found = sentences(text)
    listed = {f"Shows {topic.name}": _shows(topic, found) for topic in shown}
    listed["May raise the exposure"] = _lines(factor for topic in shown for factor in topic.raises_exposure[:FACTORS])
    listed["May lower it"] = _lines(factor for topic in shown for factor in topic.lowers_exposure[:FACTORS])
    questions = [question for topic in shown for question in topic.review_questions]
    listed["Questions to such provisions"] = _lines(questions[:QUESTIONS])
    return {heading: words for heading, words in listed.items() if words}


def _shows(topic: Topic, found: Sequence[str]) -> str:
    cues = _compiled(topic.pk, tuple(topic.cues), tuple(topic.exclude))
    return next((sentence for sentence in found if any(cue.matches(sentence) for cue in cues.cues)), "")


def _lines(texts: Iterable[str]) -> str:
    return "; ".join(text.rstrip(".") for text in texts)


@lru_cache(maxsize=128)
def _compiled(key: str, cues: tuple[str, ...], exclude: tuple[str, ...]) -> TopicCues:
    return TopicCues.compile(key, cues, exclude)
