"""May a captured text become a version? If it looks like an error, a login or half a page, say so and hold it.

``examine`` asks every question below of a text; docs/decisions/0011-health-gate.md has what was measured.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas.archive.gate.error_pages import consent_buttons, has_login_form, is_message, looks_like
from atlas.archive.gate.page_shape import is_code, shape_of
from atlas.archive.texts.languages import NAMES, language_between
from atlas.archive.texts.sentences import sentence_keys

EXCERPT = re.compile(r": “.*”", re.DOTALL)
SHORTEST = 200  # characters; in two collections examined every shorter text was a failed capture
SHORT_PAGE = 3_000  # characters; in longer ones a login link or "enable JavaScript" is part of the frame
FEWEST_OTHERS = 6  # different sentences beside the suspicious ones, by which a short page reads like a document
SHORTEST_SENTENCE = 40  # bytes: 40 Latin letters or 13 Chinese ones
KEPT = 0.5  # of the last good text, by characters of its paragraphs: a page that fails keeps less
SHRINKAGE = 0.5
MOST_SENTENCES = 0.6  # of the last good text's
FEWEST_SENTENCES = 8  # of a last good text of which most can be gone
# Of 735 texts examined the document with the least prose has 0.41 of its characters in it, and that with the most
# links 0.14 in their labels.
MENU_PROSE, MENU_LINKS = 0.3, 0.4
NO_PROSE = 0.1
FREQUENT_WORDS = 60  # of the last good text, by which its subject is known
SHORTEST_WORD = 5  # letters
OTHER_SUBJECT = 0.4  # of those words; real rewrites kept 0.8 and more, other documents 0.6 in the median
CONSENT_BUTTONS = 2  # different ones
# How the reasons begin that a real rewrite can give too. They are recorded as sentences and told apart by these.
SHRANK, GONE, CONSENT = (
    "The text shrank to",
    "Of the sentences of the last good text",
    "Beside the text stands the panel",
)
MAY_BE_REAL = (SHRANK, GONE, CONSENT)
WORD = re.compile(r"[^\W\d_]{5,40}")
CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")  # characters that bytes of a file become
LONGEST_MAGIC = 16  # characters in which a file says what it is


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text is held, as a sentence. ``language``: it is in this one and the last good text in another."""

    sentence: str
    language: str = ""

    @property
    def may_be_real(self) -> bool:
        """A rewrite can look like this, so a second capture that agrees confirms it. All else waits for an editor."""
        return may_be_real(self.sentence)


def problems(text: str, *, last_good: str | None) -> list[str]:
    """Why ``text`` should be held, each as a sentence; empty if it may become a version.

    ``last_good`` is the last healthy text of the document, None before the first. What stood in it already is part of
    the document and no problem.
    """
    return [problem.sentence for problem in examine(text, last_good=last_good)]


def examine(text: str, *, last_good: str | None) -> list[Problem]:
    """As ``problems``, with what may come of them. What a failed page is beside the last good one needs no saying."""
    text, before = text.strip(), (last_good or "").strip()
    if not text:
        return [Problem("The page had no text.")]
    found = [*_is_no_text(text), *_is_too_short(text), *_is_failed_page(text, before), *_is_menu(text, before)]
    if before and all(problem.may_be_real for problem in found):
        found += _is_other_than(text, before)
    return found


def may_be_real(reason: str) -> bool:
    """Whether a recorded ``reason`` is one that a second capture can settle."""
    return reason.startswith(MAY_BE_REAL)


def in_public(reason: str) -> str:
    """``reason`` without the words of the held text that it quotes: readers see no word that failed the gate."""
    return EXCERPT.sub("", reason)


def _is_no_text(text: str) -> Iterator[Problem]:
    is_binary = "%PDF-" in text[:LONGEST_MAGIC] or text.startswith("PK\x03\x04")
    if is_binary or len(CONTROL.findall(text)) > len(text) / 50:
        yield Problem("The capture is not text: it looks like a binary file.")
    elif is_code(text):
        yield Problem("The capture is a style sheet or a script and not the text of the page.")


def _is_too_short(text: str) -> Iterator[Problem]:
    if len(text) < SHORTEST:
        yield Problem(f"The text has only {len(text)} characters; a governance document has at least {SHORTEST}.")


