"""Names that the wording does not have, and text that repeats other text."""

import pytest
from pytest_django import DjangoAssertNumQueries

from analysis.checks import Catalogue, run_checks
from atlas.models import Wording
from tests.analysis.catalogue_rows import make_small_catalogue
from tests.analysis.checking import content, found
from tests.factories import TRAINING_TEXT, make_document, make_platform, make_provision
from tests.review.factories import make_publication

pytestmark = pytest.mark.django_db


@pytest.fixture
def wording() -> Wording:
    make_small_catalogue()
    for name in ("Larkspindle Assistant", "Wexmoor", "Notice", "Tessera Studio"):
        make_platform(name)
    document = make_document(make_platform("Quarrowgate Cloud"))
    wording = make_provision(f"{TRAINING_TEXT} We run on Tessera Studio.", document=document).current_wording
    assert wording is not None
    return wording


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("That is unlike Larkspindle Assistant in its default.", "Larkspindle Assistant"),
        ("The default is Wexmoor's, too.", "Wexmoor"),
        ("Larkspindle Assistant does so as well.", "Larkspindle Assistant"),
    ],
)
def test_another_platform_of_the_archive_is_warned_of(wording: Wording, text: str, name: str) -> None:
    (result,) = found("other-platform", wording, practical_effect=text)
    assert result.severity == "warning" and text[result.start : result.end] == name


@pytest.mark.parametrize(
    "text",
    [
        "Quarrowgate Cloud trains on it.",
        "Notice is given by e-mail.",
        "It runs on Tessera Studio.",
        "It states “Larkspindle Assistant”.",
        "Somebody Else does so.",
    ],
)
def test_the_own_platform_words_and_what_the_wording_names_pass(wording: Wording, text: str) -> None:
    assert found("other-platform", wording, practical_effect=text) == []


def test_persons_are_warned_of_where_the_wording_does_not_name_them(wording: Wording) -> None:
    (result,) = found("person", wording, summary="As CEO Jane Doe said, training goes on.")
    assert result.severity == "warning" and "Jane Doe" in result.message
    assert found("person", wording, summary="The founder and the judge may ask for it.") == []


def test_a_part_that_repeats_another_is_warned_of(wording: Wording) -> None:
    text = "The platform may train on whatever users enter unless they change the setting in time: “You can opt out”."
    other = text.replace("“You can opt out”", "“We may use your Content to train”").replace("whatever", "all that")
    (result,) = found("part-repeated", wording, why_it_matters=text, practical_effect=other)
    assert (result.part, result.severity) == ("practical_effect", "warning") and "Why it matters" in result.message
    different = "Someone who does nothing has content in the next training run, and gets none of it back afterwards."
    assert found("part-repeated", wording, why_it_matters=text, practical_effect=different) == []


def test_parts_that_only_quote_the_same_do_not_repeat_one_another(wording: Wording) -> None:
    quotes = "“We may use your Content to train and improve our models.” " * 3
    assert found("part-repeated", wording, why_it_matters=quotes, practical_effect=quotes) == []


def test_names_and_duplicates_cost_one_query_each(
    wording: Wording, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    catalogue = Catalogue.load()
    prose = " ".join(f"It is not what Some Other{number} Platform{number} does." for number in range(100))
    with django_assert_max_num_queries(3):
        run_checks(content(practical_effect=prose), wording, catalogue=catalogue)


def test_the_analysis_of_another_provision_again_is_warned_of(wording: Wording) -> None:
    quote, document = "We may keep logs for a year and read them", wording.provision.document
    texts = {
        "summary": f"The text states “{quote}”, and that this concerns whoever has an account and uses it.",
        "practical_effect": "Whoever has an account leaves logs there for a year, and somebody may read them.",
        "why_it_matters": "",
    }
    other = make_publication(make_provision(f"{quote}.", document=document), **texts)
    (result,) = found("near-duplicate", wording, **texts)
    assert (result.part, result.severity) == ("summary", "warning") and other.public_id in result.message
    assert found("near-duplicate", wording) == []
    assert found("near-duplicate", other.wording, **texts) == [], "not of itself"
