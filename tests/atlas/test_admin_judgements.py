"""The pages of judgements: who may, what they show, what they ask for, and that hostile words stay words."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from atlas.archive.judgements.clustering import decide, decide_together
from atlas.archive.judgements.correcting import correct_topic
from atlas.models import Change, ChangeCluster, ClusterDecision, ClusterRuling, NoiseRule, Topic, TopicCorrection, User
from tests.atlas.judging import EDITOR, LOOKS_ONLY, make_change, make_judge, many_sections, see
from tests.factories import TRAINING_TEXT, make_document, make_platform, make_provision

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert('judgement')</script>"
ESCAPED = "alert(&#x27;judgement&#x27;)"


@pytest.fixture
def editor(client: Client) -> User:
    """Who is logged in."""
    person = make_judge()
    client.force_login(person)
    return person


def rewrite(**platform: object) -> ChangeCluster:
    see(make_document(make_platform(**platform)), many_sections(9), many_sections(9, changed=9))  # type: ignore[arg-type]
    return ChangeCluster.objects.get()


def page_of(cluster: ChangeCluster) -> str:
    return reverse("admin:atlas_changecluster_change", args=[cluster.pk])


def read(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"admin:atlas_{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


class TestClusters:
    def test_those_that_wait_come_first_with_what_analysing_would_draft(self, client: Client, editor: User) -> None:
        cluster = rewrite()
        decide_together([make_change("Old.", "New.")], title="Z", ruling=ClusterRuling.ANALYSE, reason="r", by=editor)
        page = read(client, "changecluster_changelist")
        assert page.index("Waits for a decision</td>") < page.index("To be analysed</td>")
        assert f'<a href="{page_of(cluster)}">' in page
        assert '<td class="field-drafts_at_most">9</td>' in page

    @pytest.mark.parametrize(("state", "shown"), [("waiting", 1), ("analyse", 0), ("set_aside", 0), ("past", 0)])
    def test_the_list_can_be_narrowed_to_what_waits(self, client: Client, editor: User, state: str, shown: int) -> None:
        rewrite()
        assert read(client, "changecluster_changelist", state=state).count("provisions changed") == shown

    def test_its_page_compares_section_by_section_and_estimates_the_drafts(self, client: Client, editor: User) -> None:
        page = read(client, "changecluster_change", rewrite().pk)
        assert "Analysing takes 9 drafts at most, one for each change." in page
        assert "Invoices for billing" in page
        assert "Mostly kept" in page
        assert "1 modified" in page

    def test_a_decision_is_recorded_with_who_when_and_why(self, client: Client, editor: User) -> None:
        cluster = rewrite()
        answer = client.post(page_of(cluster), {"ruling": "set_aside", "reason": "Only the headings."}, follow=True)
        page = answer.content.decode()
        assert "Set aside.</strong>" in page
        assert f"{editor.shown_name}," in page
        assert "<q>Only the headings.</q>" in page

    def test_deciding_otherwise_shows_both_decisions(self, client: Client, editor: User) -> None:
        cluster = rewrite()
        first = decide(cluster, ClusterRuling.SET_ASIDE, reason="One.", by=editor, after=None)
        form = {"ruling": "analyse", "reason": "Two.", "after": str(first.pk)}
        page = client.post(page_of(cluster), form, follow=True).content.decode()
        assert "To be analysed.</strong>" in page
        assert "<blockquote>One.</blockquote>" in page

    def test_without_a_reason_a_sentence_says_so_and_what_was_chosen_stays(self, client: Client, editor: User) -> None:
        page = client.post(page_of(rewrite()), {"ruling": "analyse", "reason": " "}).content.decode()
        assert "Please give a reason: it stays in the record." in page
        assert " checked" in page.split('value="analyse"')[1].split(">")[0]
        assert not ClusterDecision.objects.exists()

    def test_who_is_late_reads_what_was_decided_and_may_decide_after_it(self, client: Client, editor: User) -> None:
        cluster = rewrite()
        decide(cluster, ClusterRuling.SET_ASIDE, reason="Only headings.", by=make_judge(), after=None)
        form = {"ruling": "analyse", "reason": "All new.", "after": ""}
        page = client.post(page_of(cluster), form).content.decode()
        assert "has decided meanwhile: set aside" in page
        assert f'name="after" value="{cluster.decisions.get().pk}"' in page

    def test_a_fictional_platform_is_called_so(self, client: Client, editor: User) -> None:
        assert "Sample: a fictional platform" in read(client, "changecluster_change", rewrite(is_sample=True).pk)

    def test_hostile_words_are_escaped(self, client: Client, editor: User) -> None:
        change = make_change("Old.", "New.")
        cluster = decide_together([change], title=HOSTILE, ruling=ClusterRuling.ANALYSE, reason=HOSTILE, by=editor)
        for page in (
            read(client, "changecluster_changelist"),
            read(client, "changecluster_change", cluster.pk),
            read(client, "change_changelist"),
        ):
            assert ESCAPED in page
            assert HOSTILE not in page

    def test_who_may_only_look_gets_no_form_and_403(self, client: Client) -> None:
        cluster = rewrite()
        client.force_login(make_judge(*LOOKS_ONLY))
        assert "Record the decision" not in read(client, "changecluster_change", cluster.pk)
        assert client.post(page_of(cluster), {"ruling": "analyse", "reason": "x"}).status_code == 403
        assert client.post(reverse("admin:atlas_changecluster_together"), {}).status_code == 403
        client.force_login(make_judge("view_change"))
        assert client.get(page_of(cluster)).status_code == 403

    def test_its_page_takes_as_many_queries_for_many_changes_as_for_few(self, client: Client, editor: User) -> None:
        def queries(count: int) -> int:
            changes = [make_change("Old.", f"New {number}.") for number in range(count)]
            ruling = ClusterRuling.ANALYSE
            cluster = decide_together(changes, title="T", ruling=ruling, reason="r", by=editor)
            with CaptureQueriesContext(connection) as asked:
                client.get(page_of(cluster))
            return len(asked)

        queries(1)
        assert queries(2) == queries(9)


class TestOneCause:
    def choose(self, client: Client, *changes: Change) -> str:
        chosen = {"action": "decide_together", "_selected_action": [change.pk for change in changes]}
        return client.post(reverse("admin:atlas_change_changelist"), chosen).content.decode()

    def test_selected_changes_are_shown_before_anything_is_recorded(self, client: Client, editor: User) -> None:
        first, second = make_change("Old.", "New."), make_change("Old.", "New.")
        page = self.choose(client, first, second)
        assert "One decision for 2 changes that you selected. Analysing takes 2 drafts at most" in page
        assert first.public_id in page and second.public_id in page
        assert not ChangeCluster.objects.exists()

    def test_confirming_records_cluster_and_decision(self, client: Client, editor: User) -> None:
        first, second = make_change("Old.", "New."), make_change("Old.", "New.")
        form = {
            "changes": f"{first.pk},{second.pk}",
            "title": "The company was renamed",
            "ruling": "set_aside",
            "reason": "Only names.",
        }
        page = client.post(reverse("admin:atlas_changecluster_together"), form, follow=True).content.decode()
        assert "One decision for 2 changes is recorded." in page
        cluster = ChangeCluster.objects.get()
        assert (cluster.made_by, set(cluster.changes.all())) == (editor, {first, second})
        assert cluster.decisions.get().reason == "Only names."

    @pytest.mark.parametrize(
        ("left_out", "sentence"),
        [
            ("reason", "Please give a reason: it stays in the record."),
            ("title", "Please name the cause that the changes have in common."),
            ("ruling", "Please choose what is to become of the changes."),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_recorded(
        self, client: Client, editor: User, left_out: str, sentence: str
    ) -> None:
        change = make_change("Old.", "New.")
        form = {"changes": str(change.pk), "title": "Renamed", "ruling": "analyse", "reason": "Names."}
        page = client.post(reverse("admin:atlas_changecluster_together"), {**form, left_out: " "}).content.decode()
        assert sentence in page
        assert change.public_id in page, "the selection is kept"
        assert not ChangeCluster.objects.exists()

    @pytest.mark.parametrize("changes", ["", "1;DROP TABLE", "9" * 40, "-1", HOSTILE])
    def test_a_forged_selection_is_refused(self, client: Client, editor: User, changes: str) -> None:
        form = {"changes": changes, "title": "Renamed", "ruling": "analyse", "reason": "Names."}
        answer = client.post(reverse("admin:atlas_changecluster_together"), form)
        assert answer.status_code == 200
        assert HOSTILE not in answer.content.decode()
        assert not ChangeCluster.objects.exists()

    def test_who_may_not_decide_is_not_offered_it(self, client: Client) -> None:
        client.force_login(make_judge(*LOOKS_ONLY))
        change = make_change("Old.", "New.")
        assert "decide_together" not in read(client, "change_changelist")
        self.choose(client, change)
        assert not ChangeCluster.objects.exists()


def noise_form(**fields: str) -> dict[str, str]:
    last = timezone.localdate() + timedelta(days=30)
    return {"phrase": "current offers", "reason": "An advertisement.", "expires_on": last.isoformat(), **fields}


class TestNoise:
    address = "/admin/atlas/noiserule/add/"

    def post(self, client: Client, button: str, **fields: str) -> str:
        return client.post(self.address, {**noise_form(**fields), button: "yes"}, follow=True).content.decode()

    def previewed(self, page: str) -> str:
        return page.split('name="previewed" value="')[1].split('"')[0]

    def test_a_rule_shows_what_it_would_have_matched_before_it_is_made(self, client: Client, editor: User) -> None:
        change = make_change("Hello.", "Hello. See our current offers.")
        page = self.post(client, "preview")
        assert "This rule would have matched 1 change of the last 90 days" in page
        assert reverse("admin:atlas_change_change", args=[change.pk]) in page
        assert not NoiseRule.objects.exists()
        self.post(client, "save", previewed=self.previewed(page))
        assert NoiseRule.objects.get().made_by == editor

    def test_a_rule_that_was_altered_since_is_shown_again(self, client: Client, editor: User) -> None:
        page = self.post(client, "preview")
        again = self.post(client, "save", phrase="offers", previewed=self.previewed(page))
        assert "This rule would have matched 0 changes" in again
        assert not NoiseRule.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"reason": ""}, "Please give a reason: editors see it beside the changes."),
            ({"phrase": " "}, "Please give the words that every such change says."),
            ({"phrase": "a"}, "says too little to be looked for"),
            ({"expires_on": ""}, "Please give the last day: a noise rule counts for a year at most."),
            ({"expires_on": "2001-01-01"}, "The last day of a noise rule cannot be in the past."),
            ({"expires_on": "2999-01-01"}, "A noise rule counts for a year at most, so until"),
        ],
    )
    def test_what_is_wrong_is_said_in_a_sentence(
        self, client: Client, editor: User, fields: dict[str, str], sentence: str
    ) -> None:
        assert sentence in self.post(client, "preview", **fields)
        assert not NoiseRule.objects.exists()

    def test_the_list_of_changes_shows_the_rule_and_its_reason(self, client: Client, editor: User) -> None:
        make_change("Hello.", "Hello. See our current offers.")
        NoiseRule.objects.create(made_by=editor, **noise_form())
        page = read(client, "change_changelist")
        assert "Noise: “current offers”</a>. An advertisement." in page

    def test_hostile_words_are_escaped(self, client: Client, editor: User) -> None:
        make_change("Hello.", f"Hello. See {HOSTILE} offers.")
        rule = NoiseRule.objects.create(made_by=editor, **noise_form(phrase=f"{HOSTILE} offers", reason=HOSTILE))
        pages = [read(client, "change_changelist"), read(client, "noiserule_changelist")]
        pages += [read(client, "noiserule_change", rule.pk), self.post(client, "preview", phrase=HOSTILE + " offers")]
        for page in pages:
            assert ESCAPED in page
            assert HOSTILE not in page

    def test_a_person_ends_a_rule_early_and_the_page_says_who(self, client: Client, editor: User) -> None:
        rule = NoiseRule.objects.create(made_by=make_judge(), **noise_form())
        page = client.post(reverse("admin:atlas_noiserule_change", args=[rule.pk]), follow=True).content.decode()
        assert f"Ended by {editor.shown_name}" in page
        assert "End this rule now" not in page

    def test_who_may_only_look_makes_and_ends_none(self, client: Client) -> None:
        rule = NoiseRule.objects.create(made_by=make_judge(), **noise_form())
        client.force_login(make_judge(*LOOKS_ONLY))
        assert "End this rule now" not in read(client, "noiserule_change", rule.pk)
        assert client.post(reverse("admin:atlas_noiserule_change", args=[rule.pk])).status_code == 403
        assert client.get(self.address).status_code == 403

    def test_the_list_of_changes_takes_no_query_for_each_change(self, client: Client, editor: User) -> None:
        NoiseRule.objects.create(made_by=editor, **noise_form())

        def queries(count: int) -> int:
            for number in range(count):
                change = make_change("Hello.", f"Hello. See our current offers {number}.")
                decide_together([change], title="T", ruling=ClusterRuling.ANALYSE, reason="r", by=editor)
            with CaptureQueriesContext(connection) as asked:
                client.get(reverse("admin:atlas_change_changelist"))
            return len(asked)

        queries(1)
        assert queries(1) == queries(7)


class TestTopics:
    @pytest.fixture
    def training(self) -> Topic:
        return Topic.objects.create(key="training", name="Training", definition="d", cues=[r"\btrain\b"])

    def test_a_provision_links_to_its_topics(self, client: Client, editor: User) -> None:
        provision = make_provision()
        page = read(client, "provision_change", provision.pk)
        assert reverse("admin:atlas_provision_topics", args=[provision.pk]) in page

    def test_the_page_says_which_words_made_a_topic(self, client: Client, editor: User, training: Topic) -> None:
        page = read(client, "provision_topics", make_provision().pk)
        assert "By its cues: <q>train</q>" in page

    def test_none_is_an_honest_answer(self, client: Client, editor: User) -> None:
        page = read(client, "provision_topics", make_provision("Hi.").pk)
        assert "None of the catalogue's topics, as far as cues and editors know." in page

    def test_all_corrections_can_be_looked_through(self, client: Client, training: Topic) -> None:
        provision = make_provision()
        judge = make_judge(*EDITOR, "view_topiccorrection")
        correct_topic(provision, training, is_about=False, reason=HOSTILE, by=judge)
        client.force_login(judge)
        page = read(client, "topiccorrection_changelist")
        assert judge.shown_name in page and ESCAPED in page
        assert 'name="_save"' not in read(client, "topiccorrection_change", TopicCorrection.objects.get().pk)

    def test_a_correction_shows_who_when_and_why(self, client: Client, editor: User, training: Topic) -> None:
        provision = make_provision(TRAINING_TEXT)
        address = reverse("admin:atlas_provision_topics", args=[provision.pk])
        form = {"topic": "training", "is_about": "no", "reason": HOSTILE}
        page = client.post(address, form, follow=True).content.decode()
        assert "it is not about “Training”" in page
        assert f"Corrected by {editor.shown_name}" in page
        assert ESCAPED in page and HOSTILE not in page
        assert not provision.topics.exists()

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ({"topic": "training", "is_about": "yes", "reason": ""}, "Please give a reason: it stays in the record."),
            ({"topic": "nothing", "is_about": "yes", "reason": "x"}, "Please choose a topic."),
            ({"topic": "\0", "is_about": "yes", "reason": "x"}, "Please choose a topic."),
        ],
    )
    def test_what_is_missing_is_said_in_a_sentence(
        self, client: Client, editor: User, training: Topic, form: dict[str, str], sentence: str
    ) -> None:
        address = reverse("admin:atlas_provision_topics", args=[make_provision().pk])
        assert sentence in client.post(address, form, follow=True).content.decode()
        assert not TopicCorrection.objects.exists()

    def test_who_may_only_look_corrects_nothing(self, client: Client, training: Topic) -> None:
        provision = make_provision()
        client.force_login(make_judge(*LOOKS_ONLY))
        assert "Add a topic" not in read(client, "provision_topics", provision.pk)
        address = reverse("admin:atlas_provision_topics", args=[provision.pk])
        assert client.post(address, {"topic": "training", "is_about": "no", "reason": "x"}).status_code == 403


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE atlas_changecluster SET title = 'Another'",
        "DELETE FROM atlas_changecluster",
        "DELETE FROM atlas_changecluster_changes",
        "UPDATE atlas_clusterdecision SET ruling = 'analyse'",
        "DELETE FROM atlas_clusterdecision",
    ],
)
def test_the_database_refuses_to_alter_a_decision(statement: str) -> None:
    decide(rewrite(), ClusterRuling.SET_ASIDE, reason="Only headings.", by=make_judge(), after=None)
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
