"""A real collection, imported whole: what the archive promises of it, measured on every version.

The texts are those of the Open Terms Archive collection genai-eu (ODC-BY 1.0) beside the checkout.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from django.core.management import call_command

from atlas.archive.collections.importing import ImportSummary, import_collection
from atlas.archive.texts.sentences import sentence_keys, split_sentences
from atlas.models import Capture, Change, Incident, Outcome, Placement, Provision, Version

CHANGED_AND_STANDING = (Outcome.CHANGED, Outcome.RETURNED)
OVERLONG = 4_000  # characters


@pytest.mark.long
@pytest.mark.django_db(transaction=True)  # its many rows are emptied, not rolled back: dead ones slow what follows
def test_the_archive_of_a_whole_collection_keeps_its_promises(shared_path: Path, tmp_path: Path) -> None:
    """One import, which takes a while, and all that is promised of it."""
    source = shared_path / "ota" / "genai-eu-versions.bundle"
    call_command("load_catalogue", verbosity=0)
    summary = import_collection(str(source), folder=tmp_path)
    every_record_is_a_capture(summary)
    held_captures_say_why_and_have_nothing_downstream(summary)
    about_a_quarter_of_the_recorded_changes_reaches_the_queue(summary)
    placed_wordings_give_back_the_text_of_each_version()
    provisions_have_the_size_that_a_lawyer_cites()
    unchanged_text_keeps_its_provision()
    a_second_import_adds_nothing(source, tmp_path)


def every_record_is_a_capture(summary: ImportSummary) -> None:
    assert summary.recorded == summary.records
    assert summary.captures.total() == Capture.objects.count() >= summary.recorded.total() == 1_017
    assert Version.objects.count() == summary.versions


def placed_wordings_give_back_the_text_of_each_version() -> None:
    for version in Version.objects.select_related("snapshot").iterator(chunk_size=50):
        placements = list(Placement.objects.of(version).select_related("wording").order_by("ordinal"))
        pieces = "".join(placement.wording.text + placement.separator for placement in placements)
        assert version.text[: placements[0].start].strip() == ""
        assert version.text[: placements[0].start] + pieces == version.text


def held_captures_say_why_and_have_nothing_downstream(summary: ImportSummary) -> None:
    held = Capture.objects.filter(outcome=Outcome.QUARANTINED)
    assert held.count() == summary.captures[Outcome.QUARANTINED] > 100
    assert not held.filter(reasons=[]).exists()
    assert not held.filter(version__isnull=False).exists()
    assert not Change.objects.filter(capture__in=held).exists()
    open_incidents = Incident.objects.filter(closed_at=None).count()
    assert open_incidents <= 6, "only documents that fail to this day have an open incident"


def about_a_quarter_of_the_recorded_changes_reaches_the_queue(summary: ImportSummary) -> None:
    recorded = summary.recorded["changes"]
    reaching = Change.objects.announced().values("capture").distinct().count()
    assert 0.10 < reaching / recorded < 0.35


def provisions_have_the_size_that_a_lawyer_cites() -> None:
    in_force = Counter(Provision.objects.in_force().values_list("document", flat=True))
    assert 20 <= median(in_force.values()) <= 80
    longer = [text for text in texts_in_force() if len(text) > OVERLONG]
    assert all(len(split_sentences(text)) == 1 or text.startswith("|") for text in longer)


def texts_in_force() -> Iterator[str]:
    return Provision.objects.in_force().values_list("current_wording__text", flat=True).iterator()


def unchanged_text_keeps_its_provision() -> None:
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
    rows = Placement.objects.of(version_id).order_by()
    for provision_id, text in rows.values_list("wording__provision", "wording__text"):
        for key in sentence_keys(text):
            provisions[key].add(provision_id)
    return provisions


def a_second_import_adds_nothing(source: Path, folder: Path) -> None:
    before = Capture.objects.count(), Placement.objects.count(), Change.objects.count()
    again = import_collection(str(source), folder=folder)
    assert (again.recorded.total(), again.already_known) == (0, 1_017)
    assert (Capture.objects.count(), Placement.objects.count(), Change.objects.count()) == before