def _is_failed_page(text: str, last_good: str) -> Iterator[Problem]:
    """By its paragraphs, except those that stood in the last good text."""
    is_short = len(text) < SHORT_PAGE
    paragraphs = text.split("\n\n")
    kinds = {paragraph: looks_like(paragraph, is_short) for paragraph in paragraphs}
    suspicious = [paragraph for paragraph in paragraphs if kinds[paragraph] and paragraph.strip() not in last_good]
    if suspicious and is_short and _reads_like_document(paragraphs, last_good):
        suspicious = list(filter(is_message, suspicious))
    if suspicious:
        yield Problem(f"The page looks like {kinds[suspicious[0]]}: “{_first_line(suspicious[0])}”.")
        return
    if has_login_form(text) and not has_login_form(last_good):
        yield Problem("The page is a login form: it asks for an account and a password.")
    if len(consent_buttons(paragraphs)) >= CONSENT_BUTTONS > len(consent_buttons(last_good.split("\n\n"))):
        panel = "The page is a panel" if is_short else CONSENT
        yield Problem(f"{panel} that asks for consent to cookies.")


def _reads_like_document(paragraphs: Sequence[str], last_good: str) -> bool:
    """Does a short page keep most of the last good text, or else say enough beside what makes it suspicious?"""
    kept = sum(len(paragraph) for paragraph in {*paragraphs} & {*last_good.split("\n\n")})
    if last_good:
        return kept > KEPT * len(last_good)
    sentences = {key for key in sentence_keys("\n\n".join(paragraphs)) if len(key.encode()) >= SHORTEST_SENTENCE}
    return sum(not looks_like(key, is_short_page=True) for key in sentences) >= FEWEST_OTHERS


def _first_line(paragraph: str) -> str:
    """The first line that has words, without the marks of a heading and without the underline below it."""
    lines = (line.strip("#*_= \t") for line in paragraph.splitlines())
    words = next((line for line in lines if any(map(str.isalnum, line))), "")
    return " ".join(words.split())[:120]


def _is_menu(text: str, last_good: str) -> Iterator[Problem]:
    shape = shape_of(text.split("\n\n"))
    if shape.prose_share >= MENU_PROSE or len(text) < SHORTEST:
        return
    had_prose = shape_of(last_good.split("\n\n")).prose_share >= MENU_PROSE
    if last_good and not had_prose:
        return
    if shape.linked_share >= MENU_LINKS or (had_prose and shape.prose_share < NO_PROSE):
        yield Problem("The page is a menu: links and short lines, and hardly a sentence.")


def _is_other_than(text: str, last_good: str) -> Iterator[Problem]:
    """What is wrong with ``text`` only beside the last good one."""
    if len(text) < SHRINKAGE * len(last_good):
        yield Problem(
            f"{SHRANK} {len(text):,} characters from {len(last_good):,}; part of the page may not have been captured."
        )
    gone = _share_gone(text, last_good)
    if gone <= MOST_SENTENCES:
        return
    yield Problem(f"{GONE} {gone:.0%} are gone.")
    if language := language_between(last_good, text):
        yield Problem(f"The text is in {NAMES[language]}; the last good one was not.", language=language)
    elif (kept := _words_kept(text, last_good)) < OTHER_SUBJECT:
        yield Problem(
            f"The text is about something else: it uses {kept:.0%} of the words that the last good one used most."
        )


def _share_gone(text: str, last_good: str) -> float:
    """How much of the last good text's sentences, by characters, does not stand in ``text``.

    Asked of the paragraphs first, which is quick: sentences are read only where most of them are not the same.
    """
    paragraphs = set(text.split("\n\n"))
    left = [paragraph for paragraph in last_good.split("\n\n") if paragraph not in paragraphs]
    if sum(map(len, left)) <= MOST_SENTENCES * len(last_good):
        return 0.0
    now, before = set(sentence_keys(text)), sentence_keys(last_good)
    if len(before) < FEWEST_SENTENCES:
        return 0.0
    total = sum(map(len, before))
    return sum(len(key) for key in before if key not in now) / total if total else 0.0


def _words_kept(text: str, last_good: str) -> float:
    """How many of the last good text's most frequent long words ``text`` uses at all: 1.0 are all of them."""
    frequent = [word for word, _ in Counter(WORD.findall(last_good.lower())).most_common(FREQUENT_WORDS)]
    now = set(WORD.findall(text.lower()))
    return sum(word in now for word in frequent) / len(frequent) if frequent else 1.0
