"""Why two sentences that differ may still say the same: a ladder of causes, each with its sentence for editors.

Never masked: digits outside a banner's date, modal verbs, negation, "and" and "or", names.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from atlas.archive.changes.addresses import hosts_only, same_site
from atlas.archive.changes.banners import is_announcement, is_banner, is_greeting, names_amount
from atlas.archive.changes.english import plain_english, same_tense
from atlas.archive.changes.enumerators import is_enumerator, without_enumerators
from atlas.archive.changes.figures import figures_alike
from atlas.archive.changes.names import DIGIT, MODALS, NEGATIONS, PERSONAL, binds
from atlas.archive.changes.pointers import is_empty_lead_in, is_pointer, same_contact
from atlas.archive.texts.sentences import Sentence, sentence_key

LABEL_WORDS = 8  # a longer heading says something
TITLE_WORDS = 4  # with a full stop: "Governing law and venue."
LONGEST_CLAUSE_TITLE = 6  # words
SUBJECTS = ("we", "you", "they", "i")
SMALL_IN_TITLES = frozenset(("a", "and", "for", "in", "of", "on", "the", "to", "with"))
QUESTION_WORDS = 20  # unless it only asks
QUESTION_WORD = "what what's how why when where who which do does did can could is are will should has have"
ASKING = frozenset(QUESTION_WORD.split())
LONGEST_TITLE = 14  # of a heading that begins as no sentence does
TITLE_WORD = "how what why when where who which if information"
BEGINS_TITLE = frozenset(TITLE_WORD.split())
NOT_BINDING_THERE = frozenset((*PERSONAL.split(), "and", "or", "&", "need"))
OBLIGING = MODALS | NEGATIONS
FOOTNOTE = re.compile(r"(?<=[^\s(])\[\d{1,3}\]")  # behind a word, not "within [30] days"
HIDDEN_MAIL = re.compile(r"\[?email protected\]?")
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,24}){1,4}")
REFERENCE = re.compile(
    r"\b(sections?|clauses?|paragraphs?|exhibits?|subsections?|annex|appendix|schedule) "
    r"(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-z]|[ivx]{1,5})(?!\S)"
    r"(?!(?: (?:and|or|to|through) \d{1,3}){0,4} (?:of|under|in) (?:the )?"  # "of the GDPR": a rule
    r"(?!terms|agreement|addendum|policy|notice|these|this|our|dpa)\w)"
)
ARTICLES = re.compile(r"\b(?:an?|the) ")
GLUE = re.compile(r"[\s'/_.,:-]+")
SPELLINGS = (
    (re.compile(r"is(e|es|ed|ing|ation|ations)\b"), r"iz\1"),
    (re.compile(r"(?<=[a-z]{3})our(s|able|ably|ed|ing|ful|al|ite|ites|er|ers|less|hood)?\b"), r"or\1"),
    (re.compile(r"(?<=[a-z]{3})ys(e|es|ed|ing|er)\b"), r"yz\1"),
    (re.compile(r"(?<=[a-z]{3})tre(s)?\b"), r"ter\1"),
    (re.compile(r"(?<=[a-z]{3})logue(s)?\b"), r"log\1"),
    (re.compile(r"(?<=[a-z]{3}dg)e(?=ments?\b)"), ""),
    (re.compile(r"\bprogramme(s)?\b"), r"program\1"),
    (re.compile(r"\b(ful|enrol|instal)l(?=s?\b|ments?\b)"), r"\1"),
    (re.compile(r"\bu\.s\.?(?=\W|$)"), "us"),
    (re.compile(r"(?<=[a-z]{3})ence\b"), "ense"),
    (re.compile(r"ll(ed|ing)\b"), r"l\1"),
)


def cosmetic_cause(before: Sentence, after: Sentence) -> str:
    """The sentence that names the cause, or an empty string if the two say different things."""
    old, new = before.key, after.key
    if ("email protected" in old) != ("email protected" in new) and _mail_hidden(old) == _mail_hidden(new):
        return "Only the display of an e-mail address changed."
    if same := _why_same_words(old, new):
        return same
    if _without_footnotes(before) == _without_footnotes(after):
        return "Only the mark of a footnote changed."
    if _without_enumerators(before) == _without_enumerators(after):
        return "Only the numbering of clauses changed."
    if same_contact(before.text, after.text):
        return "Only the way changed in which a sentence names the same address for questions."
    if same_tense(before.key, after.key):
        return "Only the tense of a verb changed."
    if is_banner(before.text) and is_banner(after.text):
        return "Only the date banner changed."
    if _is_title(before) and _is_title(after):
        return _why_renamed(before, after)
    gone, come = cosmetic_cause_alone(before), cosmetic_cause_alone(after)
    return come if gone and come else ""


def _why_same_words(old: str, new: str) -> str:
    """The step of the ladder at which two keys become equal, as a sentence; empty if they never do."""
    if same_site(old, new):
        return SAME_SITE
    for normalise, reason in LADDER:
        old, new = normalise(old), normalise(new)
        if old == new:
            return reason
    return ""


def cosmetic_cause_alone(sentence: Sentence) -> str:
    """Why a sentence that came or went by itself is nothing to analyse, or an empty string."""
    if is_banner(sentence.text):
        return "Only a date banner came or went."
    if is_announcement(sentence.text):
        return "Only an announcement that the terms changed came or went."
    if is_greeting(sentence.text):
        return "Only a greeting came or went."
    if is_pointer(sentence.text):
        return "Only a pointer to further reading came or went."
    if is_empty_lead_in(sentence):
        return "Only words came or went that announce examples; what counts are the examples."
    if is_enumerator(sentence.text) and not sentence.is_block and sentence.kind != "table":
        return "Only the number of a clause came or went."
    if _is_title(sentence):
        return "Only a heading came or went."
    return ""


@lru_cache(maxsize=16_384)
def plain(key: str) -> str:
    """``key`` after the whole ladder: two sentences with the same value differ in no way that matters."""
    for normalise, _ in LADDER:
        key = normalise(key)
    return key


def is_question(sentence: Sentence) -> bool:
    """Does it only ask, in a paragraph of its own? What matters is the answer. Items of a list may be criteria."""
    asks = sentence.text.endswith("?") and sentence.key.split()[0] in ASKING
    asks = asks and not names_amount(sentence.text)
    return asks and sentence.is_block and sentence.kind != "item" and len(sentence.key.split()) <= QUESTION_WORDS


def words_before_grammar(key: str) -> str:
    """``key`` after the steps of the ladder that keep its words apart, articles among them."""
    for normalise in (figures_alike, _spelled_alike, plain_english, _without_references, hosts_only):
        key = normalise(key)
    return key


def _is_label(sentence: Sentence) -> bool:
    """Is it a heading that says nothing by itself? A line in bold may be a sentence."""
    if sentence.is_clause_title:
        return _names_clause(sentence)
    if not sentence.is_heading or names_amount(sentence.text):
        return False
    words = sentence.key.split()
    if words[0] in ("we", "you") and not MODALS.isdisjoint(words):
        return False
    longest = {"?": QUESTION_WORDS, ".": TITLE_WORDS, "!": TITLE_WORDS}.get(sentence.text[-1], LABEL_WORDS)
    return len(words) <= longest


def _names_clause(sentence: Sentence) -> bool:
    """Has the title of a clause capitals as only titles have, and no word that binds: "9.2 Informal Process."?"""
    words = without_enumerators(sentence.text).strip(" .:").split()
    keys = [word.casefold().strip(",;") for word in words]
    if not 0 < len(words) <= LONGEST_CLAUSE_TITLE or keys[0] in SUBJECTS:
        return False
    if any(binds(key) and key not in NOT_BINDING_THERE for key in keys):
        return False
    return all(word[0].isupper() or word in SMALL_IN_TITLES for word in words)


def _is_title(sentence: Sentence) -> bool:
    return _is_label(sentence) or _is_long_title(sentence)


def _why_renamed(before: Sentence, after: Sentence) -> str:
    """A long title that is worded otherwise may say something, that of a clause may name a vendor: both are read."""
    is_short = all(_is_label(title) and not title.is_clause_title for title in (before, after))
    return "Only a heading was renamed." if is_short and _bind_alike(before.key, after.key) else ""


def _is_long_title(sentence: Sentence) -> bool:
    """Is it a heading that only names what it stands above: "How long we keep …", "Printing photos for …"?

    It is no whole sentence, by its first word; nothing in it binds but persons, "and" and "or".
    """
    words = sentence.key.split()
    if not sentence.is_heading or not LABEL_WORDS < len(words) <= LONGEST_TITLE or sentence.text.isupper():
        return False
    if sentence.text[-1] in ".;:!?" or ("," in sentence.text and words[0] in ("if", "when", "where")):
        return False
    begins = words[0] in BEGINS_TITLE or (words[0].endswith("ing") and not words[0].endswith("thing"))
    return begins and not any(binds(word) and word not in NOT_BINDING_THERE for word in words[1:])


def _bind_alike(old: str, new: str) -> bool:
    """Have two headings the same numbers, modal verbs and negations? "Cap of $500" may be all that says so."""
    one, two = ({word for word in key.split() if word in OBLIGING or DIGIT.search(word)} for key in (old, new))
    return one == two


def _without_footnotes(sentence: Sentence) -> str:
    return plain(sentence_key(FOOTNOTE.sub("", sentence.text)))


def _without_enumerators(sentence: Sentence) -> str:
    return plain(sentence_key(without_enumerators(sentence.text) if sentence.kind != "table" else sentence.text))


def _as_it_is(key: str) -> str:
    return key


def _mail_hidden(key: str) -> str:
    return MAIL.sub("MAIL", HIDDEN_MAIL.sub("MAIL", key))


def _spelled_alike(key: str) -> str:
    for pattern, replacement in SPELLINGS:
        key = pattern.sub(replacement, key)
    return key


def _without_articles(key: str) -> str:
    return ARTICLES.sub("", key)


def _without_references(key: str) -> str:
    return REFERENCE.sub(r"\1 N", key)


def glued(key: str) -> str:
    """``key`` without spaces and the marks inside words, but for those that part two numbers."""
    return GLUE.sub(_between_digits, key)


def _between_digits(gap: re.Match[str]) -> str:
    before, after = gap.string[gap.start() - 1 : gap.start()], gap.string[gap.end() : gap.end() + 1]
    return gap[0] if before.isdigit() and after.isdigit() else ""


SAME_SITE = "Only the page changed at which an address of the same site points."
Step = tuple[Callable[[str], str], str]
LADDER: tuple[Step, ...] = (
    (_as_it_is, "Only capitals or punctuation changed."),
    (figures_alike, "Only the way changed in which a number or a date is written."),
    (_spelled_alike, "Only spelling changed."),
    (plain_english, "Only words changed between which English makes no difference."),
    (_without_articles, "Only an article changed."),
    (_without_references, "Only the number of a cross-reference changed."),
    (hosts_only, SAME_SITE),
    (glued, "Only spacing or hyphens changed."),
)
