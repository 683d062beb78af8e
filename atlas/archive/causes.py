"""Why two sentences that differ may still say the same: a ladder of causes, each with its sentence for editors.

Never masked: digits outside a banner's date, modal verbs, negation, "and" and "or", names.
"""

import re
from collections.abc import Callable
from difflib import SequenceMatcher

from atlas.archive.sentences import Sentence, mask_dates

LONGEST_BANNER = 260  # characters
LABEL_WORDS = 8  # a longer heading says something
NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        [
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
        ]
    )
} | {
    "thirty": "30",
    "forty": "40",
    "forty-five": "45",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
}
WORD_WITH_DIGITS = re.compile(r"\b([a-z-]{3,12}) \(?(\d{1,3})\)?(?= |$)")
BANNER_CUE = re.compile(
    r"\b(?:updated?|effective|revised|modified|version|release date|published|in force|stand|previous|archived?|current)\b|更新|生效|^DATE$",
    re.I,
)
BANNER_WORDS = re.compile(
    r"\b(?:last|previous|current|prior|older|updated?|effective|revised|modified|version|versions|release|date|as|of|on|published|in|force|the|is|was|archived?|archive|view|see|"
    r"policy|terms|privacy|notice|and|to|from|until|since|this|stand|changes?|DATE)\b",
    re.I,
)
MAIL = re.compile(r"\[?email[ \u00a0]?protected\]?|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,24}){1,4}", re.I)
REFERENCE = re.compile(
    r"\b(sections?|clauses?|paragraphs?|exhibits?|subsections?|annex|appendix|schedule) (?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-z]|[ivx]{1,5})(?: (?:\w|[ivx]{1,5}))?\b"
)
ARTICLES = re.compile(r"\b(?:a|an|the) ")
SPELLINGS = (
    (re.compile(r"is(e|es|ed|ing|ation|ations)\b"), r"iz\1"),
    (re.compile(r"(?<=[a-z]{3})our(s|able|ed|ing|ful)?\b"), r"or\1"),
    (re.compile(r"\bu\.s\.?(?=\W|$)"), "us"),
    (re.compile(r"\b(e)-(mail\w*)"), r"\1\2"),
    (re.compile(r"(?<=[a-z]{3})ence\b"), "ense"),
    (re.compile(r"ll(ed|ing)\b"), r"l\1"),
)


def cosmetic_cause(before: Sentence, after: Sentence) -> str:
    """The sentence that names the cause, or an empty string if the two say different things."""
    old, new = before.key, after.key
    for normalise, reason in LADDER:
        old, new = normalise(old), normalise(new)
        if old == new:
            return reason
    if is_banner(before.text) and is_banner(after.text):
        return "Only the date banner changed."
    if before.is_heading and after.is_heading and max(len(before.key.split()), len(after.key.split())) <= LABEL_WORDS:
        return "Only a heading was renamed."
    return ""


def cosmetic_cause_alone(sentence: Sentence) -> str:
    """Why a sentence that came or went by itself is nothing to analyse, or an empty string."""
    if is_banner(sentence.text):
        return "Only a date banner came or went."
    if sentence.is_heading:
        return "Only a heading came or went."
    return ""


def is_banner(sentence: str) -> bool:
    """Does the sentence only say when the text was updated?"""
    if len(sentence) > LONGEST_BANNER:
        return False
    masked = mask_dates(sentence)
    if "DATE" not in masked or BANNER_CUE.search(masked) is None:
        return False
    return len(BANNER_WORDS.sub("", masked).split()) <= 3


def _numbers_as_digits(key: str) -> str:
    key = WORD_WITH_DIGITS.sub(lambda m: m[2] if NUMBER_WORDS.get(m[1]) == m[2] else m[0], key)
    return " ".join(NUMBER_WORDS.get(word, word) for word in key.split())


def _spelled_alike(key: str) -> str:
    for pattern, replacement in SPELLINGS:
        key = pattern.sub(replacement, key)
    return key


LADDER: tuple[tuple[Callable[[str], str], str], ...] = (
    (lambda key: key, "Only capitals or punctuation changed."),
    (
        lambda key: MAIL.sub("MAIL", key) if "protected" in key else key,
        "Only the display of an e-mail address changed.",
    ),
    (_numbers_as_digits, "Only the way a number is written changed."),
    (_spelled_alike, "Only spelling changed."),
    (lambda key: ARTICLES.sub("", key), "Only an article changed."),
    (
        lambda key: re.sub(r"[\s'/_-]", "", key) if not REFERENCE.search(key) else key,
        "Only spacing or hyphens changed.",
    ),
    (lambda key: re.sub(r"[\s'/_-]", "", REFERENCE.sub(r"\1 N", key)), "Only the number of a cross-reference changed."),
)

NUMBER = re.compile(r"\d")
MODALS = frozenset(
    ["may", "must", "shall", "will", "can", "could", "should", "might", "would", "cannot", "can't", "won't"]
)
NEGATIONS = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "neither",
        "nor",
        "without",
        "except",
        "unless",
        "cannot",
        "can't",
        "won't",
        "don't",
        "doesn't",
    ]
)


def describe_difference(before: Sentence | None, after: Sentence | None) -> str:
    """What an editor should look at first, in one sentence."""
    if before is None or after is None:
        alone = before or after
        return f"{'New' if before is None else 'Gone'}: “{_short(alone.text if alone else '')}”"
    old, new = before.key.split(), after.key.split()
    gone, come = _changed_words(old, new)
    for label, belongs in (
        ("A number", lambda w: bool(NUMBER.search(w))),
        ("A negation or exception", NEGATIONS.__contains__),
        ("A modal verb", MODALS.__contains__),
    ):
        if any(map(belongs, [*gone, *come])):
            return f"{label} changed: {_step(gone, come)}."
    return f"Words changed: {_step(gone, come)}."


def _changed_words(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    gone: list[str] = []
    come: list[str] = []
    for operation, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation != "equal":
            gone += old[i1:i2]
            come += new[j1:j2]
    return gone, come


def _step(gone: list[str], come: list[str]) -> str:
    return f"“{_short(' '.join(gone)) or '…'}” → “{_short(' '.join(come)) or '…'}”"


def _short(text: str, limit: int = 160) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"
