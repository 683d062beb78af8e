"""The outline quotes, cites or asks: whatever the text, the checks find no blocker in it."""

import subprocess
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from analysis.checks import Catalogue, run_checks
from analysis.outline import compose_outline
from analysis.passages import quotable, sentences
from analysis.schema import Analysis
from atlas import markup
from atlas.archive.provisions.splitting import split_provisions
from atlas.archive.provisions.topics import TopicCues, find_topics
from atlas.catalogue.loading import load_catalogue
from atlas.models import Document, Provision, Topic, Wording
from tests.analysis.catalogue_rows import make_small_catalogue
from tests.analysis.test_outline_property import unsupported
from tests.factories import TRAINING_TEXT, add_wording, make_document, make_provision, make_version

pytestmark = pytest.mark.django_db
BOTH = ("training-user-content", "retention-deletion")
REAL_WORDINGS = 150

HOSTILE = {
    "nested curly quotes": "The “Service” (“the “App””) may train on “Content” for as long as we keep it there.",
    "unbalanced quotes": "We “train on all of your content, and keep it for 30 days “or more” if we so wish. ” ”",
    "no sentence ends": "we train on content and keep it for days " * 200,
    "one endless line": "We may train on your content and keep it for some days, if needed; " * 3_000,
    "one endless word": "train" + "a" * 200_000,
    "emoji": "🤖🤖🤖 We train 🚂 on your content 🎉 and keep it for 30 days ⏳. 🤖",
    "emoji only": "🤖 🎉 ⏳",
    "not English": "Wir verwenden Inhalte, um Modelle zu trainieren (keep). 保存は三十日です。学習に使います。",
    "our own markup": "We train [@gdpr-art-6-1] on “x”[AT-V-000001] content and keep [@made-up] it for 30 days.",
    "brackets": "[[[((({{{ We train ]]] on (your content and keep it for [30 days }}} ))) as we like it.",
    "html and links": "We <b>train</b> on [it](https://x.example/?a=(b)), mail a@b.example, keep <script>it</script>.",
    "direction controls": "We \u202etrain\u202c on \u2066your\u2069 content and \u200bkeep it for thirty days or more.",
    "verdicts and advice": "We keep what violates the law. You should consult a lawyer; we train what is illegal.",
    "table": "| Data | We keep it |\n|---|---|\n| Prompts we train on | 30 days |\n| Logs that we keep | 60 days |",
    "list": "We keep and train on:\n\n* prompts that you send;\n* files, which we keep for 30 days;\n* feedback.",
    "headings": "## **3.** Training\n\nRetention\n---------\n\n1\\. We train.\n\n2\\. We keep.",
    "control characters": "We train\x0b on\x0c your\x1f content\u2028and keep\u2029 it for\x85 30 days.",
}


def blockers(wording: Wording, outline: Analysis, catalogue: Catalogue | None = None) -> list[str]:
    results = run_checks(outline.content(), wording, catalogue=catalogue)
    return [f"{result.part}: {result.message}" for result in results if result.severity == "blocker"]


def current(provision: Provision) -> Wording:
    assert provision.current_wording is not None
    return provision.current_wording


