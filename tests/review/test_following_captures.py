"""Editions and publications follow looks at a whole document, as captures and imports record them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from analysis.models import DraftJob
from analysis.priorities import READ_ELSEWHERE
from atlas.archive.record.recording import record_capture
from atlas.models import Provision, Publication
from review.models import State
from review.tasks import follow_changes
from tests.atlas.texts import document
from tests.factories import NOON, make_document
from tests.review.factories import approve, make_edition, make_publication
from tests.review.following_rows import is_whole, reread, revise, the_open_edition

pytestmark = pytest.mark.django_db


class TestThroughTheRecorder:
    """The same with looks at a whole document, as captures and imports record them."""

    PLAIN = {"summary": "Interpretation of what is kept, and for how long it is kept."}

    @pytest.fixture
    def see(self) -> Callable[[str, int], Provision]:
        terms = make_document(name="Terms of Service")

        def see(text: str, day: int, **look: Any) -> Provision:
            record_capture(terms, text=text, captured_at=NOON + timedelta(days=day), **look)
            follow_changes()
            return terms.provisions.select_related("current_wording").get(title="Retention")

        return see

    LONGER = document(Retention="We keep your Content for 400 days after you delete it, and for longer where we must.")

    def test_published_superseded_and_published_again(self, see: Callable[..., Provision]) -> None:
        first = make_publication(see(document(), 0), **self.PLAIN)
        provision = see(self.LONGER, 10)
        job = DraftJob.objects.get(reason="changed")
        assert (job.wording, job.priority) == (provision.current_wording, READ_ELSEWHERE)
        approve(make_edition(provision, title="Of the longer term", **self.PLAIN))
        see(document(), 20)
        live = Publication.objects.live().get(provision=provision)
        assert (live.revision_id, live.number) == (first.revision_id, "3.0")
        assert is_whole()

    def test_what_people_wrote_gives_way_and_comes_back(self, see: Callable[..., Provision]) -> None:
        edition = revise(make_edition(see(document(), 0), **self.PLAIN))
        provision = see(self.LONGER, 10)
        assert reread(edition).state == State.DISCARDED
        assert DraftJob.objects.get(wording=provision.current_wording).earlier == edition.head.content()  # type: ignore[union-attr]
        see(document(), 20)
        assert the_open_edition(provision).head.parent == edition.head  # type: ignore[union-attr]
        assert is_whole()

    def test_an_upgrade_of_our_extraction_throws_no_work_away(self, see: Callable[..., Provision]) -> None:
        edition = make_edition(see(document(), 0), **self.PLAIN)
        see(self.LONGER, 10, upgrade=True)
        assert reread(edition).state == State.IN_REVIEW
        assert not DraftJob.objects.filter(reason="changed").exists()

    def test_a_provision_that_is_taken_out_and_put_back(self, see: Callable[..., Provision]) -> None:
        edition = make_edition(see(document(), 0), **self.PLAIN)
        see(document(Retention=None), 10)
        assert reread(edition).state == State.DISCARDED
        provision = see(document(), 20)
        assert the_open_edition(provision).head.parent == edition.head  # type: ignore[union-attr]
