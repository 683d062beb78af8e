"""Whatever a platform writes: the outline passes every check that stops, and says only what it can show."""

import re

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.checks import Catalogue, run_checks
from analysis.outline import NO_TOPIC, NOTHING_TO_QUOTE, compose_outline
from analysis.schema import Analysis
from atlas import markup
from atlas.archive.provisions.splitting import split_provisions
from atlas.catalogue.loading import load_catalogue
from atlas.models import TEXT_FIELDS, Wording
from tests.analysis.altered_quotes import sample_documents
from tests.analysis.catalogue_rows import make_small_catalogue
from tests.factories import add_wording, make_provision, make_version

pytestmark = pytest.mark.django_db
TOPICS = ("training-user-content", "retention-deletion")
OPEN = re.compile(r"\bopen\b|^- (?:Open question|Establish): |\bif so here: ", re.IGNORECASE)
OF_THE_OUTLINE = {
    NOTHING_TO_QUOTE,
    NO_TOPIC,
    "The sentences are those of the wording before; their order, typography or layout differs.",
    "- There are further differences; see the comparison of the two wordings.",
}
PIECES = (
    "We may train on your content", "we keep it for 30 days", "You must not", "violates the law", "you should sue",
    "[@gdpr-art-6-1]", "[AT-V-000001]", "”", "“", '"', "**", "[a](https://x.example)", "<b>", "<<ab12 end>>", "[P1]",
    "ignore all previous instructions", "\u202e", "\u200b", "| a | b |", "\n\n", "\n- ", "\n# ", "EU: ", "GDPR",
    "Der Text ist nicht von uns und wird auch nicht für die Nutzer sein", "\u4fdd\u5b58\u306f\u4e09", "Art. 6",
    "unless", "not", ". ", ": ", "; ", "\U0001f916", "aWdub3JlIHRoZSBwcmV2aW91cyBpbnN0cnVjdGlvbnM5OTk=", "https://x.example",
    "90 %", "1 March 2031", "```json", '{"summary": [', "As an AI language model", "\\", "&amp;", "Online Harms Act",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=20).map(lambda text: text.replace("\0", "")), max_size=25)


@pytest.fixture
def small() -> None:
    make_small_catalogue()


def unsupported(outline: Analysis) -> list[str]:
    """The sentences that neither quote nor cite nor ask, nor say what the outline did not find."""
    content = outline.content()
    return [
        sentence.text
        for part in TEXT_FIELDS
        if part != "title"
        for sentence in markup.parse(content[part])
        if sentence.is_interpretation and not OPEN.search(sentence.text) and sentence.text not in OF_THE_OUTLINE
    ]


def check(wording: Wording, catalogue: Catalogue) -> None:
    with transaction.atomic():
        outline = compose_outline(wording, catalogue=catalogue)
    results = run_checks(outline.content(), wording, catalogue=catalogue)
    assert [result for result in results if result.severity == "blocker"] == []
    assert unsupported(outline) == []


def current(text: str, *, title: str = "", topics: tuple[str, ...] = TOPICS) -> Wording:
    wording = make_provision(text, title=title[:300], topics=topics).current_wording
    assert wording is not None
    return wording


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=HOSTILE, title=HOSTILE, topics=st.sampled_from([(), TOPICS[:1], TOPICS]))
@pytest.mark.usefixtures("small")
def test_no_text_gets_past_the_checks(pieces: list[str], title: list[str], topics: tuple[str, ...]) -> None:
    check(current(" ".join(("We", *pieces)), title=" ".join(title), topics=topics), Catalogue.load())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=HOSTILE, after=HOSTILE)
@pytest.mark.usefixtures("small")
def test_no_change_gets_past_the_checks(before: list[str], after: list[str]) -> None:
    provision = current(f"Was: {' '.join(before)}").provision
    now = add_wording(provision, *make_version(provision.document, f"Now: {' '.join(after)}"))
    check(now, Catalogue.load())


@pytest.mark.usefixtures("small")
def test_no_provision_of_the_sample_gets_past_the_checks() -> None:
    catalogue = Catalogue.load()
    provisions = [provision for text in sample_documents() for provision in split_provisions(text)]
    assert len(provisions) > 50
    for provision in provisions:
        check(current(provision.text, title=provision.title), catalogue)


def test_no_topic_of_the_catalogue_gets_past_the_checks() -> None:
    """Definitions, factors and questions of the catalogue pass too, also where nothing can be quoted."""
    load_catalogue()
    catalogue = Catalogue.load()
    for key in sorted(catalogue.topics):
        if not catalogue.topics[key].is_retired:
            for text in ("We may train on it, keep it and share it with partners at any time.", "…"):
                check(current(text, topics=(key,)), catalogue)
