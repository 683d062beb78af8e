"""Bulk rewrites: one cluster with a comparison of the sections, not hundreds of changes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atlas.archive.record.rewrites import LONGEST_TITLE, is_rewrite
from atlas.archive.record.section_changes import SectionChange, compare_sections
from atlas.models import Change, ChangeCluster, ClusterKind, Significance
from tests.atlas.judging import cluster_again, many_sections, see
from tests.factories import make_document, make_platform

PARAGRAPH = "We keep your Content for 30 days after you delete it, so that we can look into misuse of the Service."
OTHER = "Disputes are heard by the courts of Dublin, and the law of Ireland governs all that these terms say."
THIRD = "You may close your account at any time, and we tell you why before we ever suspend or close it ourselves."


@pytest.mark.parametrize(
    ("changed", "total", "expected"),
    [(61, 1_000, True), (60, 200, False), (8, 13, True), (8, 14, False), (9, 15, False), (7, 7, False), (0, 0, False)],
)
def test_a_rewrite_is_over_60_changes_or_over_60_percent_of_at_least_8(
    changed: int, total: int, expected: bool
) -> None:
    assert is_rewrite(changed, total) is expected


@pytest.mark.django_db
class TestClusters:
    def test_a_rewrite_becomes_one_cluster_of_all_its_announced_changes(self) -> None:
        terms = make_document(make_platform("Marrowmint"), name="Terms of Service")
        capture = see(terms, many_sections(70), many_sections(70, changed=62))
        cluster = ChangeCluster.objects.get()
        assert cluster.title == "Marrowmint · Terms of Service was rewritten: 62 of 70 provisions changed"
        assert (cluster.kind, cluster.capture, cluster.made_by) == (ClusterKind.REWRITE, capture, None)
        assert set(cluster.changes.all()) == set(capture.changes.all())
        assert len(cluster.sections) == 70
        assert cluster.sections[0]["title"] == "Invoices for billing"
        assert cluster.sections[0]["provisions"] == {"modified": 1}
        assert cluster.sections[-1]["provisions"] == {"unchanged": 1}

    def test_a_short_document_is_rewritten_when_most_of_it_changed(self) -> None:
        see(make_document(), many_sections(12), many_sections(12, changed=9))
        assert ChangeCluster.objects.get().changes.count() == 9

    def test_what_changes_less_stays_single_changes(self) -> None:
        see(make_document(), many_sections(12), many_sections(12, changed=7))
        assert Change.objects.count() == 7
        assert not ChangeCluster.objects.exists()

    def test_wordings_that_came_back_are_not_counted(self) -> None:
        see(make_document(), many_sections(12), many_sections(12, changed=9), many_sections(12))
        assert Change.objects.filter(is_return=True).count() == 9
        assert ChangeCluster.objects.filter(capture__sequence=3).count() == 0

    def test_cosmetic_changes_are_not_counted(self) -> None:
        see(make_document(), many_sections(12), many_sections(12).replace("We keep", "We  *keep*"))
        assert set(Change.objects.values_list("significance", flat=True)) <= {Significance.COSMETIC}
        assert not ChangeCluster.objects.exists()

    def test_calling_it_again_makes_no_second_cluster(self) -> None:
        capture = see(make_document(), many_sections(12), many_sections(12, changed=12))
        assert cluster_again(capture) == ChangeCluster.objects.get()
        assert ChangeCluster.objects.get().changes.count() == 12

    def test_a_large_rewrite_takes_no_more_queries_than_a_small_one(self) -> None:
        def queries(count: int) -> int:
            with CaptureQueriesContext(connection) as asked:
                see(make_document(), many_sections(count), many_sections(count, changed=count))
            return len(asked)

        assert queries(60) == queries(10)

    def test_a_long_name_is_cut_and_the_numbers_stay(self) -> None:
        terms = make_document(make_platform("M" * 150), name="T" * 190, slug="t", terms_type="Terms of Service")
        see(terms, many_sections(9), many_sections(9, changed=9))
        title = ChangeCluster.objects.get().title
        assert len(title) == LONGEST_TITLE
        assert title.endswith("… was rewritten: 9 of 9 provisions changed")

    def test_a_sample_document_is_clustered_like_any_other(self) -> None:
        see(make_document(make_platform(is_sample=True)), many_sections(9), many_sections(9, changed=9))
        assert ChangeCluster.objects.count() == 1


def part(number: int, title: str, text: str) -> tuple[int, tuple[str, ...], str]:
    return number, ("Terms of Marrowmint", title), text


OLD = [part(1, "Retention", PARAGRAPH), part(2, "Law", OTHER), part(3, "Closing", THIRD)]


def compared(new: list[tuple[int, tuple[str, ...], str]], happened: dict[int, str]) -> dict[str, SectionChange]:
    return {section.title: section for section in compare_sections(OLD, new, happened)}


class TestSections:
    def test_the_title_of_the_document_is_no_section(self) -> None:
        assert list(compared(OLD, {})) == ["Retention", "Law", "Closing"]

    def test_a_section_without_a_change_is_unchanged_and_all_kept(self) -> None:
        section = compared(OLD, {})["Law"]
        assert section.in_words == "Unchanged"
        assert section.kept_characters == section.old_characters == section.new_characters == len(OTHER)

    def test_a_section_that_came_is_new_and_one_that_went_is_gone(self) -> None:
        new = [*OLD[:2], part(4, "Prices", "A month of the Service costs 12 euros, to be paid in advance.")]
        found = compared(new, {3: "removed", 4: "added"})
        assert (found["Prices"].in_words, found["Prices"].provisions) == ("New section", {"added": 1})
        assert (found["Closing"].in_words, found["Closing"].provisions) == ("Gone", {"removed": 1})
        assert list(found)[-1] == "Closing", "what is gone comes last"

    def test_a_section_whose_provisions_stand_under_another_heading_was_renamed(self) -> None:
        found = compared([*OLD[:2], part(3, "Ending it", THIRD)], {})
        assert (found["Ending it"].was, found["Ending it"].in_words) == ("Closing", "Unchanged")
        assert "Closing" not in found

    def test_text_that_went_to_another_section_is_not_called_lost(self) -> None:
        new = [part(1, "Retention", f"{PARAGRAPH} {THIRD}"), OLD[1], part(5, "Prices", "It costs 12 euros.")]
        found = compared(new, {1: "modified", 3: "removed", 5: "added"})
        assert found["Closing"].in_words == "Gone; its text stands elsewhere"
        assert found["Retention"].in_words == "Mostly kept"

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (f"{PARAGRAPH} We may keep it longer.", "Mostly kept"),
            (f"{PARAGRAPH} {'It is kept for longer where a law of the land asks us to. ' * 4}", "Rewritten in part"),
            ("We keep what we like, for as long as we like.", "Rewritten"),
        ],
    )
    def test_how_much_of_a_changed_section_is_kept_is_said_in_words(self, text: str, words: str) -> None:
        found = compared([part(1, "Retention", text), *OLD[1:]], {1: "modified"})
        assert found["Retention"].in_words == words

    def test_headings_above_all_sections_are_not_repeated_in_each(self) -> None:
        deep = [(number, ("Terms", "Previous versions", path[-1]), text) for number, path, text in OLD]
        titles = [section.title for section in compare_sections(deep, deep, {})]
        assert titles == ["Retention", "Law", "Closing"]

    def test_sections_of_the_same_name_are_told_apart_by_what_is_above(self) -> None:
        parts = [
            (number, ("Terms", country, "Law"), text)
            for number, country, text in ((1, "Ireland", PARAGRAPH), (2, "Malta", OTHER), (3, "Chile", THIRD))
        ]
        long = [(4, ("Terms", "Ireland", "Courts"), OTHER * 3), *parts]
        titles = [section.title for section in compare_sections(long, long, {})]
        assert titles == ["Courts", "Ireland · Law", "Malta · Law", "Chile · Law"]

    def test_a_document_without_headings_is_one_section(self) -> None:
        plain = [(number, (), text) for number, _, text in OLD]
        (section,) = compare_sections(plain, plain, {1: "modified"})
        assert section.title == "The whole document"
        assert section.provisions == {"modified": 1, "unchanged": 2}

    def test_the_row_of_a_section_comes_back_from_json(self) -> None:
        section = compared(OLD, {})["Law"]
        assert SectionChange(**section.as_json()) == section
