"""How tests write to the editors' tables without the application, and what PostgreSQL says to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from atlas.models import Publication
from review.models import Decision, Edition, Event
from tests.review.factories import check_constraints, make_editor


@contextmanager
def refused(words: str) -> Iterator[None]:
    """PostgreSQL refuses the block with these words, and nothing of it is written."""
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        yield


def written(make: Callable[[], object]) -> None:
    """Write a row, and check what COMMIT would."""
    with transaction.atomic():
        make()
        check_constraints()


def run(sql: str, *values: object) -> None:
    """Run ``sql`` and check what COMMIT would, in a savepoint of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        check_constraints()


def decide(edition: Edition, kind: str = "approve", *, of: Edition | None = None, **columns: Any) -> Decision:
    """A decision as somebody writes it who walks round the verbs."""
    head = columns.pop("revision", edition.head)
    values = {
        "edition": of or edition,
        "revision": head,
        "wording": edition.wording,
        "content_sha256": head.content_sha256,
        "round": edition.round,
        "by": make_editor(),
        "reason": "Because.",
    }
    return Decision.objects.bulk_create([Decision(kind=kind, **{**values, **columns})])[0]


def forge(edition: Edition, *, approvers: tuple[object, ...] = (), **changes: object) -> None:
    """Publish ``edition`` by hand, as somebody at a shell would who has read our code."""
    with transaction.atomic():
        head = edition.head
        assert head is not None
        for person in approvers:
            Decision.objects.create(
                edition=edition,
                revision=head,
                wording=edition.wording,
                content_sha256=head.content_sha256,
                round=edition.round,
                kind="approve",
                by=person,
            )
        values = {**head.content(), "content_sha256": head.content_sha256, "revision_id": head.pk, **changes}
        publication = Publication.objects.create(
            provision=edition.provision,
            wording=edition.wording,
            version=edition.wording.placements.get().version,
            major=9,
            published_at=timezone.now(),
            drafter="x",
            **values,
        )
        lock = edition.lock_version
        told = {"publication": publication.public_id}
        for n, (action, source, target) in enumerate(
            [("approve", "in_review", "approved"), ("publish", "approved", "published")], start=1
        ):
            Edition.objects.filter(pk=edition.pk).update(
                state=target, approved_revision=head, lock_version=lock + n, closed_at=timezone.now()
            )
            Event.objects.create(
                edition_ref=edition.pk, action=action, actor="x", from_state=source, to_state=target, data=told
            )
        check_constraints()
