"""A real collection, imported whole: what the archive promises of it, measured on every version.

The texts are those of the Open Terms Archive collection genai-eu (ODC-BY 1.0) beside the checkout.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from atlas.archive.importing import ImportSummary, import_collection
from atlas.archive.sentences import sentence_keys, split_sentences
from atlas.models import Capture, Change, Incident, Outcome, Placement, Provision, Version

CHANGED_AND_STANDING = (Outcome.CHANGED, Outcome.RETURNED)
OVERLONG = 4_000  # characters


@pytest.fixture(scope="module")
def summary(
    shared_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[ImportSummary]:
    """The whole collection, in one transaction that all tests of this file look into and that is rolled back."""
    source = shared_path / "ota" / "genai-eu-versions.bundle"
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_catalogue", verbosity=0)
        yield import_collection(str(source), folder=tmp_path_factory.mktemp("copies"))
        transaction.set_rollback(True)


def test_every_record_becomes_a_capture(summary: ImportSummary) -> None:
    assert summary.recorded == summary.records
    assert summary.captures.total() == Capture.objects.count() >= summary.recorded.total() == 1_017
    assert Version.objects.count() == summary.versions


def test_the_placed_wordings_give_back_the_text_of_each_version(summary: ImportSummary) -> None:
    for version in Version.objects.select_related("snapshot").iterator(chunk_size=50):
        placements = list(version.placements.current().select_related("wording").order_by("ordinal"))
        pieces = "".join(placement.wording.text + placement.separator for placement in placements)
        assert version.text[: placements[0].start].strip() == ""
        assert version.text[: placements[0].start] + pieces == version.text


def test_a_held_capture_says_why_and_has_nothing_downstream(summary: ImportSummary) -> None:
    held = Capture.objects.filter(outcome=Outcome.QUARANTINED)
    assert held.count() == summary.captures[Outcome.QUARANTINED] > 100
    assert not held.filter(reasons=[]).exists()
    assert not held.filter(version__isnull=False).exists()
    assert not Change.objects.filter(capture__in=held).exists()
    open_incidents = Incident.objects.filter(closed_at=None).count()
    assert open_incidents <= 6, "only documents that fail to this day have an open incident"


def test_about_a_quarter_of_the_recorded_changes_reaches_the_queue(summary: ImportSummary) -> None:
    recorded = summary.recorded["changes"]
    reaching = Change.objects.announced().values("capture").distinct().count()
    assert 0.10 < reaching / recorded < 0.35


def test_provisions_have_the_size_that_a_lawyer_cites(summary: ImportSummary) -> None:
    in_force = Counter(Provision.objects.in_force().values_list("document", flat=True))
    assert 20 <= median(in_force.values()) <= 80
    longer = [text for text in texts_in_force() if len(text) > OVERLONG]
    assert all(len(split_sentences(text)) == 1 or text.startswith("|") for text in longer)


def texts_in_force() -> Iterator[str]:
    return Provision.objects.in_force().values_list("current_wording__text", flat=True).iterator()


def test_unchanged_text_keeps_its_provision(summary: ImportSummary) -> None:
    kept = total = 0
    for document in Version.objects.order_by().values_list("document", flat=True).distinct():
        good = Capture.objects.filter(document=document, version__isnull=False).order_by("sequence")
        standing: dict[str, set[int]] = {}
        latest = None
        for version_id in good.values_list("version", flat=True):
            if version_id == latest:
                continue
            latest, before, standing = version_id, standing, provisions_by_sentence(version_id)
            for key, provisions in standing.items():
                if key in before:
                    total += len(key)
                    kept += len(key) * bool(provisions & before[key])
    assert kept / total >= 0.995


def provisions_by_sentence(version_id: int) -> dict[str, set[int]]:
    """The sentences of a version with the provisions that they stand in."""
    provisions: dict[str, set[int]] = defaultdict(set)
    rows = Placement.objects.filter(version=version_id).current().order_by()
    for provision_id, text in rows.values_list("wording__provision", "wording__text"):
        for key in sentence_keys(text):
            provisions[key].add(provision_id)
    return provisions


def test_a_second_import_adds_nothing(summary: ImportSummary, shared_path: Path, tmp_path: Path) -> None:
    before = Capture.objects.count(), Placement.objects.count(), Change.objects.count()
    again = import_collection(str(shared_path / "ota" / "genai-eu-versions.bundle"), folder=tmp_path)
    assert (again.recorded.total(), again.already_known) == (0, 1_017)
    assert (Capture.objects.count(), Placement.objects.count(), Change.objects.count()) == before