class TestASmallCatalogue:
    @pytest.fixture(autouse=True)
    def _catalogue(self) -> None:
        make_small_catalogue()

    def test_the_outline_of_a_clause_reads_like_this(self) -> None:
        outline = compose_outline(current(make_provision(topics=BOTH)))
        assert outline.title == "Use of content"
        assert outline.summary == (
            "On training on user content, the text states “We may use your Content to train and improve our models”.\n"
            "On data retention and deletion, the text states “If you opt out, we keep your Content for 30 days for "
            "safety monitoring”."
        )
        assert "- Legal basis for processing: there must be a basis [@gdpr-art-6-1]." in outline.regulatory_landscape
        assert "applies from 1 January 2027: notice of training [@later-1]" in outline.regulatory_landscape
        assert "EU: For users and customers there, see" in outline.jurisdiction_flags
        assert (
            "US-CA: For users and customers there, see right to delete [@ccpa-1798-105]." in outline.jurisdiction_flags
        )
        assert "- Would raise it, if so here: it is on by default." in outline.governance_exposure
        assert "- Open question: Is the commitment contractual?" in outline.contract_implications
        assert "- Establish: is Art. 6(1) met [@gdpr-art-6-1]?" in outline.compliance_considerations
        assert (outline.exposure_level, outline.topics) == ("high", list(BOTH))

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    @pytest.mark.parametrize("topics", [(), BOTH], ids=["no topic", "two topics"])
    def test_no_text_makes_the_outline_break_a_rule(self, text: str, topics: tuple[str, ...]) -> None:
        wording = current(make_provision(text, topics=topics, title=text[:300]))
        outline = compose_outline(wording)
        assert blockers(wording, outline) == []
        assert outline.title and outline.summary

    def test_without_a_topic_it_says_so_and_claims_nothing(self) -> None:
        outline = compose_outline(current(make_provision("This text concerns the weather in several regions.")))
        assert "No topic of the catalogue was recognised in this provision." in outline.summary
        assert "“This text concerns the weather in several regions”" in outline.summary
        assert (outline.exposure_level, outline.topics, outline.regulatory_landscape) == ("", [], "")

    def test_a_change_is_shown_as_before_and_now(self) -> None:
        provision = make_provision("We will not train on your Content. We keep it for 30 days.", topics=BOTH)
        before = provision.document.versions.get()
        new = "We may train on your Content. We keep it for 30 days. You can opt out in your account settings."
        now = add_wording(provision, *make_version(provision.document, new))
        outline = compose_outline(now)
        assert outline.change_summary == (
            f"- Before: “We will not train on your Content”[{before.public_id}]; now: “We may train on your Content”.\n"
            "- Added: “You can opt out in your account settings”."
        )
        assert blockers(now, outline) == []
        assert not outline.no_material_change

    def test_other_typography_is_no_material_change(self) -> None:
        provision = make_provision("We train on “Content”.\nWe keep it.", topics=BOTH)
        now = add_wording(provision, *make_version(provision.document, 'We train on "Content".\n\nWe **keep** it.'))
        assert compose_outline(now).no_material_change

    def test_it_costs_few_queries(self, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
        fresh = Wording.objects.get(pk=current(make_provision(TRAINING_TEXT * 30, topics=BOTH)).pk)
        with django_assert_max_num_queries(11):
            compose_outline(fresh)

    def test_a_passage_is_cut_at_a_clause_and_says_that_it_is_a_part(self) -> None:
        long = "We keep your content for as long as needed, and train on it; " * 20
        passage = quotable(sentences(long)[0], long)
        assert passage is not None and not passage.is_whole
        assert passage.text in long and passage.quote.endswith("” (part of a longer sentence)")
        assert (
            passage.pointer == "the passage that begins “We keep your content for as long as needed, and train on it”"
        )


def test_over_real_wordings_no_outline_has_a_blocker(shared_path: Path, tmp_path: Path) -> None:
    load_catalogue()
    catalogue = Catalogue.load()
    document = make_document()
    for number, (title, text, topics) in enumerate(_real_provisions(shared_path, tmp_path)):
        wording = current(_provision(document, text, title, topics))
        outline = compose_outline(wording, catalogue=catalogue)
        assert blockers(wording, outline, catalogue) == [], f"wording {number}, {title}"
        assert unsupported(outline) == [], f"wording {number}, {title}"
        assert markup.quotes(outline.summary) or len(text) < 100, f"wording {number}, {title}"


def _real_provisions(shared_path: Path, tmp_path: Path) -> list[tuple[str, str, list[str]]]:
    """Provisions of the real collection, drawn evenly from it."""
    bundle, clone = shared_path / "ota" / "genai-eu-versions.bundle", tmp_path / "collection"
    subprocess.run(["git", "clone", "-q", str(bundle), str(clone)], check=True)
    texts = [path.read_text() for path in sorted(clone.glob("*/*.md"))]
    provisions = list({provision.text: provision for text in texts for provision in split_provisions(text)}.values())
    cues = [TopicCues.compile(topic.pk, topic.cues, topic.exclude) for topic in Topic.objects.order_by("pk")]
    sample = provisions[:: len(provisions) // REAL_WORDINGS]
    return [(provision.title[:300], provision.text, find_topics(provision.text, cues)) for provision in sample]


def _provision(document: Document, text: str, title: str, topics: list[str]) -> Provision:
    return make_provision(text, document=document, title=title, topics=tuple(topics))
