"""Comparisons as CSV: a row for every cell, each with the address where it can be read up."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from django.conf import settings
from django.http import HttpResponse

from atlas.comparing.coverage import Coverage
from atlas.comparing.facts import Fact, Facts
from atlas.comparing.matrix import Matrix
from atlas.comparing.moments import Moment
from atlas.csv_lines import csv_lines
from atlas.models import Attribute, Platform

Row = tuple[str, ...]


class Answered(Protocol):
    """A platform with what its documents state of one attribute."""

    @property
    def platform(self) -> Platform: ...
    @property
    def coverage(self) -> Coverage: ...
    @property
    def facts(self) -> Facts: ...


def csv_response(name: str, moment: Moment, rows: Iterable[Row]) -> HttpResponse:
    """A file to save, with the moment in its name."""
    response = HttpResponse("".join(csv_lines(rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{moment.at:%Y-%m-%d}.csv"'
    return response


def matrix_rows(found: Matrix, moment: Moment) -> Iterator[Row]:
    yield ("Topic", "Platform", "State", "Highest exposure", "Number", "About an earlier text", "Taken back since",
           "Documents held", "As of")  # fmt: skip
    for topic in found.topics:
        for platform in found.platforms:
            cell, held = found.of(platform, topic), found.coverage[platform.pk].held
            yield (topic.name, platform.name, cell.words, cell.level_name, str(cell.number), str(cell.stale),
                   str(cell.ended), str(held), moment.code)  # fmt: skip


def attribute_rows(attribute: Attribute, answers: Iterable[Answered], moment: Moment) -> Iterator[Row]:
    yield ("Attribute", "Platform", "State", "Value", "Quote", "Document", "Publication", "Approved by", "Approved",
           "Address", "As of")  # fmt: skip
    for answer in answers:
        start = (attribute.name, answer.platform.name)
        if not answer.facts.rows:
            yield (*start, f"Not found in the {answer.coverage.held} documents we hold", *[""] * 7, moment.code)
        for fact in answer.facts.rows:
            yield (*start, *_fact(fact), moment.code)


def _fact(fact: Fact) -> Row:
    """State to address. Of what was taken back nothing but the note."""
    publication = fact.publication
    document, address = publication.provision.document.name, f"{settings.BASE_URL}{publication.permalink}"
    if fact.has_ended:
        word = "Retracted" if publication.retracted_at else "Withdrawn"
        note = publication.retraction_note or publication.withdrawal_note
        return (f"{word} since: {note}", "", "", document, publication.public_id, "", "", address)
    approvals = list(publication.approvals.all())
    state = "Stated as absent" if fact.is_absent else "Stated"
    return (
        f"{state}; the analysis describes an earlier text" if fact.is_stale else state,
        fact.row.words,
        fact.row.quote,
        document,
        publication.public_id,
        "; ".join(approval.role for approval in approvals),
        "; ".join(f"{approval.approved_at:%Y-%m-%d}" for approval in approvals),
        address,
    )
