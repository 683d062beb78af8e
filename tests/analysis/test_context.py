"""What a drafter sees: numbered blocks of the stored text, chosen obligations, and a bounded size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.context import (
    LEAST_CANDIDATES,
    Context,
    ContextTooLong,
    cut_behind_sentences,
    fit,
    number_blocks,
    visible,
)
from analysis.gathering import build_contexts
from analysis.models import DraftJob
from analysis.queue import request_draft
from atlas.models import Obligation, Wording
from tests.factories import TRAINING_TEXT, make_provision


def job_of(text: str = TRAINING_TEXT) -> DraftJob:
    wording = make_provision(text, topics=("training-user-content",)).current_wording
    assert isinstance(wording, Wording)
    return request_draft(wording, by=None)


def context_of(job: DraftJob) -> Context:
    gathered = build_contexts([job], most_characters={})[job.pk]
    assert not isinstance(gathered, ContextTooLong)
    return gathered[0]


@given(st.text(alphabet=st.sampled_from("ab. \n-*#|\u200b“”"), min_size=1).filter(str.strip))
def test_blocks_are_slices_of_the_stored_text(text: str) -> None:
    for block in number_blocks(text, "P"):
        assert block.text == text[block.start : block.end]


def test_long_blocks_are_cut_behind_sentences() -> None:
    text = "We keep your content. " * 100
    pieces = [text[start:end] for start, end in cut_behind_sentences(text.strip(), 300)]
    assert all(piece.startswith("We keep") and piece.endswith("content.") for piece in pieces)
    assert all(len(piece) <= 300 for piece in pieces)


def test_one_long_sentence_stays_whole() -> None:
    sentence = "word " * 200 + "end."
    assert len(cut_behind_sentences(sentence, 100)) == 1


def test_what_nobody_can_see_is_not_shown_to_a_model() -> None:
    assert visible("opt\u200b-out\u202e \U000e0041now\n") == "opt-out now\n"


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_candidates_concern_the_topics_and_apply_on_the_day() -> None:
    context = context_of(job_of())
    keys = [candidate.key for candidate in context.candidates]
    assert LEAST_CANDIDATES <= len(keys) <= 20
    for obligation in Obligation.objects.filter(pk__in=keys):
        assert obligation.topics.filter(pk="training-user-content").exists()
        assert obligation.applies_on(context.day)


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_what_matters_least_goes_first_and_a_provision_that_does_not_fit_alone_is_refused_by_name() -> None:
    context = context_of(job_of("We keep it. " * 400))
    assert context.outline and not fit(context, context.characters - 1).outline
    smaller = fit(context, context.characters - 5_000)
    assert smaller.blocks == context.blocks and len(smaller.candidates) == LEAST_CANDIDATES
    with pytest.raises(ContextTooLong, match=r"“Use of content” has 4,\d{3} characters"):
        fit(context, 100)
