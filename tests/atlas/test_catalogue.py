"""The legal catalogue: from its files to rows, and every mistake in them by name."""

import re
import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from atlas.catalogue import loading
from atlas.catalogue.loading import CatalogueCounts, CatalogueError, load_catalogue, read_catalogue
from atlas.models import Attribute, Instrument, Jurisdiction, Obligation, Topic


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue's files, to be changed."""
    for name in loading.FILES:
        shutil.copy(loading.FOLDER / f"{name}.yaml", tmp_path)
    return tmp_path


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Replace the first ``old`` in a file."""
    path = folder / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def without_entry(folder: Path, name: str, key: str) -> None:
    """Take one entry out of a file."""
    path = folder / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    cut = re.sub(rf"^- id: {key}\n(?:^(?!- ).*\n)*", "", text, flags=re.MULTILINE)
    assert cut != text
    path.write_text(cut, encoding="utf-8")


@pytest.mark.django_db
class TestLoading:
    def test_every_entry_becomes_a_row(self) -> None:
        counts = load_catalogue()
        models = (Jurisdiction, Topic, Instrument, Obligation, Attribute)
        assert counts.entries == counts.added == sum(model.objects.count() for model in models)

    def test_rows_keep_what_the_entries_say(self) -> None:
        load_catalogue()
        obligation = Obligation.objects.get(key="gdpr-art-5-1-a")
        assert obligation.instrument.short_name == "GDPR"
        assert set(obligation.topics.values_list("key", flat=True)) >= {"collection-purposes", "training-user-content"}
        gdpr = Instrument.objects.get(key="gdpr")
        assert gdpr.in_force_since == date(2018, 5, 25)
        assert gdpr.key_dates[-1] == {"date": "2018-05-25", "event": "applies"}
        assert Jurisdiction.objects.get(key="AT").parent == Jurisdiction.objects.get(key="EU")
        assert Attribute.objects.get(key="minimum-age").describe("18") == "18 years"

    def test_a_unit_that_does_not_apply_yet_says_from_when(self) -> None:
        load_catalogue()
        later = Obligation.objects.exclude(applies_from=None).order_by("applies_from").last()
        assert later is not None and later.applies_from is not None
        assert not later.applies_on(date(2026, 11, 22))
        assert later.applies_on(later.applies_from)

    def test_a_second_loading_writes_nothing(self, django_assert_max_num_queries: object) -> None:
        first = load_catalogue()
        with django_assert_max_num_queries(8):  # type: ignore[operator]
            assert load_catalogue() == CatalogueCounts(entries=first.entries)

    def test_a_changed_entry_is_updated(self, folder: Path) -> None:
        load_catalogue(folder)
        edit(folder, "topics", "name: Training on user content and opt-out", "name: Training")
        counts = load_catalogue(folder)
        assert (counts.added, counts.updated, counts.retired) == (0, 1, 0)
        assert Topic.objects.get(key="training-user-content").name == "Training"

    def test_an_entry_that_left_is_retired_and_comes_back_as_itself(self, folder: Path) -> None:
        load_catalogue(folder)
        kept = (folder / "obligations.yaml").read_text(encoding="utf-8")
        without_entry(folder, "obligations", "gdpr-art-5-1-a")
        assert load_catalogue(folder).retired == 1
        assert Obligation.objects.get(key="gdpr-art-5-1-a").is_retired
        assert load_catalogue(folder).changed == 0
        (folder / "obligations.yaml").write_text(kept, encoding="utf-8")
        assert load_catalogue(folder).updated == 1
        assert not Obligation.objects.get(key="gdpr-art-5-1-a").is_retired

    def test_an_obligation_that_is_about_another_topic_now(self, folder: Path) -> None:
        load_catalogue(folder)
        edit(
            folder, "obligations", "  - collection-purposes\n  - training-user-content\n", "  - training-user-content\n"
        )
        load_catalogue(folder)
        assert not Obligation.objects.get(key="gdpr-art-5-1-a").topics.filter(key="collection-purposes").exists()

    def test_a_wrong_catalogue_is_not_loaded_at_all(self, folder: Path) -> None:
        edit(folder, "attributes", "topic: training-user-content", "topic: nonsense")
        with pytest.raises(CatalogueError):
            load_catalogue(folder)
        assert not Topic.objects.exists()

    def test_the_command_says_what_it_did(self) -> None:
        printed = StringIO()
        call_command("load_catalogue", stdout=printed)
        call_command("load_catalogue", stdout=printed)
        first, second = printed.getvalue().splitlines()
        assert "added, 0 updated, 0 retired" in first
        assert "all as in the files" in second


MISTAKES = [
    ("obligations", "instrument: gdpr\n", "instrument: gdrp\n", "instrument gdrp is not in instruments.yaml"),
    ("obligations", "  - collection-purposes\n", "  - colection\n", "gdpr-art-5-1-a: topic colection is not in topics"),
    ("obligations", "confidence: high", "confidence: sure", "confidence 'sure' should be one of high, medium"),
    ("obligations", "id: gdpr-art-5-1-a", "id: gdpr-art-5-1-b", "gdpr-art-5-1-b: stands there 2 times"),
    ("obligations", "id: gdpr-art-5-1-a", "id: GDPR Art. 5", "GDPR Art. 5: the id should look like"),
    ("obligations", "to the person concerned.", "to the person concerned", "ends with a full stop"),
    ("obligations", "as_of: '2026-11-22'", "as_of: today", "as_of 'today' should be a date"),
    ("obligations", "as_of: '2026-11-22'", "as_of: '2029-11-22'", "disagree on 2029-11-22"),
    ("obligations", "pinpoint: Art. 5(1)(b)", "pinpoint: Art. 5(1)(a)", "gdpr, Art. 5(1)(a) stands there 2 times"),
    ("instruments", "jurisdiction: EU", "jurisdiction: UE", "gdpr: jurisdiction UE is not in jurisdictions.yaml"),
    ("instruments", "in_force_since: '2018-05-25'", "in_force_since: '2018-02-30'", "should be a date like"),
    ("instruments", "status: in_force", "status: alive", "status 'alive' should be one of"),
    ("instruments", "url: https://", "url: htps://", "should begin with https://"),
    ("instruments", "date: '2016-05-24'", "date: '2019-05-24'", "key_dates are not in order"),
    ("instruments", "verified: true", "verified: false", "verified and verified_via disagree"),
    ("instruments", "short_name: GDPR", "short_name: ''", "gdpr: “short_name” is missing or empty"),
    ("topics", r"- \bmodel (?:training", r"- \bmodel (?:(training", "is no regular expression"),
    ("topics", r"- \bmodel (?:training|improvement|development)\b", r"- (?:\bx)?", "matches the empty text"),
    ("topics", r"- \bmodel (?:training|improvement|development)\b", "- model training", "has no word boundary"),
    ("topics", "default_exposure: high", "default_exposure: huge", "default_exposure 'huge'"),
    ("jurisdictions", "parent: EU", "parent: UE", "AT: parent UE is no jurisdiction"),
    ("attributes", "unit: days", "unit: ''", "retention-period-days: a number needs its unit"),
    ("attributes", "kind: choice", "kind: guess", "kind 'guess' should be one of"),
    ("topics", "topics:\n", "topic:\n", "topics.yaml: has no list “topics” of entries"),
    ("topics", "topics:\n", "topics: [\n", "topics.yaml is no YAML"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_said_with_file_and_entry(folder: Path, name: str, old: str, new: str, message: str) -> None:
    edit(folder, name, old, new)
    with pytest.raises(CatalogueError) as refusal:
        read_catalogue(folder)
    assert message in str(refusal.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "topics.yaml").unlink()
    with pytest.raises(CatalogueError, match=r"topics\.yaml: No such file"):
        read_catalogue(folder)


@pytest.mark.django_db
def test_the_command_fails_with_all_mistakes(folder: Path) -> None:
    edit(folder, "jurisdictions", "parent: EU", "parent: UE")
    with pytest.raises(CommandError, match="AT: parent UE is no jurisdiction") as failure:
        call_command("load_catalogue", "--folder", str(folder))
    assert failure.value.returncode == 1
