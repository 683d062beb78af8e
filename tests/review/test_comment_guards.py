"""What PostgreSQL holds of comments and requests, round the application: what was said stays said."""

from typing import Any

import pytest
from django.utils import timezone

from review.models import AnalysisRequest, Comment, Edition
from tests.factories import NOON, make_provision, make_user
from tests.review.factories import make_edition, make_editor
from tests.review.round_the_code import forge, refused, run, written

pytestmark = pytest.mark.django_db


class TestComments:
    def comment(self, edition: Edition, **columns: Any) -> Comment:
        values = {"edition": edition, "revision": edition.head, "body": "Whose data?", "by": make_editor()}
        return Comment.objects.bulk_create([Comment(**{**values, **columns})])[0]

    @pytest.mark.parametrize("change", ["body = 'Fine.'", "is_blocking = false", "by_id = by_id + 1", "quote = 'x'"])
    def test_what_was_said_stays_said(self, change: str) -> None:
        self.comment(make_edition(), is_blocking=True)
        with refused("only ever added"):
            run(f"UPDATE review_comment SET {change}")

    def test_it_is_resolved_once_by_somebody(self) -> None:
        comment, by = self.comment(make_edition(), is_blocking=True), make_editor()
        rows = Comment.objects.filter(pk=comment.pk)
        with refused("comment_resolved_by_somebody"):
            written(lambda: rows.update(resolved_at=NOON))
        written(lambda: rows.update(resolved_at=NOON, resolved_by=by))
        for columns in ({"resolved_at": timezone.now()}, {"resolved_by": make_editor()}):
            with refused("stays as it is"):
                written(lambda columns=columns: rows.update(**columns))  # type: ignore[misc]
        with refused("stays as it is"):
            written(lambda: rows.update(resolved_at=None, resolved_by=None))

    def test_it_is_never_deleted(self) -> None:
        self.comment(make_edition())
        with refused("only ever added"):
            written(lambda: Comment.objects.all().delete())

    def test_it_belongs_to_its_edition_and_so_does_what_it_answers(self) -> None:
        edition, other = make_edition(), make_edition()
        with refused("a revision of its edition"):
            self.comment(edition, revision=other.head)
        thread = self.comment(other)
        with refused("belongs to the edition"):
            self.comment(edition, reply_to=thread)

    def test_it_begins_unresolved(self) -> None:
        with refused("begins unresolved"):
            self.comment(make_edition(), resolved_at=NOON, resolved_by=make_editor())

    def test_an_open_blocking_one_stops_a_publication_until_it_is_resolved(self) -> None:
        edition = make_edition()
        comment = self.comment(edition, is_blocking=True)
        with refused("blocking comment"):
            forge(edition, approvers=(make_editor(),))
        Comment.objects.filter(pk=comment.pk).update(resolved_at=NOON, resolved_by=make_editor())
        forge(edition, approvers=(make_editor(),))


class TestRequests:
    def test_what_was_decided_stays_decided(self) -> None:
        by = make_editor()
        asked = AnalysisRequest.objects.create(provision=make_provision(), asked_by=make_user(), reason="Please.")
        rows = AnalysisRequest.objects.filter(pk=asked.pk)
        written(lambda: rows.update(ruling="declined", answer="It stands as it was.", decided_by=by, decided_at=NOON))
        for columns in ({"answer": "Other."}, {"decided_at": timezone.now()}, {"decided_by": make_editor()}):
            with refused("stays as it is"):
                written(lambda columns=columns: rows.update(**columns))  # type: ignore[misc]
        with refused("stays as it is"):
            written(lambda: rows.update(ruling="", answer="", decided_by=None, decided_at=None))

    @pytest.mark.parametrize("sql", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
    def test_what_was_asked_stays_asked(self, sql: str) -> None:
        AnalysisRequest.objects.create(provision=make_provision(), asked_by=make_user(), reason="Please.")
        with refused("only ever added"):
            run(sql.format("review_analysisrequest"))
