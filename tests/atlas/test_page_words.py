"""What a page says of itself and what no page says of itself, about fictional platforms."""

import pytest

from atlas.archive.changes.significance import judge
from atlas.archive.changes.surroundings import survey
from atlas.models import Significance

AROUND = "# Orchard Terms\n\nWe print the photos that you choose. Irish law applies.\n\n## Fees\n\nYou pay for paper."
COSMETIC, SUBSTANTIVE = Significance.COSMETIC, Significance.SUBSTANTIVE


def significance(old: str | None, new: str | None) -> Significance:
    return judge(old, new, survey([AROUND, old or ""], [AROUND, new or ""])).significance


OF_THE_PAGE = [
    "Table of contents",
    "Back to top",
    "Was this page helpful?",
    "5 min read",
    "Accept all cookies",
    "Home > Legal > Albums",
    "© 2026 Orchard Ltd. All rights reserved.",
    "Products\n\nPricing\n\nDocs\n\nBlog\n\nCareers\n\nLog in",
]
NOT_OF_THE_PAGE = [
    "You may:\n\n*   share this page\n*   print",
    "| Read more | Loading |\n| --- | --- |\n| Fig | Norway |",
    "Wait 5 min.",
    "5 min",
    "Accept all cookies or leave.",
    "You keep the copyright.",
    "Copyright: we own your photos from 2026.",
    "© 2026 Orchard Ltd. You may not copy it.",
    "We share photos with:\n\n*   partners\n*   customers\n*   developers\n*   press\n*   research",
    "Fig Analytics\n\nPlum Cloud\n\nWalnut Mail\n\nPartners\n\nStatus",
    "Brazil\n\nCanada\n\nChile\n\nNorway\n\nSupport",
]


@pytest.mark.parametrize("text", OF_THE_PAGE)
def test_a_label_of_the_page_is_none_of_its_terms(text: str) -> None:
    assert significance(None, text) == COSMETIC
    assert significance(text, None) == COSMETIC


@pytest.mark.parametrize("text", NOT_OF_THE_PAGE)
def test_what_only_looks_like_one_is_news(text: str) -> None:
    assert significance(None, text) == SUBSTANTIVE
    assert significance(text, None) == SUBSTANTIVE


def test_the_year_of_a_copyright_line_is_no_news_but_its_owner_is() -> None:
    line = "© 2025 Orchard Ltd. All rights reserved."
    assert significance(line, line.replace("2025", "2020-2026")) == COSMETIC
    assert significance(line, line.replace("Orchard", "Walnut")) == SUBSTANTIVE


def test_an_entry_of_the_contents_is_renamed_with_its_heading() -> None:
    old = "1.  Printing of albums\n\n2.  Postage\n\n## Printing of albums\n\nWe print."
    new = old.replace("Printing of albums", "Printing of your albums")
    assert judge("1.  Printing of albums", "1.  Printing of your albums", survey([old], [new])).significance == COSMETIC
    entry = "1.  Printing of albums", "1.  Printing of your albums for $5"
    assert judge(*entry, survey([old], [old.replace(*entry)])).significance == SUBSTANTIVE
    question = "Which albums for families, schools or clubs do you print?"
    other = question.replace("schools or", "schools, hospitals or")
    texts = [f"*   {text}\n\n## {text}\n\nAll." for text in (question, other)]
    assert judge(f"*   {question}", f"*   {other}", survey([texts[0]], [texts[1]])).significance == SUBSTANTIVE


