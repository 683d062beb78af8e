"""Announcements of an update as a whole: "We've updated our terms. We also clarified that … Until then, …".

The first sentence is known by its words (``banners.is_announcement``). What follows it would be terms anywhere else:
it belongs to the announcement only if it came or went together with it, beside it.
"""

from collections.abc import Sequence

from atlas.archive.changes.banners import follows_announcement, is_announcement
from atlas.archive.changes.runs import runs
from atlas.archive.texts.sentences import Sentence

LONGEST_NOTICE = 6  # sentences behind the first


def find_notices(sentences: Sequence[Sentence], left: Sequence[bool]) -> frozenset[str]:
    """The keys of the sentences that go on with an announcement; ``left`` tells which the other version lacks."""
    keys: set[str] = set()
    for start, end in runs(left):
        reach = 0
        for sentence in sentences[start:end]:
            if is_announcement(sentence.text):
                reach = LONGEST_NOTICE
            elif reach and follows_announcement(sentence.text):
                keys.add(sentence.key)
                reach -= 1
            else:
                reach = 0
    return frozenset(keys)
