"""Topics: the catalogue's cues propose them, an editor's correction stands over the cues and stays."""

from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from atlas.archive.judgements.correcting import correct_topic, standing_topics
from atlas.archive.judgements.judging import Refused
from atlas.archive.provisions.topics import TopicCues, explain_topics
from atlas.archive.record.recording import record_capture
from atlas.archive.record.topic_rows import load_cues, refresh_topics
from atlas.models import Provision, Topic, TopicCorrection
from tests.atlas.judging import LOOKS_ONLY, make_judge
from tests.atlas.texts import document
from tests.factories import NOON, TRAINING_TEXT, make_document, make_provision

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics() -> dict[str, Topic]:
    cues = {"training": [r"\btrain(?:ing)?\b"], "deletion": [r"\bdelet\w{1,4}"], "fees": [r"\bfees?\b"]}
    rows = [Topic(key=key, name=key.title(), definition=key, cues=found) for key, found in cues.items()]
    return {topic.key: topic for topic in Topic.objects.bulk_create(rows)}


@pytest.fixture
def provision(topics: dict[str, Topic]) -> Provision:
    """One that is about training by its cues."""
    row = make_provision(TRAINING_TEXT)
    refresh_topics({row.pk: TRAINING_TEXT})
    return row


def keys(provision: Provision) -> set[str]:
    return set(provision.topics.values_list("key", flat=True))


def correct(provision: Provision, topic: Topic, is_about: bool, reason: str = "Read in context.") -> TopicCorrection:
    return correct_topic(provision, topic, is_about=is_about, reason=reason, by=make_judge())


class TestCorrections:
    def test_a_topic_that_the_cues_miss_is_added_at_once(self, provision: Provision, topics: dict[str, Topic]) -> None:
        correct(provision, topics["fees"], True)
        assert keys(provision) == {"training", "fees"}

    def test_a_topic_that_the_cues_find_is_taken_away_at_once(
        self, provision: Provision, topics: dict[str, Topic]
    ) -> None:
        correct(provision, topics["training"], False)
        assert keys(provision) == set(), "none is an honest answer"

    def test_the_latest_correction_counts_and_all_stay(self, provision: Provision, topics: dict[str, Topic]) -> None:
        correct(provision, topics["fees"], True)
        correct(provision, topics["fees"], False)
        assert keys(provision) == {"training"}
        assert TopicCorrection.objects.count() == 2

    def test_refreshing_again_changes_nothing(self, provision: Provision, topics: dict[str, Topic]) -> None:
        correct(provision, topics["training"], False)
        correct(provision, topics["fees"], True)
        refresh_topics({provision.pk: TRAINING_TEXT})
        assert keys(provision) == {"fees"}

    def test_corrections_of_one_provision_leave_others_alone(
        self, provision: Provision, topics: dict[str, Topic]
    ) -> None:
        other = make_provision(TRAINING_TEXT)
        correct(provision, topics["training"], False)
        refresh_topics({provision.pk: TRAINING_TEXT, other.pk: TRAINING_TEXT})
        assert (keys(provision), keys(other)) == (set(), {"training"})

    def test_they_survive_a_new_wording(self, topics: dict[str, Topic]) -> None:
        terms = make_document(name="Terms of Service")
        record_capture(terms, text=document(), captured_at=NOON)
        use = Provision.objects.get(title="Use of Content")
        correct(use, topics["training"], False)
        correct(use, topics["fees"], True)
        later = document(**{"Use of Content": "We may use your Content for training. You can delete it at any time."})
        record_capture(terms, text=later, captured_at=NOON + timedelta(days=1))
        use.refresh_from_db()
        assert use.wordings.count() == 2
        assert keys(use) == {"fees", "deletion"}, "cues of the new wording still count where nobody corrected"

    def test_they_survive_a_reload_of_the_catalogue(self, provision: Provision, topics: dict[str, Topic]) -> None:
        correct(provision, topics["training"], False)
        Topic.objects.filter(key="training").update(cues=[r"\bmodels\b", r"\btrain\b"], definition="Reloaded.")
        refresh_topics({provision.pk: TRAINING_TEXT})
        assert keys(provision) == set()

    def test_a_retired_topic_no_longer_shows_even_where_it_was_corrected(
        self, provision: Provision, topics: dict[str, Topic]
    ) -> None:
        correct(provision, topics["fees"], True)
        Topic.objects.update(is_retired=True)
        assert standing_topics(provision) == []
        refresh_topics({provision.pk: TRAINING_TEXT})
        assert keys(provision) == set()

    def test_a_removed_provision_can_be_corrected_too(self, provision: Provision, topics: dict[str, Topic]) -> None:
        Provision.objects.update(current_wording=None, removed_at=NOON)
        correct(provision, topics["fees"], True)
        assert keys(provision) == {"fees"}

    def test_refreshing_many_provisions_takes_as_many_queries_as_one(self, topics: dict[str, Topic]) -> None:
        rows = [make_provision(TRAINING_TEXT) for _ in range(6)]
        for row in rows:
            correct(row, topics["fees"], True)

        def queries(some: list[Provision]) -> int:
            Provision.topics.through.objects.all().delete()
            with CaptureQueriesContext(connection) as asked:
                refresh_topics({row.pk: TRAINING_TEXT for row in some})
            return len(asked)

        assert queries(rows) == queries(rows[:1]) <= 5


