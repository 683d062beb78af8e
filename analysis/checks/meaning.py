"""Meaning: prose that turns round, strengthens or weakens the words it quotes.

A program cannot read. It compares what stands next to the same verb on both sides: a negation, a "may", a "will"; and
what the wording says directly before and behind a quote. All of it are warnings with both sides shown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from analysis.checks.base import Check, PlacedSentence, Problem, Subject
from analysis.grounding import Grounded

NOT_SAID_OF_NOW = {"title", "change_summary"}  # parts that set two texts against each other, or have no quotes
_WORD = re.compile(r"[A-Za-z]+(?:['\u2019-][A-Za-z]+)*")
_NEGATION = re.compile(
    r"\b(?:not|never|cannot|can't|(?:do|does|did|is|are|was|were|wo|sha|would|could|should|must|has|have)n['\u2019]t)\b"
    r"(?! (?:only|limited|later|more|less|necessarily|just|least)\b)(?<!or not)",
    re.IGNORECASE,
)
# Words by which a sentence may mean the opposite of its verb, or leave it open, without saying "not".
_GUARDED = re.compile(
    r"\b(?:not|no|nor|never|neither|none|nothing|nobody|cannot|without|only|unless|until|except\w*|exclu\w+|outside"
    r"|\w+n['\u2019]t|limit\w*|restrict\w*|prohibit\w*|prevent\w*|forbid\w*|bars?|barred|refus\w+|declin\w+|protect\w*"
    r"|stop\w*|stays?|off|opt\w*|silent|before|rather|instead|disclaim\w*|avoid\w*|lack\w*|absen\w+|den(?:y|ies|ied)"
    r"|waive\w*|whether|if|against|free|remov\w+|rule[sd]? out|choos\w+|consent\w*|exempt\w*|object\w*|contrary"
    r"|opposite)\b",
    re.IGNORECASE,
)
_EXCEPTION_FOLLOWS = re.compile(
    r"[*_\s]*,?\s*(?P<words>unless|except(?: (?:as|where|for|that|if|when|in))?|other than|save (?:as|for|that)"
    r"|provided that|but only|only (?:if|where|with|when))\b",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(
    r"\b(?:unless|except\w*|other than|save|provided|only|opt\w*|choos\w+|choice|consent\w*|subject to|limit\w*|if"
    r"|until|without|carve\w*|condition\w*|narrow\w*|exclu\w+|where|part of a longer sentence)\b",
    re.IGNORECASE,
)
_CUT_NEGATION = re.compile(
    r"\b(?P<words>(?:\w+ )?(?:not|never|cannot|neither|nor|without|\w+n['\u2019]t)"
    r"(?: (?:also|ever|otherwise|knowingly|\w+ly|be|been|have|any|in any way|seek to|attempt to))*)\Z",
    re.IGNORECASE,
)
BEFORE = 80  # characters of the wording before a quote that are looked at

# Strong prose over weak words, whatever the verb.
_STRONG = re.compile(
    r"\b(?:must|prohibits?|prohibited(?! (?:uses?|content|conduct|practices|activit))|requires?|required|always|never"
    r"|guarantees?|commits?)\b",
    re.I,
)
_WEAK_QUOTE = re.compile(r"\b(?:may|might|can|could|reserves? the right)\b(?! not\b)", re.I)
_STRONG_QUOTE = re.compile(
    r"\b(?:must|shall|will|never|always|required?s?|prohibit\w*|cannot|not|won't|don't|agree)\b", re.I
)
_PERMITS = r"may|might|can|could|(?:reserves?|has|have) the right to|(?:is|are) (?:entitled|permitted|allowed|free) to"
_BINDS = r"will|shall|must|(?:is|are) (?:required|obliged) to|ha(?:s|ve) to|undertakes? to|agrees? to"
_MODAL = re.compile(rf"\b(?:(?P<permits>{_PERMITS})|(?P<binds>{_BINDS}))\b", re.IGNORECASE)
_PERMISSION = re.compile(
    rf"\b(?:{_PERMITS}|possib\w+|permi\w+|allow\w*|lets?|reserv\w+|rights?|options?|entitle\w*|whether|if|how"
    r"|would|discretion|licen[cs]e\w*|grants?|example|potential\w*|power|scope|able)\b",
    re.IGNORECASE,
)
_SKIPPED_WORDS = """also always be been both being ever first further have having in itself knowingly no not never only
or otherwise still the then therefore thus to and any again at all times with for from on by under your our their its"""
_SKIPPED = frozenset(_SKIPPED_WORDS.split())


@dataclass(frozen=True)
class Verb:
    """A verb by its stem, with the words that it stands in."""

    stem: str
    word: str
    words: str
    start: int
    end: int


def _negation(subject: Subject) -> Iterator[Problem]:
    """The same verb is denied on one side and stands bare on the other."""
    for placed, quoted in _compared(subject):
        denied_in_prose, denied_in_quote = list(_denied(placed.prose)), list(_denied(quoted))
        if denied_in_prose and not _GUARDED.search(quoted):
            bare = {stem(word[0]): word[0] for word in _WORD.finditer(quoted)}
            for verb in denied_in_prose:
                if verb.stem in bare:
                    yield placed.problem(_side_by_side(verb.words, bare[verb.stem]), verb.start, verb.end)
        elif denied_in_quote and not _GUARDED.search(placed.prose):
            denied = {verb.stem: verb.words for verb in denied_in_quote}
            for word in _WORD.finditer(placed.prose):
                if stem(word[0]) in denied:
                    yield placed.problem(_side_by_side(word[0], denied[stem(word[0])]), *word.span())


def _modality(subject: Subject) -> Iterator[Problem]:
    for placed, quoted in _compared(subject):
        strong, weak = _STRONG.search(placed.prose), _WEAK_QUOTE.search(quoted)
        if strong and weak and not _STRONG_QUOTE.search(quoted):
            yield placed.problem(_side_by_side(strong[0], weak[0]), *strong.span())
        else:
            yield from _other_modal(placed, quoted)


def _other_modal(placed: PlacedSentence, quoted: str) -> Iterator[Problem]:
    """The same verb with "may" on one side and with "will" or "must", or bare ("shares"), on the other."""
    permitted = {verb.stem: verb.words for verb in _with_modal(quoted, "permits")}
    bound = {verb.stem: verb.words for verb in _with_modal(quoted, "binds")}
    for verb in _with_modal(placed.prose, "binds"):
        if verb.stem in permitted.keys() - bound.keys():
            yield placed.problem(_side_by_side(verb.words, permitted[verb.stem]), verb.start, verb.end)
    for verb in _with_modal(placed.prose, "permits"):
        if verb.stem in bound.keys() - permitted.keys():
            yield placed.problem(_side_by_side(verb.words, bound[verb.stem]), verb.start, verb.end)
    if permitted and not _PERMISSION.search(placed.prose) and not _GUARDED.search(placed.prose):
        for word in _WORD.finditer(placed.prose):
            if word[0].islower() and word[0].endswith("s") and stem(word[0]) in permitted.keys() - bound.keys():
                yield placed.problem(_side_by_side(word[0], permitted[stem(word[0])]), *word.span())


def _cut_negation(subject: Subject) -> Iterator[Problem]:
    """The quote begins behind a "not" that belongs to it."""
    for placed, found in _own_quotes(subject):
        before = _words_before(found, subject.wording)
        cut = _CUT_NEGATION.search(before)
        if cut and not _GUARDED.search(placed.prose) and not _stands_bare_elsewhere(found, subject.wording):
            message = f"In the wording “{cut['words']}” stands directly before these words; the quote leaves it out."
            yield placed.at(message, found.quote)


def _dropped_exception(subject: Subject) -> Iterator[Problem]:
    """The wording goes on with "unless …" behind the quote, no quote shows that, and the part says nothing of it."""
    shown = [found.span for _, found in _own_quotes(subject) if found.span]
    for placed, found in _own_quotes(subject):
        follows = _EXCEPTION_FOLLOWS.match(subject.wording, found.span.end) if found.span else None
        if follows is None or _EXCEPTION.search(subject.parts[placed.part]):
            continue
        place = follows.start("words")
        if not any(span.start <= place < span.end for span in shown):
            after = " ".join(subject.wording[place : place + 60].split())
            message = f"The wording goes on with “{after} …”, and this part says nothing of that exception."
            yield placed.at(message, found.quote)


def _compared(subject: Subject) -> Iterator[tuple[PlacedSentence, str]]:
    """Sentences with the words that they quote of the wording, where they quote nothing of another version."""
    for placed in subject.sentences:
        quotes = placed.sentence.quotes
        if quotes and placed.part not in NOT_SAID_OF_NOW and not any(quote.version for quote in quotes):
            yield placed, " ; ".join(quote.text for quote in quotes)


def _own_quotes(subject: Subject) -> Iterator[tuple[PlacedSentence, Grounded]]:
    for placed, found in subject.quotes:
        if found.span and not found.quote.version and placed.part not in NOT_SAID_OF_NOW:
            yield placed, found


def _words_before(found: Grounded, wording: str) -> str:
    start = found.span.start if found.span else 0
    return re.sub(r"[*_\[]", "", wording[max(0, start - BEFORE) : start]).rstrip(" ") if start else ""


def _stands_bare_elsewhere(found: Grounded, wording: str) -> bool:
    """Whether the same words stand in the wording once more, without the negation."""
    stored = wording[found.span.start : found.span.end] if found.span else ""
    places = [match.start() for match in re.finditer(re.escape(stored), wording)] if stored else []
    return any(not _CUT_NEGATION.search(wording[max(0, place - BEFORE) : place].rstrip(" *_[")) for place in places)


def _denied(text: str) -> Iterator[Verb]:
    """Each verb directly behind a negation, and those that "or" and "to" join to it in the same clause."""
    for negation in _NEGATION.finditer(text):
        clause_end = re.compile(r"[.;:,()]|\b(?:unless|except|but|until|because|if|that|which|who)\b").search(
            text, negation.end()
        )
        last = clause_end.start() if clause_end else len(text)
        words = list(_WORD.finditer(text, negation.end(), last))
        verb = _first_content(words)
        if verb is None:
            continue
        chosen = [verb]
        for word, following in pairwise(words):
            is_purpose = word[0].lower() == "to" and word.start() > verb.end()
            is_joined = word[0].lower() in {"or", "nor"} and (word.start() <= verb.end() + 2 or len(chosen) > 1)
            if (is_purpose or is_joined) and _first_content([following]):
                chosen.append(following)
        for word in chosen:
            yield Verb(stem(word[0]), word[0], text[negation.start() : word.end()], negation.start(), word.end())


def _with_modal(text: str, kind: str) -> Iterator[Verb]:
    """Each verb directly behind a modal of ``kind`` that is not denied."""
    for modal in _MODAL.finditer(text):
        words = list(_WORD.finditer(text, modal.end(), min(modal.end() + 40, len(text))))
        verb = _first_content(words)
        if modal[kind] and verb and not _NEGATION.search(text, modal.start(), verb.end()):
            words_shown = text[modal.start() : verb.end()]
            yield Verb(stem(verb[0]), verb[0], words_shown, modal.start(), verb.end())


def _first_content(words: list[re.Match[str]]) -> re.Match[str] | None:
    for word in words:
        if word[0].lower() not in _SKIPPED and not (word[0].endswith("ly") and len(word[0]) > 5):
            return word if len(word[0]) > 2 else None
    return None


def stem(word: str) -> str:
    """The beginning that the forms of a verb share.

    >>> {stem(word) for word in ("use", "uses", "used", "using")}
    {'us'}
    """
    word = word.lower()
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            return word[: -len(ending)]
    return word


def _side_by_side(prose: str, quoted: str) -> str:
    said, stands = (" ".join(words.split()) for words in (prose, quoted))
    return f"The sentence says “{said}”, the words it quotes say “{stands}”. Is that what they say?"


CHECKS = (
    Check("negation", "warning", _negation, "No sentence denies what it quotes, or asserts what its quote denies."),
    Check("modality", "warning", _modality, "No sentence turns the may of its quote to will or must, or back."),
    Check("quote-cut-negation", "warning", _cut_negation, "No quote begins behind a “not” that belongs to it."),
    Check("exception-dropped", "warning", _dropped_exception, "No quote stops before an exception that goes unsaid."),
)
