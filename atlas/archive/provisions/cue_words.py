"""Regular expression → words without which it cannot match, so that most texts need not be searched at all."""

import re
from collections.abc import Iterator

SHORTEST_WORD = 3
LITERAL = re.compile(r"[A-Za-z0-9']+")
QUANTIFIER = re.compile(r"(?:[*+?]|\{\d*,?\d*\})?[?+]?")


def words_needed(expression: str) -> tuple[frozenset[str], ...]:
    r"""Sets of lower-case words: every match of ``expression`` contains at least one word of each set.

    >>> [sorted(words) for words in words_needed(r"\b(?:sell|share)s?\b[^.]{0,60}\bdata\b")]
    [['sell', 'share'], ['data']]
    """
    return tuple(frozenset(words) for words in _parts(expression) if _are_telling(words))


def split_alternatives(expression: str) -> list[str]:
    """The alternatives at the top level: a text matches ``expression`` if it matches one of them."""
    alternatives, start, position = [], 0, 0
    while position < len(expression):
        if expression[position] == "|":
            alternatives.append(expression[start:position])
            start = position + 1
            position += 1
        else:
            position = _end_of_element(expression, position)
    return [*alternatives, expression[start:]]


def _are_telling(words: tuple[str, ...]) -> bool:
    return bool(words) and min(map(len, words)) >= SHORTEST_WORD


def _parts(expression: str) -> Iterator[tuple[str, ...]]:
    """For each part of a sequence that must occur, the words one of which it then contains."""
    alternatives = split_alternatives(expression)
    if len(alternatives) > 1:
        yield _needed_by_all(alternatives)
        return
    position = 0
    while position < len(expression):
        end = _end_of_element(expression, position)
        quantifier = QUANTIFIER.match(expression, end)
        assert quantifier is not None
        element, optional = expression[position:end], quantifier[0][:1] in ("*", "?") or quantifier[0].startswith("{0")
        if element.startswith("(?:") and not optional:
            yield from _parts(element[3:-1])
        elif element.startswith("(") and not element.startswith("(?") and not optional:
            yield from _parts(element[1:-1])
        elif (literal := LITERAL.fullmatch(element.lower())) is not None:
            yield (literal[0][:-1] if optional else literal[0],)
        position = quantifier.end()


def _needed_by_all(alternatives: list[str]) -> tuple[str, ...]:
    needed = [_most_telling(alternative) for alternative in alternatives]
    return tuple(word for words in needed for word in words) if all(needed) else ()


def _most_telling(expression: str) -> tuple[str, ...]:
    choices = list(filter(_are_telling, _parts(expression)))
    return max(choices, key=lambda words: (min(map(len, words)), -len(words)), default=())


def _end_of_element(expression: str, start: int) -> int:
    """Behind a group, a class, an escape or a run of letters."""
    first = expression[start]
    if first == "\\":
        return start + 2
    if first == "[":
        return expression.index("]", start + 2) + 1
    if first == "(":
        return _end_of_group(expression, start)
    letters = LITERAL.match(expression, start)
    return letters.end() if letters is not None else start + 1


def _end_of_group(expression: str, start: int) -> int:
    depth, position = 0, start
    while position < len(expression):
        if expression[position] == "\\":
            position += 2
            continue
        if expression[position] == "[":
            position = expression.index("]", position + 2) + 1
            continue
        depth += {"(": 1, ")": -1}.get(expression[position], 0)
        position += 1
        if not depth:
            return position
    raise re.error("a group is not closed", expression)
