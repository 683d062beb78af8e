"""The text format of analyses: what is a quote, a citation, a sentence, and what readers see of it."""

from collections.abc import Iterator
from datetime import date
from types import ModuleType

import pytest
from django.test import override_settings
from django.urls import include, path
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas import markup
from atlas.models import Instrument, Jurisdiction, Obligation
from atlas.templatetags.atlas_markup import analysis, analysis_text
from tests.patience import no_hang

PIECES = ["“", "”", "[@gdpr-art-6]", "[AT-V-000012]", ". ", "? ", "\n", "\n\n", "- ", "EU: ", "U.S. ", "Art. 5(1)"]
PIECES += [" We", "a", "<", "。", "\r\n", "\u202e", "😀", "[@", "\u00a0"]
texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


def sentences(text: str) -> list[str]:
    return [sentence.text for sentence in markup.parse(text)]


@given(texts)
@settings(max_examples=400, deadline=None)
def test_every_sentence_is_a_slice_and_only_white_space_is_lost(text: str) -> None:
    rest, position = "", 0
    for sentence in markup.parse(text):
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
        assert sentence.start >= position
        rest += text[position : sentence.start]
        position = sentence.end
    assert (rest + text[position:]).strip() == ""


@given(texts)
@settings(max_examples=400, deadline=None)
def test_every_quote_and_citation_is_in_exactly_one_sentence(text: str) -> None:
    parsed = markup.parse(text)
    assert [q for s in parsed for q in s.quotes] == markup.quotes(text)
    assert [c for s in parsed for c in s.citations] == markup.citations(text)
    for quote in markup.quotes(text):
        assert text[quote.start] == "“" and text[quote.start + 1 :].startswith(quote.text + "”")
    for citation in markup.citations(text):
        assert text[citation.start : citation.end] == f"[@{citation.key}]"


@given(texts)
@settings(max_examples=200, deadline=None)
def test_rendering_any_text_makes_no_tag_but_ours(text: str) -> None:
    html = analysis(text.replace("[AT-V-000012]", ""))
    tags = {tag.split(">")[0].strip("/").split(" ")[0] for tag in html.split("<")[1:]}
    assert tags <= {"p", "ul", "li", "dl", "dt", "dd", "q", "bdi", "span"}


def test_full_stops_inside_a_quote_do_not_end_the_sentence() -> None:
    text = "The text states: “We keep it. We may sell it.” in two sentences. It says no more."
    assert sentences(text) == ["The text states: “We keep it. We may sell it.” in two sentences.", "It says no more."]


def test_a_quote_that_ends_in_a_full_stop_ends_its_sentence() -> None:
    assert sentences("The text states: “We keep it.” Art. 5 applies.") == [
        "The text states: “We keep it.”",
        "Art. 5 applies.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Users in the U.S. may opt out of Art. 28(3)(a) processing, e.g. by e-mail.",
        "Under Cal. Civ. Code § 1668 and Tex. Bus. & Com. Code § 541.102 it may matter.",
        "Acme Inc. keeps 3.5 copies, i.e. more than s. 164A of the law asks for.",
        "1. The first of them.",
    ],
)
def test_abbreviations_and_numbers_do_not_end_a_sentence(text: str) -> None:
    assert sentences(text) == [text]


def test_an_abbreviation_can_end_a_sentence() -> None:
    assert sentences("It applies in the U.S. The text is silent on the state of the art. No. 5 says so.") == [
        "It applies in the U.S.",
        "The text is silent on the state of the art.",
        "No. 5 says so.",
    ]


def test_a_citation_after_the_full_stop_belongs_to_the_sentence_before() -> None:
    first, second, third = markup.parse("Notice is due. [@gdpr-art-13] This is our view. [@gdpr-art-14] says more.")
    assert [c.key for c in first.citations] == ["gdpr-art-13"]
    assert second.is_interpretation
    assert [c.key for c in third.citations] == ["gdpr-art-14"]


def test_lines_of_lists_and_flags_are_never_joined() -> None:
    text = "First\nline.\n\n- Ask for a copy\n- Keep it\nEU: Notice is due\nUS-CA: Opt-out is due\nAnd the rest."
    assert [(line.kind, line.label, text[line.body :].split("\n")[0].strip()) for line in markup.lines(text)] == [
        ("text", "", "First"),
        ("item", "", "Ask for a copy"),
        ("item", "", "Keep it"),
        ("flag", "EU", "Notice is due"),
        ("flag", "US-CA", "Opt-out is due"),
        ("text", "", "And the rest."),
    ]
    assert sentences(text)[0] == "First\nline."


def test_a_quote_may_run_over_list_lines_but_not_over_a_blank_line() -> None:
    assert [q.text for q in markup.quotes("It states “a:\n- one\n- two” here.")] == ["a:\n- one\n- two"]
    assert len(sentences("It states “a:\n- one\n- two” here.")) == 1
    assert markup.quotes("It states “a\n\nb” here.") == []
    assert markup.stray_quote_marks("It states “a\n\nb” here.") == [10, 15]


