"""A text is sent back and drafted again by a model over HTTP: what it is given, and where its answer goes."""

import json

import pytest

from analysis.drafting import drain
from analysis.queue import request_draft
from review import actions
from review.errors import NotAllowed
from review.models import Edition
from tests.analysis.jobs import queued_job
from tests.review.factories import approve, make_editor, shown
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_catalogue")]
INSTRUCTIONS = "Say what the thirty days are counted from."


@pytest.fixture
def small_catalogue(transactional_db: None) -> None:
    from tests.analysis.catalogue_rows import make_small_catalogue

    make_small_catalogue()


def drafted() -> Edition:
    """An edition whose text a model wrote and a person edited."""
    queued_job()
    assert drain().drafted == 1
    actions.take_in()
    edition = Edition.objects.get()
    actions.revise(
        edition,
        {"interpretive_note": "A person's own words."},
        by=make_editor("Editor"),
        lock_version=shown(edition)["lock_version"],
    )
    return Edition.objects.get()


def asked_last(server: ModelServer) -> str:
    return json.dumps(server.requests[-1], ensure_ascii=False)


@pytest.mark.parametrize("parts", [[], ["summary"]])
def test_the_model_gets_text_and_instructions_and_its_answer_is_the_next_revision(
    model_server: ModelServer, parts: list[str]
) -> None:
    edition, by = drafted(), make_editor()
    before = edition.head
    assert before is not None
    lock = shown(edition)["lock_version"]
    actions.request_changes(edition, by=by, lock_version=lock, reason=INSTRUCTIONS, parts=parts)
    assert drain().drafted == 1
    assert INSTRUCTIONS in asked_last(model_server)
    assert "A person's own words." in asked_last(model_server)
    actions.take_in()
    after = Edition.objects.get().head
    assert after is not None
    assert (after.edition_id, after.number, after.instructed_by) == (edition.pk, before.number + 1, by)
    if parts:
        frozen = {name: text for name, text in before.content().items() if name not in parts}
        assert {name: text for name, text in after.content().items() if name not in parts} == frozen
    with pytest.raises(NotAllowed, match="your instructions"):
        approve(Edition.objects.get(), by)


def test_a_draft_asked_for_without_instructions_has_no_instructor(model_server: ModelServer) -> None:
    edition = drafted()
    request_draft(edition.wording, by=make_editor("Editor"))
    assert drain().drafted == 1
    actions.take_in()
    head = Edition.objects.get().head
    assert head is not None and head.instructed_by is None
