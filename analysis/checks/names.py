"""Names: other platforms of the archive, and persons, that the analysis names and the wording does not."""

import re
from collections.abc import Iterator

from analysis.checks.base import Check, PlacedSentence, Problem, Subject
from atlas.archive.texts.normalising import fold_markdown
from atlas.models import Document, Platform

LONGEST = 4  # words of a platform's name that are looked for
_NAME_WORD = r"[A-Z0-9][\w.&'\u2019-]*"
_CAPITALISED = re.compile(rf"{_NAME_WORD}(?: {_NAME_WORD})*")
_PERSON = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Professor|Sir|Judge|Justice|Commissioner|Senator|President|CEO|CTO|[Ff]ounder)\.? "
    r"(?P<name>[A-Z][a-z]+(?: [A-Z]\.)?(?: [A-Z][a-z]+){0,2})\b"
)


def _other_platforms(subject: Subject) -> Iterator[Problem]:
    """One query, none if the prose has no name that the wording lacks."""
    places: dict[str, tuple[PlacedSentence, int, int]] = {}
    for placed in subject.sentences:
        for name, start, end in _candidates(placed):
            places.setdefault(name, (placed, start, end))
    wording = fold_markdown(subject.wording) if places else ""
    unknown = [name for name in places if name not in wording]
    for name in _platforms_among(unknown, subject.wording_id):
        placed, start, end = places[name]
        message = f"{name} is another platform of the archive, and this wording does not name it."
        yield placed.problem(message, start, end)


def _candidates(placed: PlacedSentence) -> Iterator[tuple[str, int, int]]:
    """Runs of capitalised words; a single word that begins the sentence is just its first word."""
    for run in _CAPITALISED.finditer(placed.prose):
        words = list(re.finditer(r"\S+", run[0]))
        begins = not any(map(str.isalnum, placed.prose[: run.start()]))
        for first in range(len(words)):
            for last in range(first, min(first + LONGEST, len(words))):
                if begins and first == last == 0:
                    continue
                start, end = run.start() + words[first].start(), run.start() + words[last].end()
                name = re.sub(r"['\u2019]s?$|[.,;:]+$", "", placed.prose[start:end])
                if len(name) > 2:
                    yield name, start, start + len(name)


def _platforms_among(names: list[str], wording_id: int | None) -> list[str]:
    if not names or wording_id is None:
        return []
    own = Document.objects.filter(provisions__wordings=wording_id).values("platform")
    return list(Platform.objects.filter(name__in=names).exclude(pk__in=own).values_list("name", flat=True))


def _persons(subject: Subject) -> Iterator[Problem]:
    for placed in subject.sentences:
        for match in _PERSON.finditer(placed.prose):
            if match["name"] not in subject.wording:
                message = f"{match[0]} is not named in the wording; name persons only where the text does."
                yield placed.problem(message, match.start(), match.end())


CHECKS = (
    Check("other-platform", "warning", _other_platforms, "It names no platform that the wording does not name."),
    Check("person", "warning", _persons, "It names no person that the wording does not name."),
)
