"""For each kind of change that says nothing: a case of it, and beside it the change that its rule could swallow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.changes.significance import Judgement, judge
from atlas.archive.changes.surroundings import survey
from atlas.models import Significance

BEFORE = "# Orchard Terms\n\nWe print the photos that you choose. Irish law applies."
COSMETIC, SUBSTANTIVE = Significance.COSMETIC, Significance.SUBSTANTIVE


def judged(old: str | None, new: str | None, *, before: str = BEFORE, after: str = BEFORE) -> Judgement:
    """The step between two passages that stand behind the rest of their versions."""
    around = survey([before, old or ""], [after, new or ""])
    return judge(old, new, around)


GRAMMAR = [
    ("An album contain the photos of a year.", "An album contains the photos of a year."),
    ("We protect the data you send us.", "We protect the data you send to us."),
    ("This starts when Orchard activates the album.", "This starts when Orchard activated the album."),
    ("We improve the tool, method and speed of printing.", "We improve the tool, methods and speed of printing."),
    ("You agree you will print your own photos.", "You agree that you will print your own photos."),
    ("You may print your album.", "You may also print your album."),
    ("The rules is listed in the appendix below.", "The rules are listed in the appendix below."),
    ("See how it's used in albums.", "See how its used in albums."),
    ("We may end the trial all together.", "We may end the trial altogether."),
    ("We print at the data centre.", "We print at the data center."),
    ("We analyse photos.", "We analyze photos."),
    ("Data is used as this Privacy Notice says.", "Data is used as this policy says."),
    ("We delete your personal data on request.", "We delete your personal information on request."),
    ("We print it on your web site.", "We print it on your website."),
]
NO_GRAMMAR = [
    ("We share it with our affiliate.", "We share it with our affiliates."),
    ("You may use a device of yours.", "You may use devices of yours."),
    ("We delete that data when you ask.", "We delete data when you ask."),
    ("We keep all such photos.", "We keep all photos."),
    ("Fees rise by up to 5 percent.", "Fees rise up 5 percent."),
    ("You have to send us a copy.", "You have sent us a copy."),
    ("We sell to the printers.", "We sell the printers."),
    ("You pay applicable taxes.", "You pay taxes."),
    ("We tell you before we change it.", "We tell you after we change it."),
    ("We notify you of material changes.", "We notify you of changes."),
    ("We may use commercially reasonable efforts.", "We may use commercial efforts."),
    ("Customer Photo means a photo of yours.", "Customer Photos means a photo of yours."),
    ("You agree that we print it.", "You agree if we print it."),
    ("This policy covers albums.", "This agreement covers albums."),
    ("We print for you or them.", "We print for you and/or them."),
]


@pytest.mark.parametrize(("old", "new"), GRAMMAR)
def test_grammar_and_spelling_say_nothing_new(old: str, new: str) -> None:
    assert judged(old, new).significance == COSMETIC
    assert judged(new, old).significance == COSMETIC


@pytest.mark.parametrize(("old", "new"), NO_GRAMMAR)
def test_a_word_that_binds_or_counts_is_no_slip(old: str, new: str) -> None:
    assert judged(old, new).significance == SUBSTANTIVE
    assert judged(new, old).significance == SUBSTANTIVE


class TestJointsOfLists:
    LIST = "You agree:\n\n*   to pay the printing fee;{one}\n*   to collect your album in person;{two}\n*   to tell us."

    def test_the_and_that_joins_two_items_may_come_or_go(self) -> None:
        old, new = self.LIST.format(one="", two=" and"), self.LIST.format(one=" and", two="")
        assert judged(old, new).significance == COSMETIC

    def test_an_or_makes_it_another_list(self) -> None:
        old = self.LIST.format(one="", two=" and")
        assert judged(old, old.replace("; and", "; or")).significance == SUBSTANTIVE
        assert judged(old, old.replace("; and", "; AND/OR")).significance == SUBSTANTIVE
        either = self.LIST.format(one="", two=" or")
        assert judged(either, self.LIST.format(one=" and", two=" or")).significance == SUBSTANTIVE

    def test_capitals_make_no_sentence_of_what_joins_two_items(self) -> None:
        old = "You agree:\n\n*   TO PAY THE FEE; OR\n*   TO LEAVE."
        assert judged(old, old.replace("OR", "AND/OR")).significance == SUBSTANTIVE

    def test_an_item_that_names_rights_stays_under_what_is_forbidden(self) -> None:
        nested = (
            "You may not:\n\n*   hurt the rights of others, such as:\n    *   copying albums\n    *   selling albums"
        )
        flat = nested.replace("    *", "*")
        assert judged(nested, flat).significance == COSMETIC
        assert judged(nested, flat.replace("may not", "may")).significance == SUBSTANTIVE


class TestNumbersOfClauses:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("We stop if (1) you ask, or (2) the law says so.", "We stop if (i) you ask, or (ii) the law says so."),
            ("Ownership of Feedback.", "6.3 Ownership of Feedback."),
            ("You keep your photos and albums.", "You keep your photos and albums.12."),
            ("FEES. You pay the printer.", "5.FEES. You pay the printer."),
        ],
    )
    def test_they_say_nothing(self, old: str, new: str) -> None:
        assert judged(old, new).significance == COSMETIC

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("You leave within (3) days.", "You leave within (9) days."),
            ("We keep it for thirty (30) days.", "We keep it for thirty (60) days."),
            ("5 Days are free.", "Days are free."),
            ("We print up to (5) albums.", "We print up to (8) albums."),
        ],
    )
    def test_amounts_and_periods_are_none(self, old: str, new: str) -> None:
        assert judged(old, new).significance == SUBSTANTIVE


class TestAddresses:
    OLD = "The countries are listed at https://www.orchard.example/en/help/countries for albums."

    @pytest.mark.parametrize("new", ["https://orchard.example/help/countries", "https://orchard.example/list"])
    def test_a_page_may_move_within_its_site(self, new: str) -> None:
        moved = self.OLD.replace("https://www.orchard.example/en/help/countries", new)
        assert judged(self.OLD, moved).significance == COSMETIC

    def test_another_host_or_domain_is_news(self) -> None:
        assert judged(self.OLD, self.OLD.replace("orchard", "walnut")).significance == SUBSTANTIVE
        mail = "Write to privacy@orchard.example about it."
        assert judged(mail, mail.replace("orchard", "walnut")).significance == SUBSTANTIVE
        assert judged(mail, mail.replace("privacy", "sales")).significance == SUBSTANTIVE


class TestWhatPagesSayOfThemselves:
    NOTICE = "We recently updated our Privacy Notice.\n\nWe also clarified that we do not sell your photos.\n\n"

    def test_the_rest_of_an_announcement_goes_with_it(self) -> None:
        assert (
            judged(None, "We updated our terms. Until then, the terms below continue to apply.").significance
            == COSMETIC
        )
        around = survey([BEFORE], [self.NOTICE + BEFORE])
        assert judge(None, "We also clarified that we do not sell your photos.", around).significance == COSMETIC

    def test_terms_beside_an_announcement_are_terms(self) -> None:
        around = survey([BEFORE], [self.NOTICE + "We sell your photos.\n\n" + BEFORE])
        assert judge(None, "We sell your photos.", around).significance == SUBSTANTIVE
        raised = "We updated our terms. These changes include a fee of $5."
        assert judged(None, raised).significance == SUBSTANTIVE
        assert judged(None, "Until then, the terms below continue to apply.").significance == SUBSTANTIVE

    @pytest.mark.parametrize("text", ["Thank you for using Orchard!", "Dear readers, welcome to Orchard!"])
    def test_a_greeting_is_no_news(self, text: str) -> None:
        assert judged(None, text).significance == COSMETIC

    @pytest.mark.parametrize(
        "text",
        ["Thank you for using Orchard, by which you agree to pay.", "Welcome to Orchard, where we may sell photos."],
    )
    def test_a_greeting_that_binds_is_news(self, text: str) -> None:
        assert judged(None, text).significance == SUBSTANTIVE

    @pytest.mark.parametrize(
        "text", ["## Cap of $500", "What happens after 30 days?", "For details of the $5 fee, see below."]
    )
    def test_an_amount_is_news_wherever_it_stands(self, text: str) -> None:
        assert judged(None, text).significance == SUBSTANTIVE

    def test_a_question_alone_says_nothing_but_a_criterion_does(self) -> None:
        question = "What happens to my photos when I leave the service?"
        assert judged(None, question).significance == COSMETIC
        assert judged(question, question.replace("leave", "join")).significance == SUBSTANTIVE
        criteria = "We keep photos as these criteria say:\n\n*   Is the photo of a child?"
        assert judged("We keep photos as these criteria say:", criteria).significance == SUBSTANTIVE
        assert judged(None, f"{question} We sell them.").significance == SUBSTANTIVE

    @pytest.mark.parametrize(
        "text",
        [
            "For more information, please refer to our Help Center.",
            "If you want to learn more about printing, see the printing guide.",
        ],
    )
    def test_a_pointer_is_no_news(self, text: str) -> None:
        assert judged(None, text).significance == COSMETIC

    @pytest.mark.parametrize(
        "text",
        [
            "For more information on how to opt out of sales, see our form.",
            "For details see the addendum, which is part of these terms.",
            "For more information visit https://x.example/. xOrchard is another company.",
            "For more information, see our guide, if you may print.",
        ],
    )
    def test_a_pointer_to_a_right_or_to_a_part_of_the_contract_is_news(self, text: str) -> None:
        assert judged(None, text).significance == SUBSTANTIVE

    def test_a_path_to_the_page_is_none_of_its_terms(self) -> None:
        path = "[All albums](/a)[Printing](/a/p)Printing photos for schools"
        assert judged(None, path).is_noise
        assert judged(None, "[We](/w)[sell](/s)your photos, and you may not object").significance == SUBSTANTIVE
        assert judged(None, "[Orchard](/o) [Fig](/f) get your photos").significance == SUBSTANTIVE
        row = "| Name | Place |\n| --- | --- |\n| [Fig](/f)[Site](/s)Norway | Oslo |"
        assert judged(None, row).significance == SUBSTANTIVE

    def test_whom_to_ask_may_be_said_otherwise_but_at_the_same_address(self) -> None:
        old = "For questions, please contact us at help@orchard.example."
        assert judged(old, old.replace("questions", "questions about albums")).significance == COSMETIC
        assert judged(old, old.replace("questions", "questions").replace("help@", "sales@")).significance == SUBSTANTIVE
        assert judged(old, old.replace("For questions", "For refunds")).significance == SUBSTANTIVE


def test_a_long_part_of_the_page_that_stands_twice_is_no_news_but_its_loss_is() -> None:
    part = "\n\n".join(f"We print the photos of album {month} on paper." for month in range(12))
    once, twice = f"{BEFORE}\n\nMore about paper follows here.\n\n{part}", f"{part}\n\n{BEFORE}\n\n{part}"
    assert judge(None, part, survey([once], [twice])).significance == COSMETIC
    assert judge(part, None, survey([twice], [once])).significance == SUBSTANTIVE
    changed = part.replace("album 3 on paper", "album 3 on glass")
    assert judge(None, changed, survey([once], [f"{changed}\n\n{once}"])).significance == SUBSTANTIVE


def test_lines_of_a_paragraph_are_sentences_but_an_address_is_one() -> None:
    apart = "Reach us in these ways:\n\nBy phone: call the number on your album.\n\nBy post: write to us."
    joined = "Reach us in these ways:  \nBy phone: call the number on your album.  \nBy post: write to us."
    assert judged(apart, joined).significance == COSMETIC
    address = "Orchard Ltd  \n3 Apple Street  \nCork"
    both = f"{BEFORE}\n\nWalnut Ltd  \n3 Apple Street  \nDublin"
    assert judged(address, address.replace("Orchard", "Walnut"), before=both, after=both).significance == SUBSTANTIVE


class TestOtherNamesOfThePlatform:
    OLD = "You find tools on our sites, such as Albumio and the Orchard Press, and print there."

    def judged(self, old: str, new: str, *aliases: str) -> Significance:
        around = survey([BEFORE, old], [BEFORE, new], platform="Leafly", aliases=aliases)
        return judge(old, new, around).significance

    def test_one_sentence_is_enough_where_both_names_are_known(self) -> None:
        new = self.OLD.replace("Albumio", "Leafly")
        assert self.judged(self.OLD, new, "Albumio") == COSMETIC
        assert self.judged(self.OLD, new) == SUBSTANTIVE
        assert self.judged(self.OLD, self.OLD.replace("Albumio", "Figgy"), "Albumio") == SUBSTANTIVE

    @pytest.mark.parametrize(
        "old",
        [
            "These terms are between you and Albumio.",
            'Albumio ("we") prints photos.',
            "Albumio Ltd prints photos.",
            "Albumio and its affiliates print photos.",
        ],
    )
    def test_a_party_is_never_renamed(self, old: str) -> None:
        assert self.judged(old, old.replace("Albumio", "Leafly"), "Albumio") == SUBSTANTIVE


class TestDefinedTerms:
    OLD = (
        '"Prints" means the photos on paper that you order. You pay for Prints. We post Prints to you. You may return a'
        " Print. Albums are no Prints."
    )

    def test_a_term_may_be_renamed_if_its_definition_stays(self) -> None:
        new = self.OLD.replace("Print", "Card")
        assert judged(self.OLD, new, before=BEFORE, after=BEFORE).significance == COSMETIC
        assert judged(self.OLD, new.replace("may return", "must return")).significance == SUBSTANTIVE

    @pytest.mark.parametrize(
        "new",
        [
            OLD.replace("Print", "Card").replace("on paper", "on glass"),
            OLD.replace("Prints", "Albums"),
            OLD.replace("post Prints", "post Cards"),
            OLD.replace('"Prints" means the photos on paper that you order. ', "").replace("Print", "Card"),
        ],
    )
    def test_another_meaning_under_another_name_is_news(self, new: str) -> None:
        assert judged(self.OLD, new).significance == SUBSTANTIVE

    def test_a_party_is_no_defined_term(self) -> None:
        old = 'Orchard Ltd and Fig Ltd, together "Orchard", print. Orchard may ask. Orchard posts. Orchard is kind.'
        assert judged(old, old.replace("Orchard", "Walnut")).significance == SUBSTANTIVE


CHANGES = [
    ("We print", "We do not print"),
    ("may", "must"),
    ("30 days", "90 days"),
    ("$20", "$200"),
    ("photos and albums", "photos or albums"),
    ("any printer", "all printers"),
    ("Norway", "Chile"),
    ("Fig Analytics", "Plum Analytics"),
    ("only ", ""),
    ("you choose", "we choose"),
    ("Customer Photos", "Customer Data"),
]
TEXT = (
    "We print photos and albums that you choose within 30 days for $20 in Norway, and any printer that contain a chip"
    " may send Customer Photos only to Fig Analytics, as this Privacy Notice says at https://www.orchard.example/en."
)
SLIPS = [
    ("that contain", "that contains"),
    ("this Privacy Notice", "this policy"),
    ("www.orchard.example/en", "orchard.example/de"),
    ("may send", "may also send"),
    ("We print", "6.3 We print"),
    ("says at", "says, at"),
]


@given(st.sampled_from(CHANGES), st.lists(st.sampled_from(SLIPS), max_size=3, unique=True), st.booleans())
def test_no_slip_hides_a_change_in_the_same_sentence(
    change: tuple[str, str], slips: list[tuple[str, str]], is_backwards: bool
) -> None:
    new = TEXT.replace(*change)
    for slip in slips:
        new = new.replace(*slip)
    old, new = (new, TEXT) if is_backwards else (TEXT, new)
    assert judged(old, new).significance == SUBSTANTIVE


@given(st.lists(st.sampled_from(SLIPS), max_size=4, unique=True))
def test_several_slips_in_one_sentence_are_still_slips(slips: list[tuple[str, str]]) -> None:
    new = TEXT
    for slip in slips:
        new = new.replace(*slip)
    assert judged(TEXT, new).significance == COSMETIC
