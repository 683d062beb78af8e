"""The rows in which a question's words stand. What is withdrawn, retracted, held or unapproved is in none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.db.models import BooleanField, F, Func, QuerySet

from atlas.models import Provision, Publication, Wording
from atlas.search.asking import Question
from atlas.search.narrowing import Narrowing

COUNTED = 1_000  # hits are counted up to here: to count on would cost more than the number is worth
BEST_OF = 500  # the newest hits, among which the best are chosen


@dataclass(frozen=True)
class Kind:
    """What is searched. ``order`` is newest first; ``vector`` leads from a row to its lexemes."""

    key: str
    label: str
    rows: Callable[[Narrowing], QuerySet[Any]]
    vector: str
    order: str


def _provisions(narrowing: Narrowing) -> QuerySet[Provision]:
    rows = Provision.objects.in_force().filter(narrowing.provisions(""), current_wording__lexemes__in_force=True)
    return rows.filter(narrowing.within("current_wording__first_capture__captured_at"))


def _publications(narrowing: Narrowing) -> QuerySet[Publication]:
    rows = narrowing.publications(Publication.objects.live()).filter(narrowing.within("published_at"))
    if narrowing.platform:
        rows = rows.filter(provision__document__platform=narrowing.platform)
    return rows.filter(topics__contains=[narrowing.topic.pk]) if narrowing.topic else rows


def _earlier_wordings(narrowing: Narrowing) -> QuerySet[Wording]:
    rows = Wording.objects.filter(narrowing.provisions("provision__"), lexemes__in_force=False)
    return rows.filter(narrowing.within("first_capture__captured_at"))


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "provisions", "Provisions in force", _provisions, "current_wording__lexemes__vector", "-current_wording_id"
        ),
        Kind("analyses", "Approved analyses", _publications, "lexemes__vector", "-pk"),
        Kind("earlier", "Earlier texts", _earlier_wordings, "lexemes__vector", "-pk"),
    )
}


def matches(question: Question, kind: Kind, narrowing: Narrowing) -> QuerySet[Any]:
    """All rows of ``kind`` that have the words, newest first."""
    return kind.rows(narrowing).filter(_contains(kind, question)).order_by(kind.order)


def _contains(kind: Kind, question: Question) -> Func:
    """``vector @@ query``. Django's own lookup wraps the column, and no index would be used."""
    return Func(
        F(kind.vector), question.query, template="(%(expressions)s)", arg_joiner=" @@ ", output_field=BooleanField()
    )


def count(rows: QuerySet[Any]) -> int:
    """How many, up to one more than ``COUNTED``. One query."""
    return rows.order_by()[: COUNTED + 1].count()


def best(question: Question, kind: Kind, rows: QuerySet[Any], most: int) -> QuerySet[Any]:
    """The ``most`` best of the newest ``BEST_OF`` of ``rows``: they have the words often, together, or in headings."""
    every = rows.model.objects.alias(
        rank=SearchRank(F(kind.vector), question.query, cover_density=True, normalization=1)
    )
    # Keys first: what a line shows is then read of few rows.
    newest = every.filter(pk__in=rows.values("pk")[:BEST_OF]).order_by("-rank", kind.order)
    ranked: QuerySet[Any] = every.filter(pk__in=newest.values("pk")[:most]).order_by("-rank", kind.order)
    return ranked
