"""The report of the archive: every held capture and its fate, flaps, the share that reaches the queue."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atlas.archive.telling.reporting import held_captures, most_within, report
from atlas.models import Capture, ChangeCluster, ClusterDecision, Document, HoldDecision, Outcome, StatedDate, Version
from tests.atlas.judging import many_sections, see
from tests.atlas.site_rows import allow_publications_past_review, go_back, hold_capture, make_rows, reword
from tests.factories import NOON, make_document, make_platform, make_provision, make_user, make_version

pytestmark = pytest.mark.django_db
LOGIN = "Please log in to go on."


def look(document: Document, version: Version, outcome: Outcome, at: datetime) -> Capture:
    """A further good look at ``document``."""
    return document.captures.create(
        sequence=document.captures.count() + 1,
        captured_at=at,
        outcome=outcome,
        version=version,
        snapshot=version.snapshot,
    )


def fates() -> list[str]:
    return [held.fate for held in held_captures()]


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("archive_report", *arguments, stdout=out)
    return out.getvalue()


def test_a_held_capture_is_open_until_something_becomes_of_it() -> None:
    document = make_document()
    version, _ = make_version(document, "We keep it for 30 days.")
    hold_capture(document, LOGIN)
    (held,) = held_captures()
    assert (held.document, held.characters, held.fate) == (document.public_id, len(LOGIN), "open")
    assert held.reasons == ["The text is a log-in page."]
    look(document, version, Outcome.UNCHANGED, NOON + timedelta(days=3))
    assert fates() == ["passed"]


def test_a_held_text_that_was_accepted_later_is_confirmed() -> None:
    document = make_document()
    make_version(document, "We keep it for 30 days.")
    hold_capture(document, "We keep nothing.")
    make_version(document, "We keep nothing.")
    assert fates() == ["confirmed"]


@pytest.mark.parametrize("ruling", ["released", "rejected"])
def test_an_editors_decision_is_the_fate_of_a_held_capture(ruling: str) -> None:
    document = make_document()
    incident = hold_capture(document, "We keep nothing.")
    made = make_version(document, "We keep nothing.")[1] if ruling == "released" else None
    HoldDecision.objects.create(
        capture=incident.opened_by, ruling=ruling, reason="Read beside the page.", made=made, decided_by=make_user()
    )
    (held,) = held_captures()
    assert (held.fate, held.decision) == (ruling, "Read beside the page.")
    assert report().held[ruling] == 1


def test_every_held_capture_is_listed_and_the_numbers_of_the_fates_add_up() -> None:
    for number in range(3):
        document = make_document(make_platform())
        make_version(document, f"We keep it for {number} days.")
        hold_capture(document, f"{LOGIN} {number}")
    assert len(list(held_captures())) == sum(report().held.values()) == report().captures["quarantined"] == 3


def test_flaps_are_grouped_by_document_with_returned_captures_and_changes() -> None:
    provision = make_provision("We keep it for 30 days.")
    first = provision.current_wording
    assert first is not None
    reword(provision, "We keep it for 90 days.")
    go_back(provision, first)
    make_provision("Calm.")
    (flaps,) = report().flaps
    assert flaps.document == provision.document.public_id
    assert (flaps.returned_captures, flaps.returned_changes, flaps.is_unstable) == (1, 1, False)


@pytest.mark.parametrize(("days_apart", "is_unstable"), [(3, True), (4, False)])
def test_more_than_four_returns_in_fourteen_days_are_an_unstable_capture(days_apart: int, is_unstable: bool) -> None:
    document = make_document()
    version, _ = make_version(document, "We keep it.")
    for number in range(5):
        look(document, version, Outcome.RETURNED, NOON + timedelta(days=number * days_apart))
    (flaps,) = report().flaps
    assert flaps.is_unstable is is_unstable
    assert ("UNSTABLE CAPTURE" in printed()) is is_unstable


def test_times_count_together_up_to_the_whole_span() -> None:
    times = [NOON, NOON + timedelta(days=14), NOON + timedelta(days=14, seconds=1)]
    assert most_within(times, timedelta(days=14)) == 2
    assert most_within([], timedelta(days=14)) == 0


def test_the_share_of_recorded_changes_that_is_new_to_readers() -> None:
    provision = make_provision("We keep it for 30 days.")
    first = provision.current_wording
    assert first is not None
    reword(provision, "We keep it for 90 days.")
    reword(provision, "We keep it for 90 days!", significance="cosmetic")
    go_back(provision, first)
    queue = report().queue
    assert (queue["captures_changed"], queue["captures_announced"], queue["share_of_changed"]) == (2, 1, 0.5)
    assert (queue["captures_that_differ"], queue["share_of_all_that_differ"]) == (3, 0.3333)
    assert (queue["changes"], queue["changes_substantive"], queue["changes_announced"]) == (3, 2, 1)
    assert queue["changes_awaiting_analysis"] == 0


def test_provisions_a_document_and_their_length() -> None:
    for lengths in ((10, 20, 30), (40,)):
        document = make_document(make_platform())
        for length in lengths:
            make_provision("x" * length, document=document)
    provisions = report().provisions
    assert (provisions["in_force"], provisions["documents"]) == (4, 2)
    assert (provisions["a_document_median"], provisions["a_document_max"]) == (2, 3)
    assert (provisions["characters_median"], provisions["characters_max"]) == (20, 40)


def test_clusters_with_their_latest_decision() -> None:
    provision = make_provision("We keep it for 30 days.")
    change = reword(provision, "We keep it for 90 days.")
    cluster = ChangeCluster.objects.create(kind="rewrite", title="Rewritten", capture=change.capture)
    cluster.changes.add(change)
    assert report().clusters[0]["decision"] is None
    assert report().queue["changes_announced_in_clusters"] == 1
    ClusterDecision.objects.create(cluster=cluster, ruling="set_aside", reason="Layout.", decided_by=make_user())
    (row,) = report().clusters
    assert (row["title"], row["changes"], row["decision"]) == ("Rewritten", 1, "Set aside: nothing to analyse")


def test_stated_dates_by_kind_and_the_versions_that_state_none() -> None:
    version, _ = make_version(make_document(), "Effective: 1 March 2026")
    StatedDate.objects.create(version=version, kind="effective", value="2026-03-01", start=0, end=23)
    make_version(version.document, "We keep it.")
    assert report().stated_dates == {"versions": 2, "effective": 1, "updated": 0, "versions_stating_none": 1}


def test_an_empty_archive_has_a_report_too() -> None:
    assert "Archive of all platforms: none." in printed()
    assert json.loads(printed("--json"))["queue"]["share_of_changed"] is None


def test_one_platform_can_be_asked_for_and_an_unknown_one_is_bad_usage() -> None:
    for name in ("Acme", "Nimbus"):
        document = make_document(make_platform(name))
        make_version(document, f"We are {name}.")
        hold_capture(document, f"{LOGIN} {name}")
    text = printed("--platform", "Acme")
    assert "Acme · Privacy Policy" in text
    assert "Nimbus" not in text
    assert json.loads(printed("--json", "--platform", "Acme"))["totals"]["documents"] == 1
    with pytest.raises(CommandError, match="No platform is called 'Nimbu'") as error:
        printed("--platform", "Nimbu")
    assert error.value.returncode == 2
    assert "among others: Acme, Nimbus" in str(error.value)


def test_reasons_that_repeat_are_said_once_and_every_held_capture_has_its_line() -> None:
    see(make_document(), many_sections(12), *["Access denied"] * 3)
    text = printed()
    assert text.count("The text has only 13 characters") == 1
    assert text.count("for the same reasons.") == 2


def test_one_is_not_called_several() -> None:
    make_version(make_document(), "We keep it.")
    assert "1 platform, 1 document." in printed()


def test_the_json_has_everything_that_the_text_has() -> None:
    document = make_document(make_platform("Acme"))
    make_version(document, "We keep it.")
    for number in range(3):
        hold_capture_without_incident(document, f"{LOGIN} {number}")
    found = json.loads(printed("--json"))
    assert set(found) == {
        *("totals", "captures", "held", "flaps", "queue", "provisions", "clusters", "stated_dates", "platforms"),
        "held_captures",
    }
    assert [held["fate"] for held in found["held_captures"]] == ["open"] * 3
    assert found["held_captures"][0]["document_name"] == "Acme · Privacy Policy"


def hold_capture_without_incident(document: Document, text: str) -> None:
    incident = hold_capture(document, text)
    incident.delete()


def test_a_report_needs_no_more_queries_when_there_is_more_to_tell() -> None:
    allow_publications_past_review()
    make_rows(1)
    before = _queries()
    make_rows(4, provisions=5)
    assert _queries() == before


def _queries() -> int:
    with CaptureQueriesContext(connection) as captured:
        report()
        list(held_captures())
    return len(captured)
