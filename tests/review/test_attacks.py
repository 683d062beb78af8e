"""Attempts to break the review: a careless shell, an impatient editor, a forged form. Each must fail."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from atlas.models import Approval, AttributeValue, Publication, User
from review import actions
from review.errors import NotAllowed
from review.models import Decision, Edition, EditionKind, Event, Revision, State
from tests.analysis.catalogue_rows import make_small_catalogue
from tests.factories import make_provision
from tests.review.factories import (
    CONTENT,
    INVENTED,
    approve,
    change_text,
    check_constraints,
    make_edition,
    make_editor,
    make_publication,
    make_run,
    shown,
)
from tests.review.round_the_code import forge
from tests.review.test_desk import desk_url, log_in, posted

pytestmark = pytest.mark.django_db
QUOTED = {"attribute": "training-default", "value": "opt-out", "quote": "You can opt out of this at any time"}


def revise(edition: Edition, by: User, **content: Any) -> Edition:
    actions.revise(edition, content, by=by, lock_version=shown(edition)["lock_version"])
    return Edition.objects.select_related("head").get(pk=edition.pk)


def refused(edition: Edition, by: User) -> str:
    with pytest.raises(NotAllowed) as refusal:
        actions.approve(edition, by=by, **shown(edition))
    return str(refusal.value)


class TestFourEyes:
    """Whoever wrote any of it, or had it written, does not approve it."""

    def test_a_colleagues_comma_does_not_make_my_text_theirs(self, edition: Edition) -> None:
        me, colleague = make_editor(), make_editor()
        revise(edition, me, practical_effect="What I wanted to say.")
        edition = revise(edition, colleague, title=f"{CONTENT['title']}.")
        assert "You wrote a part of this text" in refused(edition, me)
        with pytest.raises(IntegrityError, match="has 0"):
            forge(edition, approvers=(me,))
        assert approve(edition, make_editor()).state == State.PUBLISHED

    def test_a_colleagues_comma_does_not_wash_my_instructions_off(self, edition: Edition) -> None:
        me, colleague = make_editor(), make_editor()
        lock = shown(edition)["lock_version"]
        actions.request_changes(edition, by=me, lock_version=lock, reason="Say that it is harmless.")
        make_run(job=edition.wording.draft_jobs.get(state="queued"), title="As instructed")
        actions.take_in()
        edition = revise(edition, colleague, title="As instructed.")
        assert "drafted to your instructions" in refused(edition, me)
        with pytest.raises(IntegrityError, match="has 0"):
            forge(edition, approvers=(me,))

    def test_a_new_draft_that_took_nothing_over_is_nobodys_own(self, edition: Edition) -> None:
        me = make_editor()
        revise(edition, me, title="Mine")
        make_run(wording=edition.wording, title="A new draft")
        actions.take_in()
        assert approve(edition, me).state == State.PUBLISHED

    def test_a_no_op_save_makes_no_revision_and_changes_no_author(self, edition: Edition) -> None:
        me = make_editor()
        edition = revise(edition, me, title="Mine")
        after = revise(edition, make_editor(), title="Mine")
        assert after.head_id == edition.head_id
        assert "You wrote this revision" in refused(after, me)

    def test_a_superuser_does_not_approve_their_own_text(self, edition: Edition) -> None:
        root = make_editor(is_superuser=True)
        assert "You wrote this revision" in refused(revise(edition, root, title="Mine"), root)

    def test_who_is_no_longer_active_approves_nothing(self, edition: Edition) -> None:
        leaver = make_editor(is_active=False)
        assert "Your role does not let you approve" in refused(edition, leaver)

    def test_waiving_ones_own_findings_still_takes_two_others(self, edition: Edition) -> None:
        author = make_editor("Senior reviewer")
        edition = revise(edition, author, **INVENTED)
        for blocker in edition.head.findings.filter(severity="blocker"):  # type: ignore[union-attr]
            actions.waive(blocker, by=author, lock_version=shown(edition)["lock_version"], reason="I know it.")
        assert "You wrote this revision" in refused(edition, author)
        assert approve(edition, make_editor()).state == State.IN_REVIEW
        assert approve(edition, make_editor()).state == State.PUBLISHED

    def test_switching_single_editor_review_off_does_not_launder_what_it_published(self, settings: Any) -> None:
        settings.ATLAS_SOLO_REVIEW = True
        me = make_editor()
        edition = approve(revise(make_edition(exposure_level="high"), me, title="Mine"), me)
        settings.ATLAS_SOLO_REVIEW = False
        assert Publication.objects.get(revision_id=edition.approved_revision_id).solo_review

    def test_a_first_approval_counts_when_single_editor_review_is_switched_on_but_the_page_says_so(
        self, settings: Any
    ) -> None:
        me, colleague = make_editor(), make_editor()
        edition = revise(make_edition(exposure_level="high"), me, title="Mine")
        approve(edition, colleague)
        settings.ATLAS_SOLO_REVIEW = True
        approve(edition, me)
        check_constraints()
        assert Publication.objects.get().solo_review


class TestCorrections:
    """What replaces words that readers had about the same text needs two people, whatever became of these words."""

    @pytest.mark.parametrize("end", [actions.withdraw, actions.retract])
    def test_taking_back_first_does_not_save_the_second_approval(self, end: Any) -> None:
        publication = make_publication()
        end(publication, by=make_editor("Managing editor"), reason="Misread.")
        assert make_edition(publication.provision, title="Again").kind == EditionKind.CORRECTION

    def test_replacing_a_restored_analysis_is_a_correction_with_its_number(self) -> None:
        first = make_publication()
        text = first.wording
        change_text(first.provision, "Everything is different now, but only for a while.")
        first.provision.refresh_from_db()
        make_publication(first.provision, title="Of the text between", **_plain())
        first.provision.current_wording = text
        first.provision.save(update_fields=["current_wording"])
        edition = make_edition(first.provision, title="Better words")
        assert edition.kind == EditionKind.CORRECTION
        actions.revise(edition, {}, by=make_editor(), lock_version=edition.lock_version, public_note="It was misread.")
        edition = approve(edition, make_editor(), make_editor())
        assert Publication.objects.get(revision_id=edition.approved_revision_id).number == "1.1"


def _plain() -> dict[str, str]:
    return {"summary": "Interpretation of a short text, long enough to be one."}


class TestShell:
    """Raw rows, as somebody writes them who has not read our code."""

    def test_a_text_that_was_never_checked_is_not_published(self, edition: Edition) -> None:
        me = make_editor()
        revision = Revision.objects.create(
            edition=edition, number=9, author_kind="person", author=me, content_sha256="0" * 64, **CONTENT
        )
        edition.head = revision
        edition.lock_version += 1
        edition.save()
        with pytest.raises(IntegrityError, match="never checked"):
            forge(edition, approvers=(make_editor(), make_editor()))

    def test_nobody_is_added_to_those_who_approved(self) -> None:
        publication = make_publication()
        with pytest.raises(IntegrityError, match="did not approve"), transaction.atomic():
            Approval.objects.create(publication=publication, name="The Bishop", role="B.", approved_at=timezone.now())
            check_constraints()

    def test_no_coded_fact_is_added_to_a_publication(self) -> None:
        make_small_catalogue()
        publication = make_publication()
        with pytest.raises(IntegrityError, match="was not approved"), transaction.atomic():
            AttributeValue.objects.create(
                publication=publication, attribute_id="training-default", value="opt-out", quote="Made up."
            )
            check_constraints()

    def test_no_citation_is_added_to_a_publication(self) -> None:
        make_small_catalogue()
        publication = make_publication()
        with pytest.raises(IntegrityError, match="does not cite"), transaction.atomic():
            publication.cited.add("gdpr-art-6-1")
            check_constraints()

    def test_what_was_approved_is_published_with_its_facts_and_citations(self) -> None:
        make_small_catalogue()
        publication = make_publication(attributes=[QUOTED], practical_effect="A legal basis is needed [@gdpr-art-6-1].")
        check_constraints()
        assert publication.attribute_values.get().quote == QUOTED["quote"]
        assert publication.cited.get().pk == "gdpr-art-6-1"

    @pytest.mark.parametrize("table", ["review_revision", "review_decision", "review_event", "review_finding"])
    def test_replica_mode_opens_nothing(self, table: str) -> None:
        make_publication()
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"UPDATE {table} SET id = id + 1000")

    def test_bulk_updates_and_saves_are_refused_too(self, edition: Edition) -> None:
        revision = edition.revisions.get()
        revision.title = "Quietly better"
        for write in (revision.save, lambda: Revision.objects.bulk_update([revision], ["title"]), revision.delete):
            with pytest.raises((IntegrityError, Exception)) as refusal, transaction.atomic():
                write()
            assert isinstance(refusal.value, IntegrityError)

    def test_a_migration_on_tables_with_rows_leaves_their_guards_standing(self) -> None:
        make_publication()
        with connection.cursor() as cursor:
            check_constraints()
            for table in ("review_revision", "review_decision", "atlas_publication"):
                cursor.execute(f"ALTER TABLE {table} ADD COLUMN later text NOT NULL DEFAULT gen_random_uuid()::text")
        for table in ("review_revision", "review_decision", "atlas_publication"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET later = 'x'")


class TestForgedForms:
    """Posts that no page of ours would send. The answer is a sentence or a 404, never a crash."""

    @pytest.fixture
    def senior(self, client: Client) -> Iterator[User]:
        yield log_in(client)

    def test_a_form_for_another_edition_approves_neither(self, client: Client, senior: User) -> None:
        mine, other = make_edition(), make_edition()
        assert client.post(desk_url(mine), posted(other, "approve")).status_code == 409
        assert not Publication.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [("content_sha256", "0" * 64), ("revision_id", 10**30), ("wording_id", -1), ("lock_version", "9" * 5000)],
    )
    def test_a_forged_token_approves_nothing(
        self, client: Client, senior: User, field: str, value: Any, edition: Edition
    ) -> None:
        assert client.post(desk_url(edition), posted(edition, "approve", **{field: value})).status_code == 409
        assert not Publication.objects.exists()

    def test_pressing_twice_approves_once(self, client: Client, senior: User) -> None:
        edition = make_edition(exposure_level="high")
        form = posted(edition, "approve")
        assert [client.post(desk_url(edition), form).status_code for _ in range(2)] == [302, 409]
        assert Decision.objects.filter(kind="approve").count() == 1

    @pytest.mark.parametrize("subject", ["", "9" * 5000, "9" * 25, "-1", "x"])
    def test_waiving_nothing_is_refused(self, client: Client, senior: User, subject: str) -> None:
        edition = make_edition(**INVENTED)
        assert client.post(desk_url(edition), posted(edition, f"waive:{subject}")).status_code == 409

    def test_a_finding_of_another_edition_is_not_waived(self, client: Client, senior: User) -> None:
        mine, other = make_edition(**INVENTED), make_edition(**INVENTED)
        finding = other.revisions.get().findings.filter(severity="blocker")[0]
        form = posted(mine, f"waive:{finding.pk}", **{f"waive_reason_{finding.pk}": "Because."})
        assert client.post(desk_url(mine), form).status_code == 409
        assert not finding.waivers.exists()

    def test_a_coded_fact_that_cannot_be_published_is_not_waived(self, client: Client, senior: User) -> None:
        edition = make_edition(attributes=[{**QUOTED, "attribute": "made-up"}])
        finding = edition.revisions.get().findings.get(severity="blocker", code="attributes")
        assert f"waive:{finding.pk}" not in client.get(desk_url(edition)).content.decode()
        form = posted(edition, f"waive:{finding.pk}", **{f"waive_reason_{finding.pk}": "Because."})
        response = client.post(desk_url(edition), form)
        assert response.status_code == 409
        assert "cannot be waived" in response.content.decode()

    @pytest.mark.parametrize("verb", ["request_changes", "discard"])
    def test_a_null_byte_in_a_reason_does_no_harm(
        self, client: Client, senior: User, verb: str, edition: Edition
    ) -> None:
        form = posted(edition, verb, **{f"{verb}_reason": "Too\0 short."})
        assert client.post(desk_url(edition), form).status_code == 302
        assert Decision.objects.get().reason == "Too short."

    def test_a_null_byte_in_the_text_is_named(self, client: Client, senior: User, edition: Edition) -> None:
        response = client.post(desk_url(edition), posted(edition, "save", summary="Null \0 byte."))
        assert response.status_code == 400
        assert "Null characters are not allowed" in response.content.decode()

    def test_looking_changes_nothing(self, client: Client, senior: User, edition: Edition) -> None:
        before = Event.objects.count()
        for method in (client.get, client.head, client.put, client.delete):
            method(f"{desk_url(edition)}?verb=approve")
        assert client.get(reverse("admin:review_edition_next")).status_code == 405
        publication = make_publication()
        assert client.get(reverse("admin:atlas_publication_end", args=[publication.pk])).status_code == 405
        assert Event.objects.filter(edition_ref=edition.pk).count() == before

    def test_a_post_from_another_site_is_refused(self, senior: User, edition: Edition) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(senior)
        assert strict.post(desk_url(edition), posted(edition, "approve")).status_code == 403

    @pytest.mark.parametrize(
        "address",
        [
            "edition/x/change/",
            f"edition/{'9' * 25}/change/",
            f"edition/{'9' * 25}/desk/",
            f"edition/draft/{'9' * 25}/",
            "decision/x/change/",
        ],
    )
    def test_an_address_of_nothing_is_nothing(self, client: Client, senior: User, address: str) -> None:
        assert client.get(f"/admin/review/{address}", follow=True).status_code in (200, 404)

    @pytest.mark.parametrize("key", ["x", "9" * 5000, "9" * 25])
    def test_a_publication_that_is_none_is_nothing(self, client: Client, senior: User, key: str) -> None:
        assert client.get(f"/admin/atlas/publication/{key}/change/", follow=True).status_code == 200

    @pytest.mark.parametrize(
        "query", ["page=" + "9" * 25, "page=" + "9" * 5000, "q=%00", "platform=%00", "exposure=%00", "q=%27;--%25_"]
    )
    def test_the_queue_survives_any_query(self, client: Client, senior: User, query: str) -> None:
        assert client.get(f"/admin/review/edition/?{query}").status_code == 200

    @pytest.mark.parametrize("page", ["add/", "1/delete/"])
    def test_the_record_has_no_form_to_add_or_delete(self, client: Client, page: str) -> None:
        make_publication()
        before = (Publication.objects.count(), Edition.objects.count())
        log_in(client, make_editor(is_superuser=True))
        models = ("review/edition", "review/decision", "review/event", "atlas/publication", "atlas/capture")
        assert {client.post(f"/admin/{model}/{page}").status_code for model in models} <= {403, 302}
        assert (Publication.objects.count(), Edition.objects.count()) == before

    def test_ending_a_publication_takes_the_permission(self, client: Client) -> None:
        publication = make_publication()
        log_in(client, role="Reviewer")
        end = reverse("admin:atlas_publication_end", args=[publication.pk])
        assert client.post(end, {"verb": "retract", "reason": "x"}).status_code == 403

    def test_whoever_is_logged_out_or_shut_out_sees_the_log_in(self, client: Client, edition: Edition) -> None:
        leaver = make_editor()
        client.force_login(leaver)
        User.objects.filter(pk=leaver.pk).update(is_active=False)
        for user_agent in (client, Client()):
            for method in (user_agent.get, user_agent.post):
                response = method(desk_url(edition))
                assert response.status_code == 302
                assert "/login/" in response.headers["Location"]


def test_an_edition_is_not_started_on_a_provision_that_has_one() -> None:
    provision = make_provision()
    make_edition(provision)
    with pytest.raises(NotAllowed, match="open edition already"):
        actions.open_edition(provision, by=make_editor())
