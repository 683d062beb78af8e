"""An editor's word on what a provision is about: recorded with a reason, in effect at once, kept over new wordings."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from django.db import transaction

from atlas.archive.judgements.judging import Refused, check_permission, check_words
from atlas.archive.provisions.topics import explain_topics
from atlas.archive.record.topic_rows import load_cues, refresh_topics
from atlas.models import Provision, Topic, TopicCorrection, User

logger = structlog.get_logger(__name__)


@transaction.atomic
def correct_topic(provision: Provision, topic: Topic, *, is_about: bool, reason: str, by: User) -> TopicCorrection:
    """Record whether ``provision`` is about ``topic``. The latest correction of the two counts from now on.

    Raises:
        Refused: without permission or reason, or if the topic is retired.
    """
    check_permission(by, "atlas.add_topiccorrection", "correct topics")
    reason = check_words(reason, "a reason")
    if topic.is_retired:
        raise Refused(f"The topic “{topic.name}” is retired: nothing is sorted under it any more.")
    # A new wording of the provision being recorded now finds its topics before or after this, never in between.
    locked = Provision.objects.select_for_update(no_key=True).get(pk=provision.pk)
    correction = TopicCorrection.objects.create(
        provision=locked, topic=topic, is_about=is_about, reason=reason, corrected_by=by
    )
    refresh_topics({locked.pk: locked.current_wording.text if locked.current_wording else ""})
    logger.info("corrected topic", provision=locked.public_id, topic=topic.pk, is_about=is_about, by=by.pk)
    return correction


@dataclass(frozen=True)
class Standing:
    """A topic that a provision has, or would have by its cues, and why.

    ``words`` are those of the text that the cues found; ``corrections`` all that editors said, the latest first.
    """

    topic: Topic
    is_about: bool
    words: tuple[str, ...]
    corrections: tuple[TopicCorrection, ...]

    @property
    def correction(self) -> TopicCorrection | None:
        """The one that counts."""
        return self.corrections[0] if self.corrections else None


def standing_topics(provision: Provision) -> list[Standing]:
    """Every topic that cues or editors speak of, those that the provision is about first. Four queries."""
    topics = Topic.objects.filter(is_retired=False).in_bulk()
    wording = provision.current_wording
    found = explain_topics(wording.text, load_cues()) if wording else {}
    said = _corrections(provision)
    standing = [
        _standing(topic, tuple(found.get(key, ())), said.get(key, ()))
        for key, topic in topics.items()
        if key in found or key in said
    ]
    return sorted(standing, key=lambda each: (not each.is_about, each.topic.name))


def _standing(topic: Topic, words: tuple[str, ...], said: Sequence[TopicCorrection]) -> Standing:
    return Standing(topic, said[0].is_about if said else bool(words), words, tuple(said))


def _corrections(provision: Provision) -> dict[str, list[TopicCorrection]]:
    said: dict[str, list[TopicCorrection]] = {}
    rows = TopicCorrection.objects.filter(provision=provision).select_related("corrected_by").order_by("-pk")
    for correction in rows:
        said.setdefault(correction.topic_id, []).append(correction)
    return said
