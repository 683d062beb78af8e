"""Noise rules: what they match, where and how long they count, and that they hide and delete nothing."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from atlas.archive.judgements.judging import Refused
from atlas.archive.judgements.noise_rules import (
    PREVIEWED,
    Rules,
    check_expiry,
    check_phrase,
    end_noise_rule,
    is_noise,
    make_noise_rule,
    preview,
)
from atlas.models import Change, NoiseRule
from tests.atlas.judging import LOOKS_ONLY, make_change, make_judge
from tests.factories import NOON, make_document, make_platform

pytestmark = pytest.mark.django_db

KEPT = "We keep your Content for 30 days."
OFFERS = "See our current offers for students."


def today(days: int = 0) -> date:
    return timezone.localdate() + timedelta(days=days)


def rule(phrase: str = "current offers", **fields: object) -> NoiseRule:
    return NoiseRule(phrase=phrase, **{"reason": "An advertisement.", "expires_on": today(30), **fields})


def made(phrase: str = "current offers", **fields: object) -> NoiseRule:
    return make_noise_rule(rule(phrase, **fields), by=make_judge())


def matches(old: str, new: str, phrase: str = "current offers") -> bool:
    return is_noise(make_change(old, new), phrase)


class TestMatching:
    def test_it_matches_if_every_sentence_that_came_or_went_says_the_words(self) -> None:
        assert matches(KEPT, f"{KEPT} {OFFERS}")
        assert matches(f"{KEPT} {OFFERS}", KEPT)
        assert matches(f"{KEPT} {OFFERS}", f"{KEPT} Our current offers end in June.")

    def test_one_sentence_that_says_something_else_is_enough_not_to_match(self) -> None:
        assert not matches(KEPT, f"{KEPT.replace('30', '300')} {OFFERS}")
        assert not matches(f"{KEPT} {OFFERS}", OFFERS)

    def test_sentences_that_stand_in_both_wordings_do_not_count(self) -> None:
        assert not matches(f"{KEPT} {OFFERS}", f"{KEPT} {OFFERS} You may not resell it.")

    def test_a_change_in_which_no_sentence_came_or_went_is_never_noise(self) -> None:
        assert not matches(f"{OFFERS} {KEPT}", f"{KEPT} {OFFERS}")

    @pytest.mark.parametrize("phrase", ["CURRENT Offers", "current  \n offers", "offers for students"])
    def test_capitals_and_white_space_do_not_matter(self, phrase: str) -> None:
        assert matches(KEPT, f"{KEPT} See our **current\noffers** for students.", phrase)

    @pytest.mark.parametrize("phrase", ["curr.nt offers", "(o+)+$", "%offers%", "current_offers", "<script>"])
    def test_the_words_are_taken_as_they_stand(self, phrase: str) -> None:
        assert not matches(KEPT, f"{KEPT} {OFFERS}", phrase)

    def test_typographic_variants_are_the_same_words(self) -> None:
        assert matches(KEPT, f"{KEPT} Don\u2019t miss our current offers.", "don't miss")


class TestForce:
    def test_a_rule_counts_where_everything_that_it_names_fits(self) -> None:
        document = make_document(make_platform("Marrowmint"), name="Trackers Policy")
        change = make_change(KEPT, f"{KEPT} {OFFERS}", document=document)
        other = make_document(name="Privacy Policy")
        fitting = [{}, {"document": document}, {"platform": document.platform}, {"terms_type": "Trackers Policy"}]
        foreign = [{"document": other}, {"platform": other.platform}, {"terms_type": "Privacy Policy"}]
        both = {"platform": document.platform, "terms_type": "Privacy Policy"}
        assert all(Rules([rule(**scope)]).match(change) for scope in fitting)
        assert not any(Rules([rule(**scope)]).match(change) for scope in [*foreign, both])

    def test_a_rule_counts_through_its_last_day(self) -> None:
        kept = [made(expires_on=today()), made(expires_on=today(1))]
        NoiseRule.objects.create(phrase="x y z", reason="Old.", expires_on=today(-1), made_by=make_judge())
        assert set(Rules.in_force().rules) == set(kept)

    def test_an_ended_rule_stays_in_the_record_and_counts_no_more(self) -> None:
        ended = made()
        assert end_noise_rule(ended, by=make_judge())
        assert not end_noise_rule(ended, by=make_judge()), "it is ended once"
        assert NoiseRule.objects.get().ended_at is not None
        assert not Rules.in_force().rules

    def test_what_counted_then_can_still_be_said(self) -> None:
        ended = made()
        before = timezone.now()
        end_noise_rule(ended, by=make_judge())
        assert Rules.ever().at(before).rules == [ended]
        assert not Rules.ever().at(timezone.now()).rules
        assert not Rules.ever().at(before - timedelta(days=1)).rules

    def test_many_changes_are_asked_about_without_a_query_each(self) -> None:
        made()
        for number in range(4):
            make_change(KEPT, f"{KEPT} See our current offers number {number}.")
        rules = Rules.in_force()
        changes = list(Change.objects.select_related("document", "old_wording", "new_wording"))
        with CaptureQueriesContext(connection) as asked:
            assert all(rules.match(change) for change in changes)
        assert not asked

    def test_nothing_is_hidden_or_deleted(self) -> None:
        change = make_change(KEPT, f"{KEPT} {OFFERS}")
        made()
        assert list(Change.objects.announced()) == [change]


class TestRefusals:
    def test_a_rule_counts_for_a_year_at_most(self) -> None:
        check_expiry(today(365))
        with pytest.raises(Refused, match="for a year at most, so until"):
            made(expires_on=today(367))

    def test_a_rule_does_not_end_before_it_begins(self) -> None:
        with pytest.raises(Refused, match="cannot be in the past"):
            made(expires_on=today(-1))

    @pytest.mark.parametrize("phrase", ["e", "**", "1. "])
    def test_words_that_stand_nearly_everywhere_are_refused(self, phrase: str) -> None:
        with pytest.raises(Refused, match="Give at least 3 letters"):
            check_phrase(phrase)

    @pytest.mark.parametrize("fields", [{"phrase": " "}, {"reason": "\0 "}])
    def test_words_and_reason_are_required(self, fields: dict[str, str]) -> None:
        with pytest.raises(Refused, match="Please give"):
            made(**fields)

    def test_a_document_of_another_platform_is_a_mistake(self) -> None:
        with pytest.raises(Refused, match="is no document of"):
            made(document=make_document(), platform=make_platform())

    def test_a_role_that_only_looks_makes_and_ends_none(self) -> None:
        kept, viewer = made(), make_judge(*LOOKS_ONLY)
        with pytest.raises(Refused, match="role does not let you make"):
            make_noise_rule(rule(), by=viewer)
        with pytest.raises(Refused, match="role does not let you end"):
            end_noise_rule(kept, by=viewer)
        assert NoiseRule.objects.get().ended_at is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE atlas_noiserule SET phrase = 'the'",
        "UPDATE atlas_noiserule SET ended_at = NULL",
        "UPDATE atlas_noiserule SET ended_at = now() + interval '1 day'",
        "DELETE FROM atlas_noiserule",
    ],
)
def test_the_database_refuses_to_alter_a_rule(statement: str) -> None:
    end_noise_rule(made(), by=make_judge())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def preview_days() -> int:
    """So many captures, each a day after the one before in ``make_change``, that the first is just out of sight."""
    return PREVIEWED.days + 1


class TestPreview:
    def test_it_shows_the_changes_of_the_last_90_days_that_the_rule_would_have_matched(self) -> None:
        noisy = make_change(KEPT, f"{KEPT} {OFFERS}")
        make_change(KEPT, f"{KEPT} Nothing else.")
        shown = preview(rule())
        assert (list(shown.changes), shown.until, shown.is_partial) == ([noisy], noisy.capture.captured_at, False)

    def test_it_counts_back_from_the_latest_change_where_the_rule_counts(self) -> None:
        old, latest = make_document(), make_document()
        make_change(KEPT, f"{KEPT} {OFFERS}", document=old)
        for _ in range(preview_days()):
            latest.captures.create(sequence=latest.captures.count() + 1, captured_at=NOON, outcome="failed")
        make_change(KEPT, f"{KEPT} Nothing else.", document=latest)
        assert not preview(rule()).changes, "91 days before the latest change of all documents"
        assert preview(rule(document=old)).changes, "but the latest one of its document"

    def test_a_hostile_phrase_is_only_looked_for(self) -> None:
        make_change(KEPT, f"{KEPT} {OFFERS}")
        for phrase in ("'; DROP TABLE atlas_change; --", "(a+)+$", "%", "_____", "\\"):
            assert not preview(rule(phrase)).changes

    def test_it_reads_only_what_may_match(self) -> None:
        for number in range(3):
            make_change(KEPT, f"{KEPT} Sentence number {number}.")
        with CaptureQueriesContext(connection) as asked:
            preview(rule())
        assert len(asked) == 2
