"""Figures written in another way: "thirty (30)", "1,000" and "1000", "June 1st, 2026" and "1 June 2026", telephones.

The value stays to the last digit. A date of figures only ("03/04/2026") stays as it is: it can be read in two ways.
"""

import re

SMALL_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
NUMBER_WORDS = {word: str(value) for value, word in enumerate(SMALL_NUMBERS.split())}
NUMBER_WORDS |= {word: str(value) for word, value in TENS.items()}
NUMBER_WORDS |= {
    f"{ten}-{one}": str(value + int(NUMBER_WORDS[one]))
    for ten, value in TENS.items()
    for one in SMALL_NUMBERS.split()[1:10]
}
WORD_WITH_DIGITS = re.compile(r"\b([a-z-]{3,12}) (\d{1,3})(?= |$)")  # "thirty (30)"
HAS_DIGIT = re.compile(r"\d")
THOUSANDS = re.compile(r"(?<!\S)\d{1,3}(?:,\d{3}){1,5}(?=\.\d\d(?!\S)|\s|$)")
NO_CENTS = re.compile(r"(?<=[$€£¥] )(\d{1,15})\.00(?!\S)")
MONTH = "(january|february|march|april|may|june|july|august|september|october|november|december)"
MONTH_FIRST = re.compile(rf"(?<!\S){MONTH} (\d{{1,2}})(?:st|nd|rd|th)? (\d{{4}})(?!\S)")
DAY_FIRST = re.compile(rf"(?<!\S)(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {MONTH} (\d{{4}})(?!\S)")
TELEPHONE = re.compile(r"(?:(?<=\+ )|(?:(?<=phone )|(?<=telephone )|(?<=tel )|(?<=fax )))\d[\d .-]{7,20}\d(?!\S)")
BETWEEN_DIGITS = re.compile(r"[ .-]")


def figures_alike(key: str) -> str:
    """``key`` with one form for each way to write the same number, date or telephone number.

    >>> figures_alike("within thirty 30 days of june 1st 2026 call + 1 800 555-1234 about $ 1,000.00")
    'within 30 days of 1 june 2026 call + 18005551234 about $ 1000'
    """
    key = WORD_WITH_DIGITS.sub(lambda match: match[2] if NUMBER_WORDS.get(match[1]) == match[2] else match[0], key)
    key = " ".join(NUMBER_WORDS.get(word, word) for word in key.split())
    if HAS_DIGIT.search(key) is None:
        return key
    key = NO_CENTS.sub(r"\1", THOUSANDS.sub(lambda match: match[0].replace(",", ""), key))
    key = DAY_FIRST.sub(r"\1 \2 \3", MONTH_FIRST.sub(r"\2 \1 \3", key))
    return TELEPHONE.sub(lambda match: BETWEEN_DIGITS.sub("", match[0]), key)
