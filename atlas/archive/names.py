"""Words of a key that bind somebody: no cosmetic rule may touch them."""

import re
from typing import Final

MODALS: Final = frozenset(
    (
        "may",
        "might",
        "must",
        "shall",
        "will",
        "would",
        "should",
        "can",
        "could",
        "cannot",
        "need",
        "ought",
        "can't",
        "won't",
        "mustn't",
        "shouldn't",
        "couldn't",
        "wouldn't",
    )
)
NEGATIONS: Final = frozenset(
    (
        "not",
        "no",
        "nor",
        "never",
        "none",
        "neither",
        "without",
        "except",
        "unless",
        "only",
        "cannot",
        "can't",
        "won't",
        "don't",
        "doesn't",
        "isn't",
        "aren't",
        "didn't",
    )
)
JOINTS: Final = frozenset(("and", "or", "&", "either", "both", "if", "any", "all", "each", "every"))
PERSONS: Final = frozenset(("we", "us", "our", "you", "your", "i", "they", "their", "he", "she"))
NUMBER_WORDS: Final = frozenset(
    (
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
        "thousand",
        "million",
        "billion",
        "once",
        "twice",
        "half",
        "hour",
        "hours",
        "day",
        "days",
        "week",
        "weeks",
        "month",
        "months",
        "year",
        "years",
    )
)
BINDING: Final = MODALS | NEGATIONS | JOINTS | PERSONS | NUMBER_WORDS
DIGIT: Final = re.compile(r"[\d%$€£¥]")


def binds(word: str) -> bool:
    """Is the word a number, a period, a modal verb, a negation, a joint ("or") or a person?"""
    return word in BINDING or DIGIT.search(word) is not None
