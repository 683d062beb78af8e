"""Each check: what it stops, what it lets pass, what it tells the editor."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from analysis.checks import CHECKS, FAMILIES, Catalogue, run_checks
from atlas.abstention import ABSTENTION
from atlas.models import Wording
from tests.analysis.catalogue_rows import make_small_catalogue
from tests.analysis.checking import blockers, content, found
from tests.factories import TRAINING_TEXT, add_wording, make_provision, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def wording() -> Wording:
    make_small_catalogue()
    wording = make_provision(TRAINING_TEXT).current_wording
    assert wording is not None
    return wording


def test_a_good_analysis_passes_every_check_and_each_says_so(wording: Wording) -> None:
    results = run_checks(content(), wording)
    assert {result.severity for result in results} == {"pass"}
    assert [result.code for result in results] == [check.code for check in CHECKS]
    assert all(result.message.endswith(".") for result in results)


def test_codes_are_unique() -> None:
    assert len({check.code for check in CHECKS}) == len(CHECKS)


def test_the_page_on_the_format_lists_every_check_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "analysis-format.md").read_text(encoding="utf-8")
    rows = [
        f"| {family} | `{check.code}` | {check.severity} | {check.passed} |"
        for family, checks in FAMILIES.items()
        for check in checks
    ]
    table = page[page.index("| family | check |") :].split("\n\n")[0].splitlines()[2:]
    assert table == rows


class TestQuotes:
    def test_a_quote_that_is_not_in_the_wording_is_stopped_at_its_place(self, wording: Wording) -> None:
        text = "It says “We may not use your Content to train and improve our models.”"
        (result,) = found("quote-not-found", wording, practical_effect=text)
        assert result.severity == "blocker"
        assert (result.part, text[result.start : result.end]) == ("practical_effect", text[8:])
        assert "The nearest text there: We may use your Content" in result.message

    @pytest.mark.parametrize(
        "altered",
        ["for 90 days", "we may keep your Content for 30 days", "Content to train or improve", "You can not opt out"],
    )
    def test_no_altered_quote_is_accepted(self, wording: Wording, altered: str) -> None:
        assert found("quote-not-found", wording, summary=f"It says “{altered}”.")

    def test_typography_and_line_breaks_make_no_difference(self, wording: Wording) -> None:
        text = "It says “You can  opt out of this\nat any time in your account settings”."
        assert not found("quote-not-found", wording, summary=text)

    def test_a_quote_of_another_version_is_looked_for_there(self, wording: Wording) -> None:
        version, _ = make_version(wording.provision.document, "We never use your Content to train.")
        quote = f"Before, it said “We never use your Content to train.”[{version.public_id}]."
        assert blockers(wording, change_summary=quote) == set()
        other = quote.replace("never", "always")
        assert blockers(wording, change_summary=other) == {"version-quote-not-found"}
        assert found("version-quote-not-found", wording, change_summary="It said “We never”[AT-V-999999].")

    def test_short_quotes_are_warned_of(self, wording: Wording) -> None:
        (result,) = found("quote-short", wording, summary="It says “may use” of content that is yours.")
        assert result.severity == "warning"

    def test_a_quote_mark_alone_is_stopped(self, wording: Wording) -> None:
        assert found("quote-mark-alone", wording, summary="It says “We may use your Content.")

    def test_straight_quotes_are_no_way_round(self, wording: Wording) -> None:
        assert found("straight-quote-not-found", wording, summary='It says "We sell all of your Content".')
        assert found("straight-quote", wording, summary='It says "We may use your Content to train".')

    def test_a_loose_version_marker_and_an_overused_quote_are_warned_of(self, wording: Wording) -> None:
        assert found("version-marker-alone", wording, summary="See [AT-V-000001] for it.")
        assert found("quote-overused", wording, summary="“We may use your Content” " * 7)


class TestCitations:
    def test_a_citation_that_is_not_in_the_catalogue_is_stopped(self, wording: Wording) -> None:
        (result,) = found("citation-unknown", wording, summary="A basis is due [@gdpr-art-999].")
        assert result.severity == "blocker" and "gdpr-art-999" in result.message

    def test_a_retired_citation_is_warned_of(self, wording: Wording) -> None:
        (result,) = found("citation-retired", wording, summary="A basis is due [@gdpr-gone].")
        assert result.severity == "warning"

    def test_law_that_did_not_apply_yet_is_stopped_unless_the_sentence_says_so(self, wording: Wording) -> None:
        assert found("citation-not-applicable", wording, summary="Notice of training is due [@later-1].")
        said = "Not yet applicable: notice of training [@later-1]."
        assert not found("citation-not-applicable", wording, summary=said)
        (result,) = found("citation-applies-later", wording, summary=said)
        assert result.severity == "warning" and "2027-01-01" in result.message

    @pytest.mark.parametrize("name", ["GDPR", "General Data Protection Regulation", "CCPA"])
    def test_law_named_in_prose_needs_its_citation_in_the_sentence(self, wording: Wording, name: str) -> None:
        assert found("law-without-citation", wording, why_it_matters=f"The {name} is relevant to it.")

    def test_a_citation_covers_the_law_named_beside_it_and_no_other(self, wording: Wording) -> None:
        assert not found("law-without-citation", wording, summary="The GDPR asks for a basis [@gdpr-art-6-1].")
        assert found("law-without-citation", wording, summary="The CCPA asks for a basis [@gdpr-art-6-1].")
        assert found("law-without-citation", wording, summary="A basis is due [@gdpr-art-6-1]. The GDPR says so.")

    @pytest.mark.parametrize("pinpoint", ["Article 6", "Art. 6(1)(f)", "Section 5", "§ 1798", "Directive (EU)"])
    def test_an_article_or_section_without_citation_is_stopped(self, wording: Wording, pinpoint: str) -> None:
        assert found("pinpoint-without-citation", wording, summary=f"See {pinpoint} for more on it.")
        assert not found("pinpoint-without-citation", wording, summary=f"See {pinpoint} [@gdpr-art-6-1].")

    @pytest.mark.parametrize("law", ["the Online Harms Act", "Doe v. Roe", "the Directive on Copyright Regulation"])
    def test_acts_and_cases_outside_the_catalogue_are_stopped(self, wording: Wording, law: str) -> None:
        assert found("pinpoint-without-citation", wording, summary=f"See {law} for more on it.")
        assert not found("pinpoint-without-citation", wording, summary="The act of training is stated.")

    def test_a_section_of_the_document_is_no_law(self, wording: Wording) -> None:
        assert not found("pinpoint-without-citation", wording, summary="Section 5 of the Terms has more.")

    def test_a_malformed_citation_is_stopped(self, wording: Wording) -> None:
        assert found("citation-malformed", wording, summary="A basis is due [@gdpr-art-6-1; @gdpr-art-33].")


class TestNumbers:
    @pytest.mark.parametrize(
        "text",
        [
            "kept for 90 days",
            "kept for two weeks",
            "since 3 March 2021",
            "a 15 % fee",
            "kept for 30 months",
            "for thirty-one days",
            "for seventeen days",
        ],
    )
    def test_a_number_that_no_source_states_is_stopped(self, wording: Wording, text: str) -> None:
        assert found("number-unsupported", wording, summary=f"Content is {text} it says.")

    @pytest.mark.parametrize(
        "text", ["for 30 days", "for thirty days", "a 30-day period", "within 72 hours [@gdpr-art-33]"]
    )
    def test_a_number_of_the_wording_or_of_a_cited_entry_passes(self, wording: Wording, text: str) -> None:
        assert not found("number-unsupported", wording, summary=f"Content is kept {text}.")

    def test_a_cited_entry_supports_its_own_sentence_only(self, wording: Wording) -> None:
        assert found("number-unsupported", wording, summary="Notice is due [@gdpr-art-33]. It is 72 hours.")

    def test_dates_of_cited_law_pass_in_words(self, wording: Wording) -> None:
        text = "Not yet applicable, applies from 1 January 2027: notice [@later-1]."
        assert not found("number-unsupported", wording, summary=text)


class TestLanguage:
    @pytest.mark.parametrize(
        "words", ["violates the law", "is illegal", "is unenforceable", "is non-compliant", "is void"]
    )
    def test_legal_conclusions_are_stopped(self, wording: Wording, words: str) -> None:
        assert found("legal-conclusion", wording, summary=f"The clause {words}.")

    def test_terms_of_law_and_rules_of_the_platform_are_no_conclusions(self, wording: Wording) -> None:
        text = "Accounts that post illegal content or are violating the usage policy may be closed."
        assert not found("legal-conclusion", wording, summary=text)

    def test_a_conclusion_that_the_source_draws_may_be_quoted(self, wording: Wording) -> None:
        provision = make_provision("If any part is found to be illegal or unenforceable, the rest remains.")
        quoted = provision.current_wording
        assert quoted is not None
        text = "It states “If any part is found to be illegal or unenforceable, the rest remains”."
        assert "legal-conclusion" not in blockers(quoted, summary=text)

    @pytest.mark.parametrize("words", ["You should sue.", "We recommend to leave.", "Consult a lawyer first."])
    def test_advice_is_stopped(self, wording: Wording, words: str) -> None:
        assert found("advice", wording, summary=words)

    @pytest.mark.parametrize(
        "words", ["<b>x</b>", "https://x.example", "[x](/y)", "a@b.example", "www.x.example", "<script", "javascript:x"]
    )
    def test_markup_and_links_are_stopped_everywhere(self, wording: Wording, words: str) -> None:
        assert found("link", wording, summary=f"See {words} there.")
        assert found("link", wording, title=f"See {words} there.")

    def test_markdown_is_warned_of(self, wording: Wording) -> None:
        assert found("markdown", wording, summary="It is **very** broad.")
        assert found("markdown", wording, summary="It is coded as `opt-out` here.")

    def test_another_language_is_stopped_in_prose_and_not_in_quotes(self, wording: Wording) -> None:
        german = "Der Text erlaubt es der Plattform, die Inhalte für das Training zu nutzen, und sagt nicht, wie lange."
        french = "Le texte permet à la plateforme de se servir des contenus, et il ne dit pas pour quelle durée. " * 4
        assert [result.severity for result in found("not-english", wording, summary=german)] == ["blocker"]
        (result,) = found("not-english", wording, practical_effect=french)
        assert result.part == "practical_effect" and "French" in result.message
        assert not found("not-english", wording, summary=f"The text states “{german * 3}” in these words.")
        assert not found("not-english", wording, title=german)

    def test_invisible_characters_are_stopped(self, wording: Wording) -> None:
        assert found("hidden-character", wording, summary="It is \u202enot safe.")

    def test_must_over_a_quote_that_says_may_is_warned_of(self, wording: Wording) -> None:
        (result,) = found("modality", wording, summary="It always happens: “We may use your Content to train”.")
        assert result.severity == "warning"
        assert not found("modality", wording, summary="It can happen: “We may use your Content to train”.")


class TestStructure:
    def test_title_and_summary_are_required(self, wording: Wording) -> None:
        assert {result.part for result in found("required", wording, title=" ", summary="")} == {"title", "summary"}
        assert found("required", wording, title="x" * 301)
        assert found("length", wording, title="x" * 150)
        assert found("length", wording, summary="Short.")

    def test_a_part_of_interpretation_alone_is_warned_of_but_not_the_interpretive_note(self, wording: Wording) -> None:
        (result,) = found("only-interpretation", wording, practical_effect="It matters.", interpretive_note="Open.")
        assert (result.part, result.severity) == ("practical_effect", "warning")

    @pytest.mark.parametrize(
        "part", ["why_it_matters", "practical_effect", "regulatory_landscape", "governance_exposure"]
    )
    def test_an_empty_part_that_readers_look_for_is_warned_of_unless_it_abstains(
        self, wording: Wording, part: str
    ) -> None:
        (result,) = found("empty-part", wording, **{part: " "})
        assert (result.part, result.severity) == (part, "warning") and ABSTENTION in result.message
        assert found("empty-part", wording, **{part: ABSTENTION}) == []
        assert found("empty-part", wording, summary="", **{part: ""}) == [], "nothing has been begun"

    @pytest.mark.parametrize(
        "part", ["practical_effect", "governance_exposure", "jurisdiction_flags", "compliance_considerations"]
    )
    def test_a_part_that_abstains_says_nothing_else(self, wording: Wording, part: str) -> None:
        results = run_checks(content(**{part: f" {ABSTENTION}\n"}), wording)
        assert {result.severity for result in results} == {"pass"}
        (result,) = found("abstention-and-more", wording, **{part: f"{ABSTENTION} It states “You can opt out”."})
        assert (result.part, result.severity) == (part, "blocker")

    def test_title_and_summary_cannot_abstain_and_an_abstention_has_no_level(self, wording: Wording) -> None:
        assert found("abstention-and-more", wording, summary=ABSTENTION)
        assert found("abstention-and-more", wording, exposure_level="low")

    def test_described_exposure_needs_a_level_of_the_closed_list(self, wording: Wording) -> None:
        assert found("exposure-level", wording, governance_exposure="It is open.")
        assert not found("exposure-level", wording, governance_exposure="It is open.", exposure_level="low")
        assert found("exposure-level", wording, exposure_level="extreme")

    @pytest.mark.parametrize("line", ["XX: Unknown.", "European Union: A name.", "- EU as an item."])
    def test_each_flag_begins_with_a_known_code(self, wording: Wording, line: str) -> None:
        assert found("flag-label", wording, jurisdiction_flags=f"EU: Fine.\n{line}")

    @pytest.mark.parametrize(
        "flag", ["GB: See [@gdpr-art-6-1].", "US: See [@ccpa-1798-105].", "EU: See [@ccpa-1798-105]."]
    )
    def test_a_flag_may_not_cite_law_of_elsewhere(self, wording: Wording, flag: str) -> None:
        assert found("flag-foreign-law", wording, jurisdiction_flags=flag)

    @pytest.mark.parametrize("flag", ["EU", "DE", "EEA", "NO"])
    def test_law_of_the_union_applies_in_its_members_and_in_the_economic_area(
        self, wording: Wording, flag: str
    ) -> None:
        assert not found("flag-foreign-law", wording, jurisdiction_flags=f"{flag}: See [@gdpr-art-6-1].")

    def test_topics_come_from_the_catalogue(self, wording: Wording) -> None:
        assert found("topics", wording, topics=["made-up"])
        assert not found("topics", wording, topics=["retention-deletion"])

    @pytest.mark.parametrize(
        ("code", "attribute", "value", "quote"),
        [
            ("attributes", "made-up", "x", "You can opt out of this"),
            ("attributes", "training-default", "made-up", "You can opt out of this"),
            ("attributes", "retention-period-days", "many", "for 30 days"),
            ("attribute-quote", "training-default", "opt-out", "You cannot opt out of this"),
            ("attribute-number", "retention-period-days", "60", "we keep your Content for 30 days"),
        ],
    )
    def test_coded_facts_are_closed_quoted_and_exact(
        self, wording: Wording, code: str, attribute: str, value: str, quote: str
    ) -> None:
        bad = [{"attribute": attribute, "value": value, "quote": quote}]
        assert [result.severity for result in found(code, wording, attributes=bad)] == ["blocker"]

    @pytest.mark.parametrize(
        ("quote", "codes"),
        [
            ("deleted after 130 days", {"attribute-number"}),
            ("deleted after 1.30 days", {"attribute-number"}),
            ("in no case 300 days", {"attribute-number"}),
            ("after thirty (30) days", set()),
            ("after thirty days in all", set()),
            ("a 30-day period of time", set()),
            ("for 30 days, then gone", set()),
            ("after 30 months at most", {"attribute-unit"}),
            ("a fee of 30 % of it all", {"attribute-unit"}),
            ("within 30 to 60 days of it", {"attribute-unit"}),
            ("within 14\u201330 days of it", {"attribute-unit"}),
            ("30 days", {"attribute-quote-short"}),
            ("30", {"attribute-quote-short"}),
            ("", {"attribute-quote", "attribute-number"}),
        ],
    )
    def test_a_coded_number_is_the_number_that_its_quote_states(self, quote: str, codes: set[str]) -> None:
        make_small_catalogue()
        wording = make_provision(f"Data are {quote}.").current_wording
        assert wording is not None
        fact = {"attribute": "retention-period-days", "value": "30", "quote": quote}
        results = run_checks(content(summary="", attributes=[fact]), wording)
        bad = {result.code for result in results if result.severity != "pass" and result.code.startswith("attribute")}
        assert bad == codes

    @pytest.mark.parametrize("value", ["", ".", "-30", "3 0", "30,5", "1e3", "٣٠", "opt-out", "None"])
    def test_a_number_is_digits(self, wording: Wording, value: str) -> None:
        fact = {"attribute": "retention-period-days", "value": value, "quote": "keep your Content for 30 days"}
        assert "attributes" in blockers(wording, attributes=[fact])

    def test_hostile_shapes_of_coded_facts_are_blocked_or_left_out(self, wording: Wording) -> None:
        shapes: list[Any] = [{}, None, "x", [], {"attribute": None}, {"attribute": ["x"], "value": {}, "quote": 3}]
        assert {"attributes", "attribute-quote"} <= blockers(wording, attributes=shapes)

    def test_a_good_coded_fact_passes_once(self, wording: Wording) -> None:
        good = {"attribute": "retention-period-days", "value": "30", "quote": "we keep your Content for 30 days"}
        assert blockers(wording, attributes=[good]) == set()
        assert blockers(wording, attributes=[good, good]) == {"attributes"}


def test_a_run_costs_the_same_few_queries_whatever_it_checks(
    wording: Wording, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    version, _ = make_version(wording.provision.document, "Another text of this document.")
    long = f"It says “Another text of this document.”[{version.public_id}] and cites [@gdpr-art-6-1]. " * 30
    fresh = Wording.objects.get(pk=wording.pk)
    with django_assert_max_num_queries(10):
        run_checks(content(practical_effect=long), fresh)
    catalogue = Catalogue.load()
    with django_assert_max_num_queries(4):
        run_checks(
            content(practical_effect=long, why_it_matters="Elsewhere Acme does. " * 50), wording, catalogue=catalogue
        )


def test_the_law_of_the_last_capture_counts(wording: Wording) -> None:
    """A wording that still stands when a law begins to apply is held against that law."""
    provision = wording.provision
    version, capture = make_version(provision.document, "We may train.", captured_at=datetime(2027, 2, 1, tzinfo=UTC))
    now = add_wording(provision, version, capture)
    assert not found("citation-not-applicable", now, practical_effect="Notice is due [@later-1].")
    assert found("citation-not-applicable", wording, practical_effect="Notice is due [@later-1].")


@pytest.mark.parametrize("unit", ["1,", "1-", "Ab ", "not to ", "<a", "“a” ", "30 to ", "if you are ", "Dr. ", "A1b2"])
def test_endless_texts_are_checked_in_little_time(wording: Wording, unit: str) -> None:
    """Each part and the wording at once: nothing may take the square of its length."""
    endless = unit * (20_000 // len(unit))
    hostile = make_provision(endless).current_wording
    assert hostile is not None
    start = time.process_time()
    run_checks(content(practical_effect=endless, why_it_matters=endless), hostile)
    assert time.process_time() - start < 10


def test_a_number_behind_letters_of_a_script_without_spaces_is_a_number() -> None:
    from analysis.checks.numbers import facts

    assert "90" in facts("ログを90日間保存します")
    assert "90" not in facts("Model X90 is used")
