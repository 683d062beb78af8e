"""The rows in which a question's words stand. What is withdrawn, retracted, held or unapproved is in none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.db.models import BooleanField, F, Func, QuerySet

from atlas.models import Provision, Publication, Wording
from atlas.search.asking import Question
from atlas.search.narrowing import Narrowing

COUNTED = 500  # hits are counted up to here: to count on would cost more than the number is worth
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


@dataclass(frozen=True)
class Found:
    """The hits of one kind: ``rows``, newest first. ``total`` counts them up to one more than ``COUNTED``."""

    kind: Kind
    rows: QuerySet[Any]
    total: int


def find(question: Question, kind: Kind, narrowing: Narrowing) -> Found:
    """Where the words of ``question`` stand. One query.

    Without an order PostgreSQL looks the words up. With one it may rather walk from the newest text to the oldest until
    there are enough hits, and past all texts if there are few. So few hits are looked up once, and kept by their keys.
    """
    searched = kind.rows(narrowing)
    hits = searched.filter(_contains(kind, question))
    keys = list(hits.order_by().values_list("pk", flat=True)[: COUNTED + 1])
    rows = hits if len(keys) > COUNTED else searched.filter(pk__in=keys)
    return Found(kind, rows.order_by(kind.order), len(keys))


def _contains(kind: Kind, question: Question) -> Func:
    """``vector @@ query``. Django's own lookup wraps the column, and no index would be used."""
    return Func(
        F(kind.vector), question.query, template="(%(expressions)s)", arg_joiner=" @@ ", output_field=BooleanField()
    )


def best(question: Question, found: Found, most: int) -> QuerySet[Any]:
    """The ``most`` best of the newest ``BEST_OF`` hits: they have the words often, together, or in headings."""
    rank = SearchRank(F(found.kind.vector), question.query, cover_density=True, normalization=1)
    every = found.rows.model.objects.alias(rank=rank)
    # Keys first: what a line shows is then read of few rows.
    newest = every.filter(pk__in=found.rows.values("pk")[:BEST_OF]).order_by("-rank", found.kind.order)
    ranked: QuerySet[Any] = every.filter(pk__in=newest.values("pk")[:most]).order_by("-rank", found.kind.order)
    return ranked
