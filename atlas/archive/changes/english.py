"""Two ways of English to say the same: contractions, function words without choice of meaning, tense, typing errors.

What is listed here are facts of the language, none of a platform. Nothing in it touches a number, a modal verb, a
negation, "and" or "or", or a person (``names.binds``), and a rule that changes a word changes it in both sentences.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from atlas.archive.changes.names import binds

VERBS = ("do", "does", "did", "are", "is", "was", "were", "has", "have", "had", "would", "should", "could", "must")
CONTRACTIONS = {
    **{f"{who}'re": f"{who} are" for who in ("we", "you", "they")},
    **{f"{who}'ve": f"{who} have" for who in ("we", "you", "they", "i")},
    **{f"{who}'ll": f"{who} will" for who in ("we", "you", "they", "it", "i")},
    **{f"{verb}n't": f"{verb} not" for verb in VERBS},
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "i'm": "i am",
    "it's": "it is",
    "that's": "that is",
    "e.g": "for example",
    "i.e": "that is",
}
SINGLE_WORDS = {  # looked up word by word, which is quicker than a pattern for each
    "&": "and",
    "which": "that",
    "upon": "on",
    "till": "until",
    "towards": "toward",
    "amongst": "among",
    "whilst": "while",
    "percent": "%",
    "usage": "use",
    "like": "such as",
    "via": "through",
    **{f"utili{letter}{ending}": f"us{ending}" for letter in "sz" for ending in ("e", "es", "ed", "ing")},
    **dict.fromkeys(("he/she", "she/he", "s/he"), "they"),
    **dict.fromkeys(("his/her", "her/his"), "their"),
    **dict.fromkeys(("him/her", "her/him"), "them"),
}
SAME_AS = CONTRACTIONS | SINGLE_WORDS
SAME_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?<!\S)(?:{alternatives})(?!\S)"), same)
    for alternatives, same in (
        ("in order to", "to"),
        ("per cent", "%"),
        ("prior to", "before"),
        ("for instance", "for example"),
        (
            "including (?:but not limited to|without limitation)|includes (?:but is not limited to|without limitation)",
            "including",
        ),
        ("terms (?:of (?:use|service)|and conditions)", "terms"),
        ("(?:these|this|our|the) terms", "terms"),
        ("please", ""),
        ("all together", "altogether"),
        ("in the event(?: that)?", "if"),
        ("(?:in accordance with|according to)", "pursuant to"),
        ("(?:with (?:respect|regard) to|concerning|regarding)", "about"),
        ("in particular", "specifically"),
        ("(?:he or she|she or he)", "they"),
        ("(?:his or her|her or his)", "their"),
        ("(?:him or her|her or him)", "them"),
        ("(?:sign|log)(s)? into", r"log\1 in to"),
        ("(?:sign|log)(s)?[ -]in", r"log\1 in"),
        ("personal (?:data|information)", "personal data"),
        ("(?:the|our) services?", "our services"),
        ("this (?:(?:privacy|cookies?) )?(?:notice|policy|statement)", "this policy"),
        ("privacy (?:notice|policy|statement)", "privacy policy"),
        ("cookie (?:notice|policy|statement)", "cookie policy"),
    )
)
OPENS = re.compile(r"\(?opens (?:in )?(?:an? )?new (?:tab|window)\)?")
CATALOGUE = Path(__file__).parents[2] / "catalogue"
WORD = re.compile(r"[a-z]{6,}")
SHORTEST_WORD = 6  # letters of a word that may hold a typing error; shorter ones are too near to each other
FEWEST_USES = 2  # of the right word; the wrong one stands once


def plain_english(key: str) -> str:
    """``key`` with contractions written out and one form for words between which English has no difference."""
    key = " ".join(SAME_AS.get(word, word) for word in OPENS.sub("", key).split())
    for pattern, same in SAME_WORDS:
        key = pattern.sub(same, key)
    return " ".join(key.split())


def same_tense(old: str, new: str) -> bool:
    """Do two keys differ only in the ending of a verb: "authorized" and "authorizes"?"""
    return all(_stem(gone) is not None and _stem(gone) == _stem(come) for gone, come in _swaps(old, new))


def _stem(word: str) -> str | None:
    if len(word) < SHORTEST_WORD or binds(word):
        return None
    return next((word.removesuffix(ending) for ending in ("ed", "es") if word.endswith(ending)), None)


def is_typing_error(old: str, new: str, words_old: Counter[str], words_new: Counter[str]) -> bool:
    """Do two keys differ only in words with a letter too many, too few or out of order, one of them a slip?

    A slip stands once in its version, never in the other and never in our catalogue, while the right word is in use:
    two words that are both used somewhere ("contact" and "contract") are never taken for each other.
    """
    return all(is_mistyped(gone, come, words_old, words_new) for gone, come in _swaps(old, new))


def is_mistyped(gone: str, come: str, words_old: Counter[str], words_new: Counter[str]) -> bool:
    """The same of two single words."""
    return _near(gone, come) and (
        _is_slip(gone, come, words_old, words_new) or _is_slip(come, gone, words_new, words_old)
    )


def _is_slip(wrong: str, right: str, own: Counter[str], other: Counter[str]) -> bool:
    if own[wrong] > 1 or other[wrong] or wrong in catalogue_words():
        return False
    return max(own[right], other[right]) >= FEWEST_USES or right in catalogue_words()


@cache
def catalogue_words() -> frozenset[str]:
    """The words of the legal catalogue: what stands there is no typing error."""
    texts = (path.read_text(encoding="utf-8").casefold() for path in CATALOGUE.glob("*.yaml"))
    return frozenset(word for text in texts for word in WORD.findall(text))


def _near(one: str, two: str) -> bool:
    """One letter more, or two neighbours exchanged, inside the word; plurals and word stems are other words."""
    if min(len(one), len(two)) < SHORTEST_WORD or binds(one) or binds(two) or not (one + two).isalpha():
        return False
    if one[0] != two[0] or one[-1] != two[-1]:
        return False
    if len(one) == len(two):
        wrong = [index for index in range(len(one)) if one[index] != two[index]]
        return (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and one[wrong[0]] == two[wrong[1]]
            and one[wrong[1]] == two[wrong[0]]
        )
    longer, shorter = (one, two) if len(one) > len(two) else (two, one)
    return any(longer[:index] + longer[index + 1 :] == shorter for index in range(1, len(longer) - 1))


def _swaps(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Word by word what gave way to what; an empty word where one side has none."""
    old_words, new_words = old.split(), new.split()
    if abs(len(old_words) - len(new_words)) > 0:
        yield "", ""
        return
    yield from ((gone, come) for gone, come in zip(old_words, new_words, strict=True) if gone != come)
