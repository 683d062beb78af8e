"""Changes that somebody asks us to label: one JSON object a line, as ``classify_changes`` reads them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


class QuestionError(ValueError):
    """A line cannot be read as a change; the message names the line and says what it should be."""


@dataclass(frozen=True, slots=True)
class Question:
    """A change of one passage between two commits of a collection. A missing text is None."""

    id: str
    document: str
    from_commit: str
    to_commit: str
    old_text: str | None
    new_text: str | None


def read_questions(lines: Iterable[str]) -> Iterator[Question]:
    """The changes in ``lines``. Blank lines and further fields are passed over.

    A line with ``"type": "pair"`` is a header: the lines after it need not repeat its document and commits.

    Raises:
        QuestionError: at the first line that is no change.
    """
    header: dict[str, Any] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        fields = _read_object(line, number)
        if fields.get("type") == "pair":
            header = {name: fields[name] for name in ("document", "from_commit", "to_commit") if name in fields}
            continue
        yield _question(header | fields, number)


def _read_object(line: str, number: int) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise QuestionError(f"line {number} is not JSON ({error}); write one JSON object a line.") from error
    if not isinstance(fields, dict):
        raise QuestionError(f"line {number} is not a JSON object; write one object a line.")
    return fields


def _question(fields: dict[str, Any], number: int) -> Question:
    for name in ("id", "document", "from_commit", "to_commit"):
        if not isinstance(fields.get(name), str) or not fields[name].strip():
            raise QuestionError(f'line {number}: "{name}" is missing or not a text; each change needs it.')
    for name in ("old_text", "new_text"):
        if not isinstance(fields.get(name), str | None):
            raise QuestionError(f'line {number}: "{name}" has to be a text or null.')
    if fields.get("old_text") is None and fields.get("new_text") is None:
        raise QuestionError(f'line {number}: "old_text" and "new_text" are both null; one of them may be.')
    return Question(
        fields["id"],
        fields["document"],
        fields["from_commit"],
        fields["to_commit"],
        fields.get("old_text"),
        fields.get("new_text"),
    )
