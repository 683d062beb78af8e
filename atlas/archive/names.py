"""Words of sentences: which of them bind somebody, and which are names."""

import re
from typing import Final

MODALS: Final = frozenset(
    "may might must shall will would should can could cannot need ought can't won't mustn't shouldn't couldn't".split()
)
NEGATIONS: Final = frozenset(
    "not no nor never none neither without except unless cannot can't won't don't doesn't isn't aren't didn't only".split()
)
JOINTS: Final = frozenset("and or & either both if any all each every".split())
PERSONS: Final = frozenset("we us our you your i they their he she".split())
BINDING: Final = MODALS | NEGATIONS | JOINTS | PERSONS
NUMBER_WORDS: Final = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion"
    " once twice half day days week weeks month months year years hour hours".split()
)
DIGIT: Final = re.compile(r"\d|[%$€£¥]")


def binds(word: str) -> bool:
    """Is the word (of a key) one that no cosmetic rule may touch: a number, modal verb, negation, joint or person?"""
    return word in BINDING or word in NUMBER_WORDS or DIGIT.search(word) is not None
