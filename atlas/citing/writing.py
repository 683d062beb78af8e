"""A cited thing as plain text, BibTeX and CSL-JSON. Pure: the texts come from platforms and editors, so are escaped."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atlas.citing.cited import Cited, in_words

# LaTeX's own characters. Braces by name, since BibTeX counts braces also where a backslash stands before them.
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{letter: f"\\{letter}" for letter in "$&%#_"},
    }
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True)
class Format:
    """A format to take a citation away in."""

    suffix: str
    name: str
    content_type: str
    write: Callable[[Cited], str]


def as_text(cited: Cited) -> str:
    """Who, what, where, when, checksum, address: one paragraph for a footnote."""
    role = ", approver" if len(cited.approvers) == 1 else ", approvers"
    by = ", ".join(map(str, cited.approvers)) + role if cited.approvers else cited.platform
    title = cited.title if cited.ended else f"“{cited.title}”"
    published = f", {'published' if cited.number else 'seen'} {in_words(cited.published)}" if cited.published else ""
    number = f", version {cited.number}" if cited.number else ""
    what = ", ".join(part for part in (by, title, cited.described) if part)
    return ". ".join([what, f"Atlas, {cited.identifier}{number}{published}", *cited.remarks, cited.address])


def as_bibtex(cited: Cited) -> str:
    """An entry ``@misc``. Names are kept whole by braces of their own: none is parsed, none can add another."""
    names = [person.name for person in cited.approvers] or [cited.platform or "Atlas"]
    fields = [
        ("author", " and ".join(f"{{{_latex(name)}}}" for name in names)),
        ("title", f"{{{_latex(cited.title)}}}"),
        ("howpublished", _latex(f"Atlas, {cited.identifier}")),
        *([("version", _latex(cited.number))] if cited.number else []),
        *_bibtex_dates(cited),
        ("url", cited.address),
        ("note", _latex(". ".join([_sentence(cited.described), *_approved(cited), *cited.remarks]))),
    ]
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields]
    return f"@misc{{{cited.key},\n" + ",\n".join(lines) + "\n}\n"


def _bibtex_dates(cited: Cited) -> list[tuple[str, str]]:
    """The year of what we published; of archived texts only when they were looked at, for they may be older."""
    if cited.published:
        return [("year", str(cited.published.year)), ("month", _MONTHS[cited.published.month - 1])]
    return [("urldate", f"{cited.archived:%Y-%m-%d}")] if cited.archived else []


def as_csl(cited: Cited) -> str:
    """A list with one item of CSL-JSON, as reference managers import it."""
    names = [person.name for person in cited.approvers] or [cited.platform or "Atlas"]
    item: dict[str, Any] = {
        "id": cited.key,
        "type": "article" if cited.approvers else "document",
        "title": cited.title,
        "author": [{"literal": name} for name in names],
        "genre": cited.described,
        "publisher": "Atlas",
        "archive": "Atlas",
        "archive_location": cited.identifier,
        "URL": cited.address,
        "note": ". ".join([*_approved(cited), *cited.remarks]),
    }
    if cited.number:
        item["version"] = cited.number
    if cited.published:
        item["issued"] = _date_parts(cited.published)
    elif cited.archived:
        item["accessed"] = _date_parts(cited.archived)
    return json.dumps([item], ensure_ascii=False, indent=1) + "\n"


def _approved(cited: Cited) -> list[str]:
    return [f"Approved by {', '.join(map(str, cited.approvers))}"] if cited.approvers else []


def _date_parts(at: datetime) -> dict[str, list[list[int]]]:
    return {"date-parts": [[at.year, at.month, at.day]]}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _latex(text: str) -> str:
    return text.translate(_LATEX)


FORMATS = {
    row.suffix: row
    for row in (
        Format("bib", "BibTeX", "application/x-bibtex; charset=utf-8", as_bibtex),
        Format("json", "CSL-JSON", "application/vnd.citationstyles.csl+json", as_csl),
        Format("txt", "Plain text", "text/plain; charset=utf-8", lambda cited: as_text(cited) + "\n"),
    )
}
