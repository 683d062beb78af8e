"""The topics of provisions as rows: what the catalogue's cues find, and an editor's correction over it."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from atlas.archive.provisions.topics import TopicCues, find_topics
from atlas.models import Provision, Topic, TopicCorrection


def load_cues() -> tuple[TopicCues, ...]:
    """The cues of the catalogue's topics."""
    topics = Topic.objects.filter(is_retired=False).order_by("key").values_list("key", "cues", "exclude")
    return _compiled(tuple((key, tuple(cues), tuple(exclude)) for key, cues, exclude in topics))


@lru_cache(maxsize=4)  # compiling some 600 expressions takes half a second
def _compiled(topics: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]) -> tuple[TopicCues, ...]:
    return tuple(TopicCues.compile(key, cues, exclude) for key, cues, exclude in topics)


def refresh_topics(texts: Mapping[int, str]) -> None:
    """Provisions get the topics of their texts, and keep what editors said of them; in five queries.

    ``texts``: provision → its text. Topics that the catalogue retired are taken away.
    """
    if not texts:
        return
    cues = load_cues()
    wanted = {(provision_id, key) for provision_id, text in texts.items() for key in find_topics(text, cues)}
    for (provision_id, key), is_about in latest_corrections(texts).items():
        (wanted.add if is_about else wanted.discard)((provision_id, key))
    _store(texts, wanted)


def latest_corrections(provision_ids: Iterable[int]) -> dict[tuple[int, str], bool]:
    """(provision, topic) → is it about the topic, by the latest correction; of topics that are not retired."""
    latest = (
        TopicCorrection.objects.filter(provision__in=list(provision_ids), topic__is_retired=False)
        .order_by("provision_id", "topic_id", "-pk")
        .distinct("provision_id", "topic_id")
    )
    rows = latest.values_list("provision_id", "topic_id", "is_about")
    return {(provision_id, key): is_about for provision_id, key, is_about in rows}


def _store(texts: Mapping[int, str], wanted: set[tuple[int, str]]) -> None:
    through = Provision.topics.through
    rows = through.objects.filter(provision__in=list(texts))
    has = {(provision_id, key): row for row, provision_id, key in rows.values_list("pk", "provision_id", "topic_id")}
    if stale := [row for link, row in has.items() if link not in wanted]:
        through.objects.filter(pk__in=stale).delete()
    through.objects.bulk_create(
        through(provision_id=provision_id, topic_id=key) for provision_id, key in sorted(wanted - has.keys())
    )
