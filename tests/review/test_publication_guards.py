"""What PostgreSQL holds of publications, round the application: none appears, ends or comes back without its cause."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from atlas.models import Approval, Publication
from review import actions
from review.models import Edition, Event
from tests.factories import NOON
from tests.review.factories import (
    OTHER,
    change_text,
    check_constraints,
    make_edition,
    make_editor,
    make_publication,
    return_to,
)
from tests.review.round_the_code import decide, refused, run, written

pytestmark = pytest.mark.django_db


class TestAPublication:
    def test_does_not_appear_without_its_event(self) -> None:
        edition = make_edition()
        Event.objects.create(edition_ref=edition.pk, action="publish", actor="x", data={"publication": "AT-A-000001"})
        with refused("without its event"):
            Publication.objects.create(
                **edition.head.content(),  # type: ignore[union-attr]
                content_sha256=edition.head.content_sha256,  # type: ignore[union-attr]
                provision=edition.provision,
                wording=edition.wording,
                version=edition.wording.placements.get().version,
                major=1,
                published_at=NOON,
                revision_id=edition.head_id,
                drafter="x",
            )
            decide(edition)
            Edition.objects.filter(pk=edition.pk).update(
                state="approved", approved_revision=edition.head, lock_version=F("lock_version") + 1
            )
            Edition.objects.filter(pk=edition.pk).update(state="published", lock_version=F("lock_version") + 1)
            for source, target in (("in_review", "approved"), ("approved", "published")):
                Event.objects.create(edition_ref=edition.pk, action="x", actor="x", from_state=source, to_state=target)
            check_constraints()

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ("superseded_at = now()", "none took its place"),
            ("withdrawn_at = now(), withdrawal_note = 'x'", "without the decision and the event"),
            ("retracted_at = now(), retraction_note = 'x'", "without the decision and the event"),
            ("withdrawn_at = now()", "with a note"),
            ("withdrawal_note = 'x'", "on a day"),
            ("retraction_note = 'x'", "on a day"),
        ],
    )
    def test_does_not_end_without_its_cause(self, change: str, words: str) -> None:
        make_publication()
        with refused(words):
            run(f"UPDATE atlas_publication SET {change}")

    @pytest.mark.parametrize("kind", ["withdraw", "retract"])
    def test_ends_with_decision_and_event_and_not_with_one_of_them(self, kind: str) -> None:
        publication = make_publication()
        edition = Edition.objects.get(approved_revision=publication.revision_id)
        date, note = {"withdraw": ("withdrawn_at", "withdrawal_note"), "retract": ("retracted_at", "retraction_note")}[
            kind
        ]
        end = f"UPDATE atlas_publication SET {date} = now(), {note} = 'Because.'"
        with refused("without the decision and the event"):
            decide(edition, kind)
            run(end)
        with refused("without the decision and the event"):
            self.tell(edition, kind, publication)
            run(end)
        with refused("without the decision and the event"):
            decide(edition, kind, reason="Another reason.")
            self.tell(edition, kind, publication)
            run(end)
        decide(edition, kind)
        self.tell(edition, kind, publication)
        run(end)

    def tell(self, edition: Edition, kind: str, publication: Publication) -> None:
        Event.objects.create(
            edition_ref=edition.pk, action=kind, actor="x", data={"publication": publication.public_id}
        )

    def test_one_that_was_superseded_is_not_superseded_again_nor_withdrawn(self) -> None:
        first = make_publication()
        change_text(first.provision, OTHER)
        first.provision.refresh_from_db()
        make_publication(first.provision, title="Of the next text")
        with refused("stays as it is"):
            run("UPDATE atlas_publication SET superseded_at = now() WHERE id = %s", first.pk)
        with refused("without the decision"):
            run("UPDATE atlas_publication SET withdrawn_at = now(), withdrawal_note = 'x' WHERE id = %s", first.pk)


class TestTheSameTextAgain:
    """Only what ``restore`` does, and nothing more."""

    @pytest.fixture
    def first(self) -> Publication:
        """Superseded by the publication of another text; then its own text came back."""
        first = make_publication()
        change_text(first.provision, OTHER)
        first.provision.refresh_from_db()
        make_publication(first.provision, title="Of the text between")
        return_to(first.provision, first.wording)
        first.refresh_from_db()
        return first

    def repeat(self, of: Publication, told: str = "restore", **columns: Any) -> None:
        with transaction.atomic():
            Publication.objects.live().filter(provision=of.provision_id).update(superseded_at=NOON)
            kept = ("provision", "wording", "version", "revision_id", "drafter", "solo_review", "public_note")
            values = {name: getattr(of, name) for name in kept} | {"major": 3, "published_at": NOON, **columns}
            again = Publication.objects.create(**of.content(), content_sha256=of.content_sha256, **values)
            edition = Edition.objects.get(approved_revision=of.revision_id)
            Event.objects.create(edition_ref=edition.pk, action=told, actor="x", data={"publication": again.public_id})
            check_constraints()

    def test_the_latest_of_its_words_that_was_superseded(self, first: Publication) -> None:
        self.repeat(first)

    def test_with_its_event(self, first: Publication) -> None:
        with refused("without its event"):
            self.repeat(first, told="publish")

    @pytest.mark.parametrize("columns", [{"drafter": "x"}, {"solo_review": True}])
    def test_with_all_that_stood_beside_it(self, first: Publication, columns: dict[str, Any]) -> None:
        with refused("did not end by being superseded"):
            self.repeat(first, **columns)

    @pytest.mark.parametrize("columns", [{"major": 7}, {"minor": 4}])
    def test_with_the_next_number(self, first: Publication, columns: dict[str, Any]) -> None:
        with refused("not numbered as the next one"):
            self.repeat(first, **columns)

    def test_not_while_its_text_is_not_in_force(self, first: Publication) -> None:
        between = Publication.objects.live().get()
        self.repeat(first)
        with refused("wording in force"):
            self.repeat(between, major=4)

    def test_not_one_that_was_retracted(self, first: Publication) -> None:
        actions.retract(first, by=make_editor("Managing editor"), reason="It was wrong.")
        first.refresh_from_db()
        with refused("did not end by being superseded"):
            self.repeat(first)

    def test_not_while_another_analysis_of_the_words_is_in_review(self, first: Publication) -> None:
        make_edition(first.provision, title="Better words")
        with refused("is in review"):
            self.repeat(first)

    def test_not_one_that_nothing_superseded(self) -> None:
        with refused("did not end by being superseded"):
            self.repeat(make_publication(), major=2)

    def test_nobody_is_added_to_those_who_approved(self, first: Publication) -> None:
        self.repeat(first)
        again = Publication.objects.live().get()
        with refused("did not approve"):
            written(lambda: Approval.objects.create(publication=again, name="A", role="B", approved_at=NOON))
