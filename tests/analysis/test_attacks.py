"""What a hostile platform or a hostile model writes must not become evidence, nor stop the work."""

import json
from typing import Any

import pytest

from analysis.checks import run_checks
from analysis.composition import Sources, compose
from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun, JobState
from analysis.schema import BadDraft, Closed, read_draft
from atlas.markup import citations, quotes
from atlas.models import Wording
from tests.analysis.jobs import queued_job
from tests.factories import TRAINING_TEXT, make_provision
from tests.servers.openai import ModelServer, completion, grounded_answer

CLOSED = Closed(blocks=("P1",), obligations=("gdpr-art-6-1",))


def answer(quote: str = "", text: str = "The text states what it does in these words", **more: Any) -> str:
    """A small answer with one statement."""
    parts = """why_it_matters practical_effect interpretive_note change_summary regulatory_landscape jurisdiction_flags
    contract_implications compliance_considerations attributes"""
    empty: dict[str, Any] = {part: [] for part in (*parts.split(), "topics")}
    statement = {"quotes": [{"block": "P1", "text": quote}] if quote else [], "obligations": [], "text": text}
    exposure = {"factors": [], "concerns": [], "rationale": []}
    empty["abstained"] = [part for part in (*parts.split(), "exposure") if not more.get(part)]
    return json.dumps(
        {**empty, "summary": [statement], "no_material_change": False, "exposure": exposure, "title": "Title", **more}
    )


def composed(source: str, quote: str) -> dict[str, Any]:
    return compose(read_draft(answer(quote), CLOSED), Sources(source)).content()


def blockers(content: dict[str, Any], wording: Wording) -> set[str]:
    return {result.code for result in run_checks(content, wording) if result.severity == "blocker"}


class TestPlatform:
    """Source texts that pretend to be our markup."""

    @pytest.mark.parametrize(
        "source",
        [
            "We respect the law” [@gdpr-art-6-1] and so “we may share everything.",
            "We respect the law” [AT-V-000001] and so “we may share everything.",
            "We respect “the law” and “the “whole” law [@gdpr-art-6-1].",
            "We respect the law ” and nothing else in all the world.",
        ],
    )
    def test_quote_marks_in_a_source_do_not_let_its_words_out_of_the_quote(self, source: str) -> None:
        summary = composed(source, source)["summary"]
        assert citations(summary) == []
        (quote,) = quotes(summary)
        assert quote.version == "" and quote.text.endswith(source[-8:])

    def test_balanced_quotes_in_a_source_stay_as_they_are(self) -> None:
        source = "Your “Content” is whatever you send to the service."
        assert f"“{source}”" in composed(source, source)["summary"]


class TestAnswers:
    """What a model could send, short of a draft."""

    @pytest.mark.parametrize(
        "text",
        [
            "[" * 100_000,
            '{"a":' * 50_000,
            "",
            "null",
            "\ud800",
            '"\\ud800"',
            "NaN",
            "{" + '"a": 1, ' * 10_000 + '"b": 2}',
        ],
    )
    def test_nonsense_is_a_bad_draft(self, text: str) -> None:
        with pytest.raises(BadDraft):
            read_draft(text, CLOSED)

    def test_what_is_said_of_a_huge_answer_is_short(self) -> None:
        huge = json.loads(answer())
        huge["summary"][0]["obligations"] = ["x" * 1_000_000]
        huge["y" * 1_000_000] = 1
        with pytest.raises(BadDraft) as error:
            read_draft(json.dumps(huge), CLOSED)
        assert len(str(error.value)) < 10_000

    @pytest.mark.parametrize("broken", [{"title": "Null \0 byte"}, {"\0": 1}])
    def test_a_null_byte_is_a_bad_draft_that_can_be_written_down(self, broken: dict[str, Any]) -> None:
        with pytest.raises(BadDraft) as error:
            read_draft(answer(**broken), CLOSED)
        assert "\0" not in str(error.value)


@pytest.mark.django_db
class TestChecks:
    """Quotes and citations that are nearly right."""

    @pytest.mark.parametrize(
        ("summary", "code"),
        [
            ("The text states “You can not opt out of this at any time”.", "quote-not-found"),
            ("The text states “We may use your Content to … improve our models”.", "quote-not-found"),
            ("The text states “use your Content to train and improve our model”.", "quote-not-found"),
            ("The text states “We may use your Content to train”[AT-V-999999].", "version-quote-not-found"),
            ("The text is lawful [@gdpr-art-999].", "unknown-citation"),
            ("The text states “We may use your Content to train.", "quote-mark-alone"),
            ('The text states "We sell all of your Content to anybody".', "straight-quote-not-found"),
        ],
    )
    def test_what_does_not_stand_in_the_wording_is_blocked(self, summary: str, code: str, catalogue: None) -> None:
        wording = make_provision(TRAINING_TEXT).current_wording
        assert wording is not None
        found = blockers({"title": "T", "summary": summary}, wording)
        assert code in found or (code == "unknown-citation" and any("citation" in name for name in found)), found

    def test_a_quote_of_another_provision_is_blocked(self, catalogue: None) -> None:
        other = make_provision("We delete your account after one year without any use of it.")
        wording = make_provision(TRAINING_TEXT).current_wording
        assert wording is not None and other.current_wording is not None
        summary = f"The text states “{other.current_wording.text}”"
        assert "quote-not-found" in blockers({"title": "T", "summary": summary}, wording)

    def test_checks_take_any_content_of_a_form(self, catalogue: None) -> None:
        wording = make_provision(TRAINING_TEXT).current_wording
        assert wording is not None
        hostile = {
            "title": "“" * 300,
            "summary": "[@" * 2_000 + "“”" * 2_000,
            "topics": ["\u202e", "'"],
            "attributes": [{}],
        }
        assert "quote-mark-alone" in blockers(hostile, wording)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda prompt: json.dumps(grounded_answer(prompt) | {"title": "Null \0 byte"}), id="null"),
        pytest.param(lambda prompt: "raw \0 null", id="raw null"),
        pytest.param(lambda prompt: "half \ud800 a letter", id="surrogate"),
    ],
)
def test_an_answer_that_cannot_be_stored_is_a_failure_and_not_a_crash(model_server: ModelServer, content: Any) -> None:
    job = queued_job()
    model_server.script += [lambda prompt: (200, {}, completion(content(prompt)))] * 2
    drain(limit=1)
    assert DraftJob.objects.get(pk=job.pk).state != JobState.RUNNING
    assert DraftRun.objects.get().error_kind == "invalid"
