"""A provision over time in the admin."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from atlas.archive.record.recording import record_capture
from atlas.models import (
    Capture,
    Change,
    ChangeKind,
    Placement,
    Provision,
    Significance,
    Topic,
    TopicCorrection,
    User,
    Version,
    Wording,
    sha256,
)
from tests.atlas.history_pages import CUT, KEPT, SCRIPT, read, seen, timeline, words_of
from tests.atlas.site_rows import allow_publications_past_review, go_back, publish, reword
from tests.factories import NOON, make_document, make_provision

pytestmark = pytest.mark.django_db


def test_the_wording_in_force_comes_first_with_what_changed(client: Client, editor: User) -> None:
    provision = make_provision("We keep it for 30 days.")
    change = reword(provision, "We keep it for 90 days.")
    page = read(client, timeline(provision))
    text = words_of(page)
    assert text.index("Wording 2 Stands now") < text.index("Wording 1")
    assert "since 1 June 2026, 12:00 UTC until 2 June 2026, 12:00 UTC" in text
    assert "modified, substantive" in text and "A number changed." in text
    assert reverse("admin:atlas_change_change", args=[change.pk]) in page
    assert "[removed: 30][added: 90]" in text


def test_a_wording_that_came_back_says_how_often(client: Client, editor: User) -> None:
    provision = make_provision("We keep it for 30 days.")
    first = provision.current_wording
    assert first is not None
    second = reword(provision, "We keep it for 90 days.").new_wording
    assert second is not None
    for wording in (first, second, first):
        go_back(provision, wording)
    page = words_of(read(client, timeline(provision)))
    assert "Wording 1 Stands now since 5 June 2026" in page
    assert "came back 2 times; first seen 1 June 2026" in page
    assert "a return to an earlier text" in page


def test_a_removed_provision_says_since_when(client: Client, editor: User) -> None:
    terms = seen([KEPT, CUT])
    page = words_of(read(client, timeline(Change.objects.get(kind=ChangeKind.REMOVED).provision)))
    assert "It is not in the document since 2 June 2026, 12:00 UTC." in page
    assert "Not in the document Now" in page and "Wording 1" in page
    record_capture(terms, text=KEPT, captured_at=NOON + timedelta(days=5))
    page = words_of(read(client, timeline(Change.objects.filter(kind=ChangeKind.REMOVED)[0].provision)))
    assert "Wording 1 Stands now since 6 June 2026" in page
    assert "1 time it was not in the document" in page


def test_how_it_read_on_a_day(client: Client, editor: User) -> None:
    provision = make_provision("We keep it for 30 days.")
    reword(provision, "We keep it for 90 days.")
    page = words_of(read(client, timeline(provision), on="2026-06-01"))
    assert "At the end of 1 June 2026 It read as wording 1" in page
    assert "Not seen yet" in words_of(read(client, timeline(provision), on="2026-05-31"))


def test_published_analyses_stand_with_the_wording_they_describe(client: Client, editor: User) -> None:
    allow_publications_past_review()
    provision = make_provision()
    publication = publish(provision, approver=f"Eve {SCRIPT}", title=f"Training {SCRIPT}")
    page = read(client, timeline(provision))
    assert reverse("admin:atlas_publication_change", args=[publication.pk]) in page
    assert "approved by Eve" in words_of(page) and "Readers see it now." in page
    assert SCRIPT not in page


def test_corrections_of_topics_are_told_with_who_and_why(client: Client, editor: User) -> None:
    provision = make_provision()
    topic = Topic.objects.create(key="retention", name="Retention", definition="How long.")
    TopicCorrection.objects.create(
        provision=provision, topic=topic, is_about=False, reason="It only names it.", corrected_by=editor
    )
    page = words_of(read(client, timeline(provision)))
    assert "Ada Lovelace," in page and "it is not about Retention. It only names it." in page


def test_cosmetic_wordings_can_be_left_out(client: Client, editor: User) -> None:
    provision = make_provision("We keep it for 30 days.")
    reword(provision, "We keep it for 30 days!", significance=Significance.COSMETIC)
    reword(provision, "We keep it for 90 days.")
    page = words_of(read(client, timeline(provision), show="substantive"))
    assert "Wording 3" in page and "Wording 1" in page
    assert "Wording 2 since" not in page and "Without cosmetic changes 2" in page


def test_a_provision_that_no_version_places_says_so(client: Client, editor: User) -> None:
    provision = Provision.objects.create(document=make_document(), title="Lost", ordinal=1)
    assert "No version of the document places this provision" in words_of(read(client, timeline(provision)))


def test_wordings_of_an_earlier_splitter_are_named(client: Client, editor: User) -> None:
    provision = make_provision("We keep it for 30 days. We share it.")
    version = Version.objects.get()
    wording = Wording.objects.create(
        provision=provision,
        number=2,
        text="We keep it for 30 days.",
        text_sha256=sha256("We keep it for 30 days."),
        folded_sha256="",
        first_capture=Capture.objects.get(),
    )
    Placement.objects.create(version=version, wording=wording, splitter=2, ordinal=1, start=0, end=23)
    page = words_of(read(client, timeline(provision)))
    assert "Wording 2 Stands now" in page
    assert "1 wording was placed by an earlier splitter alone: numbers 1." in page
