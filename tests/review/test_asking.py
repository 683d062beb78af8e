"""Asking for analyses: the editors' page for many, readers' requests, and the API for programs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from analysis.models import DraftJob
from atlas.models import Provision, User
from review import asking
from review.errors import NotAllowed
from review.models import AnalysisRequest, ApiToken
from review.tokens import holder_of, make_token, revoke
from tests.factories import make_document, make_platform, make_provision
from tests.review.factories import make_editor

pytestmark = pytest.mark.django_db
Capped = Callable[[int], Any]


def three() -> list[Provision]:
    document = make_document(make_platform("Alpha"))
    return [make_provision(f"We may use your Content. {n}", document=document) for n in range(3)]


class TestThePageForMany:
    def test_it_shows_what_it_takes_and_starts_exactly_that(self, client: Client) -> None:
        by = make_editor("Editor")
        client.force_login(by)
        slug = three()[0].document.platform.slug
        url = reverse("admin:review_reanalyse")
        page = client.get(url, {"platform": slug}).content.decode()
        assert "<strong>3</strong> provisions fit" in page and "Queue 3 drafts" in page
        assert not DraftJob.objects.exists()
        client.post(url, {"platform": slug, "shown": "3", "instructions": "Look at retention."})
        assert DraftJob.objects.filter(requested_by=by, instructions="Look at retention.").count() == 3

    def test_what_became_more_meanwhile_is_shown_again(self, client: Client) -> None:
        client.force_login(make_editor("Editor"))
        slug = three()[0].document.platform.slug
        response = client.post(reverse("admin:review_reanalyse"), {"platform": slug, "shown": "2"})
        assert "nothing was started" in response.content.decode()
        assert not DraftJob.objects.exists()

    def test_everything_is_refused_and_so_are_people_without_the_right(self, client: Client) -> None:
        client.force_login(make_editor("Editor"))
        assert "at least one limit" in client.get(reverse("admin:review_reanalyse"), {"topic": ""}).content.decode()
        client.force_login(make_editor("Auditor"))
        assert client.get(reverse("admin:review_reanalyse")).status_code == 403
        assert client.post(reverse("admin:review_reanalyse"), {"platform": "x", "shown": "0"}).status_code == 403

    def test_a_provisions_page_asks_for_some_parts_with_instructions(self, client: Client) -> None:
        client.force_login(make_editor("Editor"))
        provision = make_provision()
        url = reverse("admin:review_provision_draft", args=[provision.pk])
        assert "Ask for a new draft" in client.get(url).content.decode()
        client.post(url, {"verb": "ask", "instructions": "Shorter."})
        assert DraftJob.objects.get().instructions == "Shorter."

    def test_its_page_takes_as_many_queries_for_many_jobs_as_for_few(
        self, client: Client, django_assert_max_num_queries: Capped
    ) -> None:
        client.force_login(make_editor("Editor"))
        provision = make_provision()
        for _ in range(12):
            DraftJob.objects.create(
                wording=provision.current_wording, reason="requested", state="done", run_after="2026-01-01T00:00:00Z"
            )
        with django_assert_max_num_queries(12):
            client.get(reverse("admin:review_provision_draft", args=[provision.pk]))


class TestReadersRequests:
    def test_accepting_queues_a_draft_in_the_editors_name(self, client: Client) -> None:
        asked = asking.request_analysis(make_provision(), by=make_editor("Reader"), reason="Does it cover prompts?")
        editor = make_editor("Editor")
        client.force_login(editor)
        page = client.get(reverse("admin:review_analysisrequest_change", args=[asked.pk])).content.decode()
        assert "Does it cover prompts?" in page and "Accept" in page
        client.post(reverse("admin:review_analysisrequest_answer", args=[asked.pk]), {"verb": "accept"})
        asked.refresh_from_db()
        assert asked.ruling == "accepted" and asked.decided_by == editor
        assert asked.job and asked.job.requested_by == editor

    def test_declining_needs_words_for_the_reader_and_is_final(self) -> None:
        asked = asking.request_analysis(make_provision(), by=make_editor("Reader"), reason="Why?")
        editor = make_editor("Editor")
        with pytest.raises(NotAllowed, match="reason"):
            asking.decline(asked, by=editor, answer=" ")
        asking.decline(asked, by=editor, answer="It is analysed elsewhere.")
        with pytest.raises(NotAllowed, match="already"):
            asking.accept(asked, by=editor)
        assert not DraftJob.objects.exists()

    def test_asked_twice_or_without_the_right_it_is_refused(self) -> None:
        provision, reader = make_provision(), make_editor("Reader")
        asking.request_analysis(provision, by=reader, reason="Why?")
        with pytest.raises(NotAllowed, match="already"):
            asking.request_analysis(provision, by=reader, reason="Why?")
        with pytest.raises(NotAllowed, match="role"):
            asking.request_analysis(provision, by=make_editor("Viewer"), reason="Why?")
        with pytest.raises(NotAllowed, match="role"):
            asking.accept(AnalysisRequest.objects.get(), by=reader)

    def test_a_reader_asks_at_most_so_often_a_day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(asking, "MOST_A_DAY", 2)
        reader = make_editor("Reader")
        for _ in range(2):
            asking.request_analysis(make_provision(), by=reader, reason="Why?")
        with pytest.raises(NotAllowed, match="tomorrow"):
            asking.request_analysis(make_provision(), by=reader, reason="Why?")

    def test_the_list_begins_with_those_that_wait(self, client: Client) -> None:
        waiting = asking.request_analysis(make_provision(), by=make_editor("Reader"), reason="Still open?")
        done = asking.request_analysis(make_provision(), by=make_editor("Reader"), reason="Answered?")
        asking.decline(done, by=make_editor("Editor"), answer="No.")
        client.force_login(make_editor("Editor"))
        page = client.get(reverse("admin:review_analysisrequest_changelist")).content.decode()
        assert waiting.reason in page and done.reason not in page


class TestTokens:
    def test_a_key_is_kept_as_its_hash_and_opens_until_it_is_revoked(self) -> None:
        person = make_editor()
        token, key = make_token(person, "tool")
        assert key not in str(vars(token))
        assert holder_of(key) == person
        assert holder_of(f"{key}x") is holder_of("") is None
        revoke(token)
        assert holder_of(key) is None

    def test_whoever_left_opens_nothing(self) -> None:
        person = make_editor()
        _, key = make_token(person, "tool")
        User.objects.filter(pk=person.pk).update(is_active=False)
        assert holder_of(key) is None

    def test_the_command_makes_lists_and_revokes(self, capsys: Any) -> None:
        person = make_editor(username="ada")
        call_command("api_token", "make", "ada", "--name=tool")
        key = capsys.readouterr().out.strip()
        assert holder_of(key) == person
        call_command("api_token", "list")
        listed = capsys.readouterr().out
        assert "ada  tool  valid" in listed and key not in listed
        call_command("api_token", "revoke", str(ApiToken.objects.get().pk))
        assert holder_of(key) is None


class TestTheApi:
    def test_an_editors_program_queues_drafts_and_asks_what_became_of_them(self, client: Client) -> None:
        provision, by = make_provision(), make_editor("Editor")
        response = post(client, by, provisions=[provision.public_id], instructions="Look again.")
        assert response.status_code == 202 and response.json()["queued"] == 1
        assert DraftJob.objects.get().requested_by == by
        again = post(client, by, provisions=[provision.public_id])
        assert again.json() == {"wanted": 1, "waiting": 1, "queued": 0, "no_longer_in_force": []}
        address = reverse("review:reanalysis", args=[provision.public_id])
        assert client.get(address, headers=bearer(by)).json()["state"] == "queued"

    def test_a_dry_run_by_limits_queues_nothing(self, client: Client) -> None:
        slug = three()[0].document.platform.slug
        response = post(client, make_editor("Editor"), limits={"platform": slug}, dry_run=True)
        assert (response.status_code, response.json()["wanted"]) == (200, 3)
        assert not DraftJob.objects.exists()
        assert post(client, make_editor("Editor"), limits={"platform": slug}).json()["queued"] == 3

    def test_a_readers_program_makes_requests(self, client: Client) -> None:
        reader, provision = make_editor("Reader"), make_provision()
        response = post(client, reader, provisions=[provision.public_id], instructions="Does it cover prompts?")
        assert response.status_code == 202
        assert AnalysisRequest.objects.get().asked_by == reader
        assert not DraftJob.objects.exists()
        refused = post(client, reader, provisions=[provision.public_id], instructions="Again?")
        assert (refused.status_code, list(refused.json()["refused"])) == (422, [provision.public_id])
        asking.decline(AnalysisRequest.objects.get(), by=make_editor("Editor"), answer="It is analysed elsewhere.")
        told = client.get(reverse("review:requests"), headers=bearer(reader)).json()["requests"]
        assert [(row["ruling"], row["answer"]) for row in told] == [("declined", "It is analysed elsewhere.")]
        assert client.get(reverse("review:requests"), headers=bearer(make_editor("Reader"))).json() == {"requests": []}

    @pytest.mark.parametrize(
        ("body", "status", "words"),
        [
            (b"{", 400, "not JSON"),
            (b'{"provisons": []}', 422, "provisons"),
            (b"{}", 422, "at least one limit"),
            (b'{"provisions": ["AT-P-000001"], "limits": {"topic": "x"}}', 422, "not both"),
            (b'{"provisions": ["x"]}', 422, "not an identifier"),
            (b'{"provisions": ["AT-P-999999"]}', 404, "There is no provision"),
            (b" " * 300_000, 413, "at most"),
            (b"[" * 100_000, 400, "not JSON"),
        ],
    )
    def test_bad_requests_are_answered_in_words(self, client: Client, body: bytes, status: int, words: str) -> None:
        response = client.post(
            reverse("review:reanalyses"), body, content_type="application/json", headers=bearer(make_editor("Editor"))
        )
        assert response.status_code == status
        assert response.headers["Content-Type"] == "application/problem+json"
        assert words in response.json()["detail"]

    def test_who_asks_without_a_key_or_right_is_refused(self, client: Client) -> None:
        address = reverse("review:reanalyses")
        assert client.post(address, {}, content_type="application/json").status_code == 401
        client.force_login(make_editor("Editor"))
        assert client.post(address, {}, content_type="application/json").status_code == 401
        assert post(client, make_editor("Viewer"), provisions=["AT-P-000001"]).status_code == 403
        wrong = client.get(address, headers=bearer(make_editor("Editor")))
        assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")
        form = client.post(address, {"provisions": "x"}, headers=bearer(make_editor("Editor")))
        assert form.status_code == 415


def bearer(by: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(by, 'test')[1]}"}


def post(client: Client, by: User, **body: Any) -> Any:
    return client.post(
        reverse("review:reanalyses"), json.dumps(body), content_type="application/json", headers=bearer(by)
    )
