"""Quotes: each stands, character by character, where it says it does."""

import re
from collections import Counter
from collections.abc import Iterator

from analysis.checks.base import Check, Problem, Subject
from analysis.grounding import Grounded, nearest
from atlas import markup
from atlas.archive.texts.normalising import fold_markdown, locate

SHORT_QUOTE = 12  # characters; shorter ones stand almost anywhere
OFTEN = 6  # times the same quote may be used; once in each of five parts and in what changed is usual
HINTS = 5  # quotes for which the nearest text is looked up; it is slow
_STRAIGHT = re.compile(r"\"([^\"\n]{12,400})\"")
_MALFORMED_MARKER = re.compile(r"\[AT-[A-Z]-[^\]\s]{0,20}\]?")


def _not_found(subject: Subject) -> Iterator[Problem]:
    missing = [(placed, found) for placed, found in subject.quotes if not found.quote.version and found.span is None]
    for number, (placed, found) in enumerate(missing):
        hint = _hint(found) if number < HINTS else ""
        yield placed.at(
            f"“{_short(found.quote.text)}” does not stand in the wording under analysis.{hint}", found.quote
        )


def _not_found_in_version(subject: Subject) -> Iterator[Problem]:
    for placed, found in subject.quotes:
        name = found.quote.version
        if name and found.source is None:
            yield placed.at(f"{name} is not a version in the archive.", found.quote)
        elif name and found.span is None:
            yield placed.at(f"“{_short(found.quote.text)}” does not stand in {name}.{_hint(found)}", found.quote)


def _too_short(subject: Subject) -> Iterator[Problem]:
    for placed, found in subject.quotes:
        if len(fold_markdown(found.quote.text)) < SHORT_QUOTE:
            yield placed.at(f"“{found.quote.text}” is too short to show what the text says; quote more.", found.quote)


def _overused(subject: Subject) -> Iterator[Problem]:
    times = Counter(found.quote.text for _, found in subject.quotes)
    for text, count in times.items():
        if count > OFTEN:
            yield Problem(f"“{_short(text)}” is quoted {count} times; other words may support some of it better.")


def _without_partner(subject: Subject) -> Iterator[Problem]:
    for part, text in subject.parts.items():
        for offset in markup.stray_quote_marks(text)[:20]:
            message = f"The quote mark {text[offset]} has no partner, so nobody can tell what is quoted."
            yield Problem(message, part, offset, offset + 1)


def _straight_quotes(subject: Subject) -> Iterator[Problem]:
    for placed in subject.sentences:
        for match in _STRAIGHT.finditer(placed.prose):
            if locate(match[1], subject.wording) is None:
                message = f'"{_short(match[1])}" reads as a quote but does not stand in the wording.'
                yield placed.problem(message, match.start(), match.end())


def _unmarked_quotes(subject: Subject) -> Iterator[Problem]:
    for placed in subject.sentences:
        for match in _STRAIGHT.finditer(placed.prose):
            if locate(match[1], subject.wording) is not None:
                yield placed.problem("Write quotes with “ and ”, so that they are checked.", match.start(), match.end())


def _loose_markers(subject: Subject) -> Iterator[Problem]:
    for placed in subject.sentences:
        for match in _MALFORMED_MARKER.finditer(placed.prose):
            message = f"{match[0]} must follow a quote directly: “…”[AT-V-000012]."
            yield placed.problem(message, match.start(), match.end())


def _hint(found: Grounded) -> str:
    near = nearest(found.quote.text, found.source or "")
    return f" The nearest text there: {near}" if near else " Nothing like it stands there."


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 120 else words[:119] + "…"


CHECKS = (
    Check("quote-not-found", "blocker", _not_found, "Every quote stands in the wording."),
    Check("version-quote-not-found", "blocker", _not_found_in_version, "Every quote of another version stands there."),
    Check("quote-mark-alone", "blocker", _without_partner, "Every quote mark has its partner."),
    Check("straight-quote-not-found", "blocker", _straight_quotes, "Nothing else reads as a quote that is none."),
    Check("straight-quote", "warning", _unmarked_quotes, "Quotes are marked as quotes."),
    Check("version-marker-alone", "warning", _loose_markers, "Version markers follow a quote."),
    Check("quote-short", "warning", _too_short, "No quote is too short."),
    Check("quote-overused", "warning", _overused, f"No quote is used more than {OFTEN} times."),
)
