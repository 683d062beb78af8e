"""Was the record altered? Every hash and every chain, computed anew. Reads, and writes nothing.

The checks are those of ``settings.ATLAS_VERIFIERS``, in that order: what others rest on comes first, so that the first
broken row is nearest to what was done. What this can find, and what nothing can: docs/decisions/0013-verifying.md.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import repeat

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, ForeignKey, Model, OuterRef
from django.utils.module_loading import import_string

from atlas.models.identifiers import PublicIdentifier

logger = structlog.get_logger(__name__)

LISTED = 20  # broken rows that are named; all are counted
TEXTS_AT_ONCE = 50  # rows with a text of up to 300,000 characters
ROWS_AT_ONCE = 2_000

Verdicts = Iterator[str]


@dataclass(frozen=True, slots=True)
class Check:
    """``verdicts`` gives a sentence for each row of ``what``, an empty one where it is whole. ``rows`` counts them."""

    what: str
    rows: Callable[[], int]
    verdicts: Callable[[], Verdicts]


@dataclass
class Verified:
    """What was verified: how many rows of what. ``broken`` are the first sentences, ``broken_rows`` counts all."""

    rows: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    broken_rows: int = 0
    seconds: float = 0.0

    @property
    def is_whole(self) -> bool:
        return not self.broken_rows

    @property
    def total(self) -> int:
        return sum(self.rows.values())

    def add(self, what: str, verdict: str) -> None:
        self.rows[what] = self.rows.get(what, 0) + 1
        if verdict:
            self.broken_rows += 1
            self.broken += [verdict] if len(self.broken) < LISTED else []


def verify(
    progress: Callable[[int, int], None] = lambda done, total: None, *, checks: Sequence[Check] = ()
) -> Verified:
    """Verify the whole record (or what ``checks`` do) as it is at one moment, whatever is recorded meanwhile."""
    started = time.monotonic()
    verified = Verified()
    with one_moment():
        checks = checks or load_checks()
        total = sum(check.rows() for check in checks)
        for check in checks:
            verified.rows.setdefault(check.what, 0)
            for verdict in check.verdicts():
                verified.add(check.what, verdict)
                if verified.total % ROWS_AT_ONCE == 0:
                    progress(verified.total, total)
        progress(total, total)
    verified.seconds = time.monotonic() - started
    logger.info("verified archive", rows=verified.total, broken=verified.broken_rows)
    return verified


def load_checks() -> list[Check]:
    return [check for path in settings.ATLAS_VERIFIERS for check in import_string(path)]


@contextmanager
def one_moment() -> Iterator[None]:
    """One view of the database, which nothing can be written to. Within a transaction, that one's view has to do."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def name(row: Model) -> str:
    """ "Version AT-V-000012", "Snapshot 12"."""
    label = str(row._meta.verbose_name).capitalize()
    return f"{label} {row.public_id if isinstance(row, PublicIdentifier) else row.pk}"


def say(row: Model, problem: str) -> str:
    """The sentence for ``row``, empty without a problem."""
    return f"{name(row)}: {problem}" if problem else ""


def references(*models: type[Model]) -> Check:
    """Does what rows name still exist? A foreign key promises it, and somebody who deletes a row can turn it off."""
    return Check(
        "references of rows to each other",
        lambda: sum(model._default_manager.count() * len(_foreign_keys(model)) for model in models),
        lambda: (verdict for model in models for verdict in _dangling(model)),
    )


def _foreign_keys(model: type[Model]) -> list[ForeignKey[Model, Model]]:
    return [key for key in model._meta.concrete_fields if isinstance(key, ForeignKey)]


def _dangling(model: type[Model]) -> Verdicts:
    """One verdict for each foreign key of each row. Counted before they are read: nearly always there is none."""
    rows = model._default_manager.count()
    for key in _foreign_keys(model):
        named = key.related_model._default_manager.filter(pk=OuterRef(key.attname))
        broken = model._default_manager.exclude(**{key.name: None}).filter(~Exists(named))
        if gone := broken.count():
            for row in broken.order_by("pk").only("pk", key.attname).iterator(ROWS_AT_ONCE):
                yield say(row, f"the {key.verbose_name} that it names ({getattr(row, key.attname)}) is gone.")
        yield from repeat("", rows - gone)
