"""Prose that turns round, strengthens or weakens what it quotes, with both sides shown to the editor."""

import pytest

from analysis.checks import Catalogue, CheckResult
from analysis.checks import run_checks as run
from tests.analysis.catalogue_rows import make_small_catalogue
from tests.factories import make_provision

pytestmark = pytest.mark.django_db
NO_TRAINING = "We do not use your conversations to train our models or sell them, unless you choose to let us."
SHARING = (
    "We may share device data with partners. We will delete logs after a year. You must keep your password secret."
)


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    make_small_catalogue()


def warnings(text: str, summary: str) -> list[CheckResult]:
    wording = make_provision(text).current_wording
    assert wording is not None
    results = run({"title": "T", "summary": summary}, wording, catalogue=Catalogue.load())
    codes = {"negation", "modality", "quote-cut-negation", "exception-dropped"}
    return [result for result in results if result.code in codes and result.severity != "pass"]


@pytest.mark.parametrize(
    ("summary", "said", "stands"),
    [
        ("The platform uses chats for its models: “We do not use your conversations”.", "uses", "not use"),
        ("Training on chats is stated: “do not use your conversations to train our models”.", "Training", "train"),
        ("It sells them: “not use your conversations to train our models or sell them”.", "sells", "sell"),
    ],
)
def test_prose_that_drops_the_not_of_its_quote_is_warned_of(summary: str, said: str, stands: str) -> None:
    found = [result for result in warnings(NO_TRAINING, summary) if result.code == "negation"]
    assert [summary[result.start : result.end] for result in found] == [said]
    assert f"“{said}”" in found[0].message and stands in found[0].message
    assert found[0].severity == "warning"


@pytest.mark.parametrize(
    "summary",
    [
        "The platform does not share such data: “We may share device data with partners”.",
        "It never shares such data: “We may share device data with partners”.",
        "Device data aren't shared: “We may share device data with partners”.",
        "Logs are not deleted: “We will delete logs after a year”.",
    ],
)
def test_prose_that_denies_what_its_quote_affirms_is_warned_of(summary: str) -> None:
    assert "negation" in {result.code for result in warnings(SHARING, summary)}


@pytest.mark.parametrize(
    "summary",
    [
        "The platform does not use chats: “We do not use your conversations”.",
        "Chats are used only after an act of the user: “unless you choose to let us”.",
        "Use for training is excluded: “We do not use your conversations to train our models”.",
        "The text does not say how chats are stored: “We do not use your conversations to train our models”.",
        "No use for training is made without a choice: “not use your conversations to train our models”.",
        "Training is off: “We do not use your conversations to train our models”.",
    ],
)
def test_prose_that_means_what_it_quotes_passes(summary: str) -> None:
    assert [result for result in warnings(NO_TRAINING, summary) if result.code != "exception-dropped"] == []


@pytest.mark.parametrize(
    "summary",
    [
        "The platform will share data: “We may share device data with partners”.",
        "The platform must share data: “We may share device data with partners”.",
        "The platform shares data: “We may share device data with partners”.",
        "It always happens: “We may share device data with partners”.",
        "The platform may delete logs: “We will delete logs after a year”.",
        "Users can keep the password: “You must keep your password secret”.",
    ],
)
def test_may_and_will_and_must_are_kept_apart(summary: str) -> None:
    (found,) = warnings(SHARING, summary)
    assert found.code == "modality" and found.message.endswith("Is that what they say?")


@pytest.mark.parametrize(
    "summary",
    [
        "The platform may share data: “We may share device data with partners”.",
        "The platform can share data: “We may share device data with partners”.",
        "The text permits that it shares data: “We may share device data with partners”.",
        "Logs go in the end: “We will delete logs after a year”.",
        "Whether it shares data is open: “We may share device data with partners”.",
        "The platform will delete logs: “We will delete logs after a year”.",
    ],
)
def test_the_same_strength_passes(summary: str) -> None:
    assert warnings(SHARING, summary) == []


def test_before_and_after_are_not_held_against_each_other() -> None:
    text = (
        "Before, it did not share: “We do not share data”[AT-V-000001]; now “We may share device data with partners”."
    )
    assert warnings(SHARING, text) == []


def test_a_quote_cut_behind_its_negation_is_warned_of() -> None:
    (found,) = warnings(
        NO_TRAINING, "The text speaks of training: “use your conversations to train our models or sell”."
    )
    assert found.code == "quote-cut-negation" and "“do not”" in found.message
    assert warnings(NO_TRAINING, "It does not “use your conversations to train our models or sell”.") == []


def test_words_that_also_stand_without_the_negation_are_not_cut_from_it() -> None:
    text = "We do not share device data in Europe. Elsewhere we share device data with partners."
    assert warnings(text, "The text says that elsewhere it is done: “share device data”.") == []


def test_an_exception_that_goes_unsaid_is_warned_of() -> None:
    summary = "The text denies it: “We do not use your conversations to train our models or sell them”."
    (found,) = warnings(NO_TRAINING, summary)
    assert found.code == "exception-dropped" and "unless you choose to let us" in found.message
    assert warnings(NO_TRAINING, f"{summary} It names a choice.") == []
    assert warnings(NO_TRAINING, f"{summary} More: “unless you choose to let us”.") == []