def test_quotes_nest_and_hide_what_looks_like_markup() -> None:
    text = "It states “the “Service” cites [@gdpr-art-6] and “you””[AT-V-000012] here [@gdpr-art-7]."
    (quote,) = markup.quotes(text)
    assert (quote.text, quote.version) == ("the “Service” cites [@gdpr-art-6] and “you”", "AT-V-000012")
    assert [c.key for c in markup.citations(text)] == ["gdpr-art-7"]


def test_a_quote_mark_without_partner_is_found_and_the_inner_quote_kept() -> None:
    text = "It states “the “Service” here."
    assert [q.text for q in markup.quotes(text)] == ["Service"]
    assert markup.stray_quote_marks(text) == [10]


@pytest.mark.parametrize(
    "piece", ["“", "”", "“a” ", "[@", "[@a] ", "a. ", "\n\n", "\n- “", ".)", "(", "a. [@b]", "\n "]
)
def test_hostile_texts_are_parsed_without_loss(piece: str) -> None:
    text = piece * (100_000 // len(piece)) + " " * 100_000
    with no_hang():
        sentences = markup.parse(text)
    assert "".join("".join(s.text.split()) for s in sentences) == "".join(text.split())


class TestForReaders:
    @pytest.fixture(autouse=True)
    def _addresses(self) -> Iterator[None]:
        """The two addresses that texts link to; the views behind them are the site's business."""
        site = ModuleType("site_addresses")
        site.urlpatterns = [  # type: ignore[attr-defined]
            path("law/<slug:instrument_key>/<slug:key>/", _no_view, name="obligation"),
            path("versions/<str:public_id>/", _no_view, name="version"),
        ]
        site.app_name = "site"  # type: ignore[attr-defined]
        root = ModuleType("root_addresses")
        root.urlpatterns = [path("", include((site.urlpatterns, "site")))]  # type: ignore[attr-defined]
        with override_settings(ROOT_URLCONF=root):
            yield

    def test_quotes_citations_and_interpretation_are_told_apart(self) -> None:
        html = analysis("It states “We may.” A duty may follow [@gdpr-art-13]. This may matter.", _obligations())
        assert html == (
            "<p>It states <q><bdi>We may.</bdi></q> "
            'A duty may follow <a class="citation" href="/law/gdpr/gdpr-art-13/" '
            'title="GDPR, Art. 13: Information when data come from the person">GDPR, Art. 13</a>. '
            '<span class="interpretation">This may matter.</span></p>'
        )

    def test_items_and_flags_are_lists(self) -> None:
        assert analysis_text("- Ask “a”.\n- Keep “b”.\nEU: See “c”.", {}, {"EU": "European Union"}) == (
            '<ul class="analysis-items"><li>Ask <q><bdi>a</bdi></q>.</li>\n'
            "<li>Keep <q><bdi>b</bdi></q>.</li></ul>\n"
            '<dl class="analysis-flags"><dt title="EU">European Union</dt>'
            "<dd>See <q><bdi>c</bdi></q>.</dd></dl>"
        )

    def test_a_quote_of_another_version_links_to_it(self) -> None:
        html = analysis("Before: “We may not.”[AT-V-000012]")
        assert '<a class="source" href="/versions/AT-V-000012/">AT-V-000012</a>' in html

    def test_an_unknown_citation_shows_as_its_key(self) -> None:
        assert '<span class="citation citation-unknown">made-up</span>' in analysis("See [@made-up].")

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "It states “<img src=x onerror=alert(1)>”.",
            'See [@a"onmouseover=alert(1)]. [@<b>]',
            '“a”[AT-V-000012"><script>]',
            "EU: <svg onload=alert(1)>\n- </li><script>x</script>",
        ],
    )
    def test_hostile_text_stays_text(self, text: str) -> None:
        html = analysis(text)
        assert not any(tag in html for tag in ("<script", "<img", "<svg", "<b>", "</li><script"))
        assert 'onmouseover="' not in html

    def test_direction_controls_are_shown_instead_of_obeyed(self) -> None:
        html = analysis("It states “safe \u202eesrever\u2069” here \u2066too.")
        assert "⟨U+202E⟩esrever⟨U+2069⟩" in html
        assert not set(html) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _no_view() -> None: ...


def _obligations() -> dict[str, Obligation]:
    eu = Jurisdiction(key="EU", name="European Union")
    gdpr = Instrument(key="gdpr", short_name="GDPR", jurisdiction=eu, in_force_since=date(2018, 5, 25))
    title = "Information when data come from the person"
    return {"gdpr-art-13": Obligation(key="gdpr-art-13", instrument=gdpr, pinpoint="Art. 13", title=title)}
