"""Numbers, dates and periods: whatever the prose says must stand in a quote, a cited entry or the wording."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from analysis.checks.base import Check, PlacedSentence, Problem, Subject
from atlas.models import Obligation

_TEENS_LISTED = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_TEENS = _TEENS_LISTED.split()
_TENS = dict(enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2))  # noqa: SIM905
_LARGE = {"hundred": "100", "thousand": "1000"}
NUMBER_WORDS = (
    {word: str(number) for number, word in enumerate(_TEENS)}
    | {word: str(10 * tens) for tens, word in _TENS.items()}
    | {f"{word}-{_TEENS[one]}": str(10 * tens + one) for tens, word in _TENS.items() for one in range(1, 10)}
    | _LARGE
)
_MONTHS = "january february march april may june july august september october november december"
MONTHS = {month: str(number) for number, month in enumerate(_MONTHS.split(), start=1)}

_DIGITS = r"\d{1,20}(?:[.,]\d{1,20}){0,8}"  # bounded: a line of commas and digits is no number
_ONES, _SINGLE = ("|".join(sorted(words, key=len, reverse=True)) for words in (_TEENS[1:10], [*_TEENS, *_LARGE]))
_NUMBER_WORD = rf"(?:{'|'.join(_TENS.values())})(?:-(?:{_ONES}))?|{_SINGLE}"  # thirty alternatives for 102 words
_KIND = r"(?:(?:calendar|business|working|full|consecutive)[ -])?"
_UNIT = r"(?P<unit>second|minute|hour|day|week|month|year|percent|per cent|%)"
_MONTH = "|".join(MONTHS)
_IDENTIFIER = re.compile(r"\bAT-[A-Z]-\d+")
_GLUED = r"[.\d_A-Za-z\u00c0-\u024f\u0370-\u052f]"  # in a word; scripts without spaces have none before a number
_NUMBER = re.compile(rf"(?<!{_GLUED})(?P<number>{_DIGITS})", re.IGNORECASE)
# "30 days", "30-day", "thirty (30) calendar days", "12 full months"
_PERIOD = re.compile(
    rf"(?<!{_GLUED})(?P<number>{_DIGITS}|{_NUMBER_WORD})\)?[ -]?{_KIND}{_UNIT}",
    re.IGNORECASE,
)
_DATE = re.compile(rf"\b(?P<month>{_MONTH})\b (?=\d)|(?<=\d) (?P<after>{_MONTH})\b", re.IGNORECASE)
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def facts(text: str) -> set[str]:
    """Every number, period and month of ``text``, in one spelling: ``30``, ``30 day``, ``month 6``."""
    text = _IDENTIFIER.sub(" ", text)
    found = {_plain(match["number"]) for match in _NUMBER.finditer(text)}
    found |= {_period(match) for match in _PERIOD.finditer(text)}
    found |= {f"month {MONTHS[(match['month'] or match['after']).lower()]}" for match in _DATE.finditer(text)}
    found |= {NUMBER_WORDS[match[0].lower()] for match in re.finditer(rf"\b(?:{_NUMBER_WORD})\b", text, re.IGNORECASE)}
    for year, month, day in _ISO_DATE.findall(text):
        found |= {year, f"month {int(month)}", str(int(month)), str(int(day))}
    return found


def _unsupported(subject: Subject) -> Iterator[Problem]:
    for placed in subject.sentences:
        claims = list(_claims(placed.prose))
        if not claims:
            continue
        evidence = _known(subject.wording) | facts(" ; ".join(_evidence(subject, placed)))
        for fact, start, end in claims:
            if fact not in evidence:
                words = placed.prose[start:end].strip()
                message = f"“{words}” stands neither in the wording nor in a quote or citation of this sentence."
                yield placed.problem(message, start, end)


@lru_cache(maxsize=16)
def _known(wording: str) -> set[str]:
    """Asked for each sentence of an outline anew."""
    return facts(wording)


def _claims(prose: str) -> Iterator[tuple[str, int, int]]:
    """What the prose asserts: periods as a whole, other numbers by themselves, months next to a number."""
    covered: list[tuple[int, int]] = [match.span() for match in _IDENTIFIER.finditer(prose)]
    for match in _PERIOD.finditer(prose):
        covered.append(match.span())
        yield _period(match), *match.span()
    for match in _NUMBER.finditer(prose):
        if not any(start <= match.start() < end for start, end in covered):
            yield _plain(match["number"]), *match.span()
    for match in _DATE.finditer(prose):
        yield f"month {MONTHS[(match['month'] or match['after']).lower()]}", *match.span()


def _evidence(subject: Subject, placed: PlacedSentence) -> Iterable[str]:
    yield from (quote.text for quote in placed.sentence.quotes)
    for citation in placed.sentence.citations:
        obligation = subject.catalogue.obligations.get(citation.key)
        if obligation is not None:
            yield from _entry(obligation)


def _entry(obligation: Obligation) -> Iterable[str]:
    instrument = obligation.instrument
    yield from (obligation.pinpoint, obligation.title, obligation.paraphrase, obligation.note)
    yield from (instrument.short_name, instrument.full_name, instrument.max_penalty, instrument.scope)
    yield from (f"{entry.get('date')} {entry.get('event')}" for entry in instrument.key_dates)
    yield from (str(day) for day in (obligation.applies_from, instrument.in_force_since) if day)


def _period(match: re.Match[str]) -> str:
    unit = match["unit"].lower().replace("per cent", "percent").replace("%", "percent")
    return f"{_plain(match['number'])} {unit}"


def _plain(number: str) -> str:
    """One spelling of a number: 1,000 → 1000; 01 → 1; thirty → 30; 2.5 stays."""
    number = NUMBER_WORDS.get(number.lower(), number)
    number = re.sub(r",(?=\d{3}(?!\d))", "", number)
    return number.lstrip("0") or "0"


CHECKS = (Check("number-unsupported", "blocker", _unsupported, "Every number, date and period stands in the sources."),)