@pytest.mark.django_db(transaction=True)
def test_a_correction_waits_until_a_wording_that_is_being_recorded_has_its_topics(topics: dict[str, Topic]) -> None:
    terms = make_document(name="Terms of Service")
    record_capture(terms, text=document(), captured_at=NOON)
    use = Provision.objects.get(title="Use of Content")
    settings = connection.get_connection_params()
    keys_of_server = ("host", "port", "user", "password", "dbname")
    with transaction.atomic():
        later = document(**{"Use of Content": "We may use your Content for training. You can delete it at any time."})
        record_capture(terms, text=later, captured_at=NOON + timedelta(days=1))
        with (
            psycopg.connect(**{key: settings[key] for key in keys_of_server if settings.get(key)}) as colleague,
            pytest.raises(psycopg.errors.LockNotAvailable),
        ):
            colleague.execute("SELECT 1 FROM atlas_provision WHERE id = %s FOR NO KEY UPDATE NOWAIT", [use.pk])
    correct(use, topics["training"], False)
    assert keys(use) == {"deletion"}


class TestRefusals:
    def test_without_a_reason_nothing_is_recorded(self, provision: Provision, topics: dict[str, Topic]) -> None:
        with pytest.raises(Refused, match="Please give a reason"):
            correct(provision, topics["fees"], True, reason=" \n")
        assert keys(provision) == {"training"}
        assert not TopicCorrection.objects.exists()

    def test_a_role_that_only_looks_corrects_nothing(self, provision: Provision, topics: dict[str, Topic]) -> None:
        with pytest.raises(Refused, match="role does not let you correct topics"):
            correct_topic(provision, topics["fees"], is_about=True, reason="x", by=make_judge(*LOOKS_ONLY))

    def test_nothing_is_sorted_under_a_retired_topic(self, provision: Provision, topics: dict[str, Topic]) -> None:
        topics["fees"].is_retired = True
        with pytest.raises(Refused, match="is retired"):
            correct(provision, topics["fees"], True)

    @pytest.mark.parametrize(
        "statement", ["UPDATE atlas_topiccorrection SET is_about = false", "DELETE FROM atlas_topiccorrection"]
    )
    def test_the_database_refuses_to_alter_a_correction(
        self, provision: Provision, topics: dict[str, Topic], statement: str
    ) -> None:
        correct(provision, topics["fees"], True)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


class TestReasons:
    def test_each_topic_says_which_words_of_the_text_made_it(self, provision: Provision) -> None:
        (standing,) = standing_topics(provision)
        assert (standing.topic.key, standing.is_about, standing.words) == ("training", True, ("train",))
        assert standing.correction is None

    def test_a_corrected_topic_says_who_said_so_and_what_the_cues_say(
        self, provision: Provision, topics: dict[str, Topic]
    ) -> None:
        correct(provision, topics["training"], False, reason="It is about opting out.")
        (standing,) = standing_topics(provision)
        assert not standing.is_about
        assert standing.words == ("train",)
        assert standing.correction is not None
        assert standing.correction.reason == "It is about opting out."

    def test_what_it_is_about_comes_first(self, provision: Provision, topics: dict[str, Topic]) -> None:
        correct(provision, topics["deletion"], False)
        correct(provision, topics["fees"], True)
        assert [each.topic.key for each in standing_topics(provision)] == ["fees", "training", "deletion"]

    def test_words_that_a_topic_excludes_are_no_reason(self) -> None:
        topic = TopicCues.compile("training", [r"\btraining\b|\btutorials?\b"], [r"\bstaff training\b"])
        assert explain_topics("We hold staff training.", [topic]) == {}
        found = explain_topics("We hold staff training. A **tutorial** is for training you.", [topic])
        assert found == {"training": ["tutorial", "training"]}

    def test_it_takes_four_queries_however_much_was_said(self, provision: Provision, topics: dict[str, Topic]) -> None:
        for topic in topics.values():
            correct(provision, topic, True)
            correct(provision, topic, False)
        load_cues()
        again = Provision.objects.select_related("current_wording").get(pk=provision.pk)
        with CaptureQueriesContext(connection) as asked:
            standing_topics(again)
        assert len(asked) <= 4
