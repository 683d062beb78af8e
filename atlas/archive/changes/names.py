"""Words of a key that bind somebody: no cosmetic rule may touch them."""

import re
from typing import Final

MODAL_WORDS = (
    "may might must shall will would should can could cannot need ought can't won't mustn't shouldn't couldn't wouldn't"
)
NEGATING = (
    "not no nor never none neither without except unless only cannot can't won't don't doesn't isn't aren't didn't"
)
JOINING = "and or and/or & either both if any all each every"
LIMITING = (
    "solely exclusively sole exclusive reasonable reasonably unreasonable material materially applicable prior written"
    " automatically immediately promptly required necessary mandatory optional least most more less fewer maximum"
    " minimum before after until within during always sometimes expressly explicitly knowingly intentionally directly"
    " indirectly permanent permanently temporarily irrevocable perpetual entire partial"
)
PERSONAL = "we us our you your i they their he she"
COUNTING = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion once"
    " twice half hour hours day days week weeks month months year years"
)
MODALS: Final = frozenset(MODAL_WORDS.split())
NEGATIONS: Final = frozenset(NEGATING.split())
BINDING: Final = (
    MODALS
    | NEGATIONS
    | {
        *JOINING.split(),
        *LIMITING.split(),
        *PERSONAL.split(),
        *COUNTING.split(),
    }
)
DIGIT: Final = re.compile(r"[\d%$€£¥]")


def binds(word: str) -> bool:
    """Is the word a number, a period, a modal verb, a negation, a joint ("or"), a limit ("only prior") or a person?"""
    return word in BINDING or DIGIT.search(word) is not None