LEADING_ELSEWHERE = [
    "See the Fees section for more information about paper.",
    "Please visit the Orchard Store to learn more.",
    "More information is available in our help center.",
    "You can find more information in the printing guide.",
    "If you have any questions about printing, please contact us.",
    "We've refreshed our Privacy Notice to make it easier to read.",
    "We have made some changes to our terms.",
    "This includes:",
    "Here are some examples:",
    "## How long we keep the photos that you upload to albums",
    "## Information about the printers that your albums are sent to",
    "Date of last revision: June 1, 2026",
    "Version 2.1",
]
LEADING_NOWHERE = [
    "See our form for more information on how to object to printing.",
    "Please visit our store to learn more, or pay $5.",
    "See the price list for more information, which is part of these terms.",
    "More information is available here. We sell your photos.",
    "You can find photos of others in the printing guide.",
    "You can get more photos for free.",
    "If you have any questions about your rights, please contact us.",
    "If you have any complaints, you must contact us.",
    "We may refresh our Privacy Notice.",
    "We have made your photos part of an album.",
    "This includes photos:",
    "These are:",
    "This includes no:",
    "This excludes:",
    "You may not:",
    "## We share the photos that you upload to albums with all printers",
    "## Printing of your photos without paper ends after the first album",
    "## How long we keep the photos: 30 days after you upload them",
    "## Orchard sells the photos of its members to the printers of albums",
    "## Nothing here limits the rights of those whose photos you print",
    "## If we lose your photos, the printer of your album owes you another",
    "Refunds are issued until June 1, 2026.",
    "Version 2.1 of the Model Contract applies.",
]


@pytest.mark.parametrize("text", LEADING_ELSEWHERE)
def test_what_only_leads_elsewhere_or_stands_above_is_no_news(text: str) -> None:
    assert significance(None, text) == COSMETIC
    assert significance(text, None) == COSMETIC


@pytest.mark.parametrize("text", LEADING_NOWHERE)
def test_what_says_something_on_the_way_is_news(text: str) -> None:
    assert significance(None, text) == SUBSTANTIVE
    assert significance(text, None) == SUBSTANTIVE


def test_a_long_title_that_is_worded_otherwise_is_read() -> None:
    title = "## How long we keep the photos that you upload to albums"
    assert significance(title, title.replace("keep", "sell")) == SUBSTANTIVE


def test_the_number_before_a_clause_is_none_of_its_words() -> None:
    clause = "Clause 17 is replaced by the law of Norway."
    assert significance(clause, f"C.3.b.vii. {clause}") == COSMETIC
    assert significance(clause, f"C.3.b.vii. {clause} You agree.") == SUBSTANTIVE


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("legal.orchard.example/list", COSMETIC),
        ("walnut.example/list", SUBSTANTIVE),
        ("legalorchard.example/list", SUBSTANTIVE),
    ],
)
def test_a_page_may_move_to_a_host_within_the_same(host: str, expected: Significance) -> None:
    line = "The countries are listed at https://orchard.example/list for albums."
    assert significance(line, line.replace("orchard.example/list", host)) == expected


class TestTitlesBeforeTheText:
    """Of the form **Free Albums.** You get one."""

    TEXT = "**9.2 Informal Process First.** You write to us before you go to court."

    def test_they_are_headings_wherever_they_stand(self) -> None:
        without = self.TEXT.replace("**9.2 Informal Process First.** ", "")
        assert significance(self.TEXT, without) == COSMETIC
        assert significance(without, self.TEXT) == COSMETIC
        assert significance(f"We print. {self.TEXT}", f"We print. {without}") == COSMETIC

    @pytest.mark.parametrize(
        "title",
        [
            "No Refunds.",
            "We Sell Photos.",
            "Albums cost money.",
            "Trial of 30 Days.",
            "Photos Are Only Printed Once.",
            "Orchard Sells Photos To Other Printers Of Albums.",
        ],
    )
    def test_what_says_something_in_bold_is_news(self, title: str) -> None:
        text = self.TEXT.replace("9.2 Informal Process First.", title)
        assert significance(self.TEXT, text) == SUBSTANTIVE
        assert significance(text.replace(f"**{title}** ", ""), text) == SUBSTANTIVE

    def test_the_name_of_a_vendor_is_none(self) -> None:
        vendor = "**Fig Analytics.** It keeps photos in Norway."
        for text in (vendor, f"2.1 {vendor}"):
            assert significance(text, text.replace("Fig", "Plum")) == SUBSTANTIVE
        assert significance(vendor, vendor.replace("Fig Analytics", "Walnut")) == SUBSTANTIVE

    def test_a_sentence_that_is_not_bold_is_none(self) -> None:
        plain = self.TEXT.replace("**9.2 Informal Process First.**", "Informal Process First.")
        assert significance(self.TEXT.replace("**9.2 Informal Process First.** ", ""), plain) == SUBSTANTIVE
