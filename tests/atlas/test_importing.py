"""Importing Open Terms Archive collections: every record once, whatever happens in between."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from atlas.archive.collections import importing
from atlas.archive.collections.choosing import UnknownName
from atlas.archive.collections.importing import ImportSummary, import_collection
from atlas.archive.collections.ota import Commit, RecordKind, SourceError, parse_record, without_credentials
from atlas.archive.collections.registering import attribution, collection_name, licence, slug_of
from atlas.models import Capture, Change, Collection, Document, Platform, Provision, Snapshot, Standing, Topic, Version
from tests.atlas.collections import README, START, CollectionMaker
from tests.atlas.texts import ERROR_PAGE, document
from tests.processes import database_url

A = document()
B = document(
    Retention="We keep your Content for 400 days after you delete it, and for longer where the law asks us to."
)
C = document(Retention=None)

Import = Callable[..., ImportSummary]


@pytest.fixture
def run(tmp_path: Path) -> Import:
    """``run(path)`` imports with copies kept in the test's own folder."""
    return lambda source, **options: import_collection(str(source), folder=tmp_path / "copies", **options)


def small_collection() -> CollectionMaker:
    """Two services, seven records: a change, a return, an upgrade, an error page."""
    return (
        CollectionMaker()
        .commit("Initial commit", {"README.md": README, "LICENSE": "# ODC Attribution License (ODC-By)\n"})
        .commit("Add template", {"Tinwhistle/Privacy Policy.md": "x", "Sallow/Terms of Service.md": "x"})
        .commit("Remove template", {"Tinwhistle/Privacy Policy.md": None, "Sallow/Terms of Service.md": None})
        .first("Marrowmint", "Terms of Service", A)
        .first("DALL·E", "Privacy Policy", B)
        .change("Marrowmint", "Terms of Service", B)
        .change("Marrowmint", "Terms of Service", A)
        .change("Marrowmint", "Terms of Service", ERROR_PAGE)
        .upgrade("DALL·E", "Privacy Policy", B.replace("Service", "*Service*"))
        .change("Marrowmint", "Terms of Service", C)
        .commit("Update README", {"README.md": README + "\n"})
    )


def everything() -> dict[str, int]:
    """How many rows of each kind there are."""
    models = (Collection, Platform, Document, Snapshot, Capture, Version, Provision, Change)
    return {model.__name__: model.objects.count() for model in models}


def outcomes(**filters: object) -> list[str]:
    return list(Capture.objects.filter(**filters).order_by("document", "sequence").values_list("outcome", flat=True))


class TestReadingCommits:
    """The format and its traps, without git."""

    BODY = (
        "\n\nThis version was recorded after extracting from snapshot https://x.example/commit/ab\n\n"
        "X-engine-version: {}\n"
    )

    def commit(self, message: str, *paths: str, status: str = "M", mode: str = "100644") -> Commit:
        return Commit("c" * 40, START, message, tuple((mode, "b" * 40, status, path) for path in paths))

    @pytest.mark.parametrize(
        ("prefix", "status", "kind"),
        [
            ("First record of", "A", RecordKind.FIRST),
            ("Start tracking", "A", RecordKind.FIRST),
            ("Start tracking", "M", RecordKind.CHANGES),
            ("Record new changes of", "M", RecordKind.CHANGES),
            ("Update", "M", RecordKind.CHANGES),
            ("Apply technical or declaration upgrade on", "M", RecordKind.UPGRADE),
            ("Refilter", "M", RecordKind.UPGRADE),
        ],
    )
    def test_every_prefix_of_the_engine_is_a_record(self, prefix: str, status: str, kind: RecordKind) -> None:
        record = parse_record(
            self.commit(f"{prefix} Le Chat Terms of Service", "Le Chat/Terms of Service.md", status=status)
        )
        assert record is not None and record.kind is kind

    def test_the_path_says_which_document_it_is_whatever_the_subject_says(self) -> None:
        record = parse_record(self.commit("Refilter Sallow Terms", "Le Chat/Privacy Policy.md"))
        assert record is not None and record.document == ("Le Chat", "Privacy Policy")

    @pytest.mark.parametrize(
        "commit",
        [
            ("Update README", "README.md"),
            ("Update README of x", "docs/notes/README.md"),
            ("Remove mojibake", "Le Chat/Terms of Service.md"),
            ("First record of Le Chat Terms of Service", "Le Chat/Terms of Service.html"),
            ("First record of Le Chat Terms of Service", "a/b.md", "c/d.md"),
            ("Initial commit",),
        ],
    )
    def test_what_is_no_record_is_skipped(self, commit: tuple[str, ...]) -> None:
        message, *paths = commit
        assert parse_record(self.commit(message, *paths)) is None

    def test_deletions_and_links_are_no_records(self) -> None:
        subject, path = "Update Le Chat Terms of Service", "Le Chat/Terms of Service.md"
        assert parse_record(self.commit(subject, path, status="D")) is None
        assert parse_record(self.commit(subject, path, mode="120000")) is None

    @pytest.mark.parametrize(
        ("body", "snapshots"),
        [
            ("extracting from snapshot https://x.example/commit/ab", ("https://x.example/commit/ab",)),
            ("filtering snapshot abcdef", ("abcdef",)),
            ("filtering snapshot with Mongo ID 61e6f7", ("61e6f7",)),
            ("filtering snapshot with Mongo ID61e6f7", ("61e6f7",)),
            ("extracting from and assembling the following snapshots from 2 source documents:\n- a\n- b", ("a", "b")),
            ("filtering and assembling the following snapshots from 2 pages:\n- a\n- b", ("a", "b")),
        ],
    )
    def test_every_form_of_the_body_names_its_snapshots(self, body: str, snapshots: tuple[str, ...]) -> None:
        message = f"Update S T\n\n\nThis version was recorded after {body}\n"
        record = parse_record(self.commit(message, "S/T.md"))
        assert record is not None and record.snapshots == snapshots

    @pytest.mark.parametrize(("written", "version"), [("14.0.0", "14.0.0"), ("undefined", "")])
    def test_the_engine_version_is_read_where_it_is_known(self, written: str, version: str) -> None:
        record = parse_record(self.commit("Update S T" + self.BODY.format(written), "S/T.md"))
        assert record is not None and record.engine_version == version


class TestNames:
    def test_names_in_any_script_get_an_address_of_their_own(self) -> None:
        taken: set[str] = set()
        for name in ("DALL·E", "DALL-E", "Café Olé", "微信", "抖音"):
            taken.add(slug_of(name, taken.__contains__))
        assert taken == {"dall-e", "dall-e-2", "cafe-ole", "named-in-another-script", "named-in-another-script-2"}

    def test_licence_and_attribution_are_read_from_the_collection(self) -> None:
        assert licence(README, "") == licence("", "# ODC Attribution License (ODC-By)\n\n### Preamble") == "ODC-BY 1.0"
        assert attribution(README) == (
            "the members of the Institute of Invented Terms and Open Terms Archive contributors"
        )
        assert attribution("attribute the resulting works to *Ada and contributors*.") == "Ada and contributors"
        assert (licence("", ""), attribution("")) == ("", "")

    def test_a_collection_without_readme_is_called_after_its_repository(self) -> None:
        assert collection_name("", "https://x.example/pga-versions.git") == "pga"
        assert collection_name(README, "https://x.example/other.git") == "invented"

    def test_passwords_in_addresses_are_not_kept(self) -> None:
        assert without_credentials("https://ada:secret@x.example/c.git") == "https://x.example/c.git"


@pytest.mark.django_db
class TestImporting:
    def test_every_record_becomes_a_capture(self, run: Import, tmp_path: Path) -> None:
        summary = run(small_collection().write(tmp_path / "ota"))
        assert summary.records == Counter(first=2, changes=4, upgrades=1)
        assert summary.not_records == 4
        assert outcomes(document__platform__name="Marrowmint") == [
            "first", "changed", "returned", "quarantined", "changed",
        ]  # fmt: skip
        assert outcomes(document__platform__name="DALL·E") == ["first", "upgraded"]
        assert summary.captures == Counter(first=2, changed=2, returned=1, upgraded=1, quarantined=1)
        assert sum(summary.changes.values()) == Change.objects.count()

    def test_platforms_and_documents_are_made_from_the_paths(self, run: Import, tmp_path: Path) -> None:
        run(small_collection().write(tmp_path / "ota"))
        made = Document.objects.get(platform__slug="dall-e")
        assert (made.name, made.slug, made.standing) == ("Privacy Policy", "privacy-policy", Standing.POLICY)
        assert (made.region, made.language, made.source_urls) == ("", "en", [])
        collection = Collection.objects.get()
        assert (collection.name, collection.licence) == ("invented", "ODC-BY 1.0")
        assert made.collection == collection

    def test_a_second_run_adds_nothing(self, run: Import, tmp_path: Path) -> None:
        source = small_collection().write(tmp_path / "ota")
        run(source)
        before = everything()
        summary = run(source)
        assert everything() == before
        assert (summary.recorded.total(), summary.already_known) == (0, 7)

    def test_what_was_recorded_since_is_added(self, run: Import, tmp_path: Path) -> None:
        maker = small_collection()
        run(maker.write(tmp_path / "ota"))
        summary = run(maker.change("Marrowmint", "Terms of Service", A).write(tmp_path / "ota"))
        assert summary.recorded == Counter(changes=1)
        assert outcomes(document__platform__name="Marrowmint")[-1] == "returned"

    def test_a_clone_and_a_bundle_of_one_collection_are_one_collection(self, run: Import, tmp_path: Path) -> None:
        source = small_collection().write(tmp_path / "ota")
        bundle = tmp_path / "ota.bundle"
        git("-C", source, "bundle", "create", "--quiet", bundle, "--all")
        git("clone", "--quiet", source, tmp_path / "clone")
        run(source)
        before = everything()
        for other in (bundle, tmp_path / "clone"):
            assert run(other).recorded.total() == 0
        assert everything() == before

    def test_a_rewritten_history_is_known_again_by_time_and_text(self, run: Import, tmp_path: Path) -> None:
        maker = small_collection()
        run(maker.write(tmp_path / "ota"))
        before = everything()
        maker.commits[0] = ("Begin anew", maker.commits[0][1], maker.commits[0][2])
        maker.change("Marrowmint", "Terms of Service", B)
        summary = run(maker.write(tmp_path / "rewritten"))
        assert (summary.already_known, summary.recorded.total()) == (7, 1)
        assert everything() == before | {"Capture": before["Capture"] + 1, "Change": before["Change"] + 1}

    def test_order_is_the_parent_chain_not_the_date(self, run: Import, tmp_path: Path) -> None:
        long_ago = START - timedelta(days=100)
        maker = CollectionMaker().first("Sallow", "Terms of Service", A)
        maker.upgrade("Sallow", "Terms of Service", B, at=long_ago).change("Sallow", "Terms of Service", C, at=START)
        run(maker.write(tmp_path / "ota"))
        captures = Capture.objects.order_by("sequence").values_list("outcome", "captured_at")
        assert list(captures) == [("first", START), ("upgraded", long_ago), ("changed", START)]

    def test_records_of_the_same_second_are_all_kept(self, run: Import, tmp_path: Path) -> None:
        maker = CollectionMaker().first("Sallow", "Terms of Service", A, at=START)
        for text in (B, A, B):
            maker.change("Sallow", "Terms of Service", text, at=START)
        source = maker.write(tmp_path / "ota")
        assert run(source).recorded.total() == 4
        assert run(source).recorded.total() == 0

    def test_times_are_utc_whatever_the_offset_of_the_author(self, run: Import, tmp_path: Path) -> None:
        maker = CollectionMaker(offset="+0530").first("Sallow", "Terms of Service", A, at=START)
        run(maker.write(tmp_path / "ota"))
        assert Capture.objects.get().captured_at == START

    def test_bytes_that_are_no_text_do_not_stop_an_import(self, run: Import, tmp_path: Path) -> None:
        run(CollectionMaker().first("Sallow", "Terms of Service", A + "\0 null").write(tmp_path / "ota"))
        assert Version.objects.get().text.endswith("\ufffd null")

    def test_another_collection_of_the_same_terms_has_documents_of_its_own(self, run: Import, tmp_path: Path) -> None:
        run(small_collection().write(tmp_path / "ota"))
        other = CollectionMaker().first("Marrowmint", "Terms of Service", B, at=START + timedelta(minutes=3))
        run(other.write(tmp_path / "elsewhere-versions"))
        slugs = Document.objects.filter(platform__name="Marrowmint").order_by("pk").values_list("slug", flat=True)
        assert list(slugs) == ["terms-of-service", "terms-of-service-elsewhere"]

    def test_filters_choose_services_and_terms(self, run: Import, tmp_path: Path) -> None:
        source = small_collection().write(tmp_path / "ota")
        assert run(source, services=["DALL·E"]).recorded.total() == 2
        assert run(source, terms=["Terms of Service"]).recorded.total() == 5
        assert run(source).already_known == 7

    def test_an_unknown_name_lists_the_near_ones(self, run: Import, tmp_path: Path) -> None:
        source = small_collection().write(tmp_path / "ota")
        with pytest.raises(UnknownName, match=r"no service 'marowmint'\. It has, among others: Marrowmint"):
            run(source, services=["marowmint"])
        with pytest.raises(UnknownName, match="no terms type 'Terms of Servise'"):
            run(source, terms=["Terms of Servise"])

    def test_since_leaves_out_what_is_older_and_later_runs_do_not_put_it_in_between(
        self, run: Import, tmp_path: Path
    ) -> None:
        maker = CollectionMaker().first("Sallow", "Terms of Service", A).change("Sallow", "Terms of Service", B)
        source = maker.change("Sallow", "Terms of Service", C).write(tmp_path / "ota")
        assert run(source, since=START + timedelta(hours=12)).recorded.total() == 2
        summary = run(source)
        assert (summary.left_out, summary.already_known, summary.recorded.total()) == (1, 2, 0)
        assert outcomes() == ["first", "changed"]

    def test_only_recent_changes_are_to_be_drafted(self, run: Import, tmp_path: Path) -> None:
        maker = CollectionMaker().first("Sallow", "Terms of Service", A).change("Sallow", "Terms of Service", B)
        source = maker.change("Sallow", "Terms of Service", C, at=START + timedelta(days=200)).write(tmp_path / "ota")
        run(source)
        assert list(Change.objects.order_by("pk").values_list("is_backfill", flat=True)) == [True, False]

    def test_queue_since_moves_the_border(self, run: Import, tmp_path: Path) -> None:
        maker = CollectionMaker().first("Sallow", "Terms of Service", A).change("Sallow", "Terms of Service", B)
        run(maker.write(tmp_path / "ota"), queue_since=START + timedelta(days=1))
        assert Change.objects.get().is_backfill

    def test_topics_are_those_of_the_wordings_that_stand_at_the_end(self, run: Import, tmp_path: Path) -> None:
        Topic.objects.create(key="short", name="Short", definition="…", cues=[r"\b30 days\b"])
        Topic.objects.create(key="long", name="Long", definition="…", cues=[r"\b400 days\b"])
        maker = CollectionMaker()
        for days in (30, 400, 30, 400):
            text = document(Retention=f"We keep your Content for {days} days after you delete it.")
            maker.record("Update", "Aster", "Terms", text)
        run(maker.write(tmp_path / "ota"))
        assert list(Provision.objects.get(title="Retention").topics.values_list("key", flat=True)) == ["long"]

    def test_a_dry_run_names_classes_and_writes_nothing(self, run: Import, tmp_path: Path) -> None:
        source = small_collection().change("Marrowmint", "Terms of Service", C.replace("\n\n", "\n\n\n"))
        path = source.write(tmp_path / "ota")
        before = everything()
        summary = run(path, dry_run=True)
        assert summary.preview == {
            "first": 2, "text": 2, "returned": 1, "held": 1, "upgraded": 1, "white space or typography only": 1,
        }  # fmt: skip
        assert everything() == before
        run(path, services=["DALL·E"])
        assert sum((run(path, dry_run=True).preview or {}).values()) == 6


@pytest.mark.django_db
class TestBadSources:
    @pytest.mark.parametrize("source", ["/no/such/place", "https://127.0.0.1:1/none.git"])
    def test_what_cannot_be_read_is_said_in_one_line(self, run: Import, source: str) -> None:
        with pytest.raises(SourceError) as refusal:
            run(source)
        assert source in str(refusal.value)
        assert "\n" not in str(refusal.value)

    def test_a_folder_that_is_no_repository(self, run: Import, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        with pytest.raises(SourceError, match="cannot be read as a git repository or bundle"):
            run(tmp_path / "folder")

    def test_a_repository_that_is_no_collection(self, run: Import, tmp_path: Path) -> None:
        source = CollectionMaker().commit("Initial commit", {"README.md": "Hello"}).write(tmp_path / "code")
        with pytest.raises(SourceError, match="no Open Terms Archive versions collection"):
            run(source)

    def test_an_empty_repository(self, run: Import, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="nothing to import"):
            run(CollectionMaker().write(tmp_path / "empty"))

    def test_the_command_ends_with_one_line_and_its_exit_code(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no such file or directory") as failure:
            call_command("import_ota", "/no/such/place")
        assert failure.value.returncode == 1
        source = small_collection().write(tmp_path / "ota")
        with pytest.raises(CommandError, match="Marrowmint") as usage:
            call_command("import_ota", str(source), "--service", "Marrowmynt")
        assert usage.value.returncode == 2


@pytest.mark.django_db
def test_the_command_prints_one_json_object_and_queues_recent_changes(tmp_path: Path) -> None:
    source = small_collection().write(tmp_path / "ota")
    printed = StringIO()
    call_command("import_ota", str(source), "--json", stdout=printed)
    summary = json.loads(printed.getvalue())
    assert summary["records"] == {"first": 2, "changes": 4, "upgrades": 1, "total": 7}
    assert summary["captures"]["quarantined"] == 1
    assert summary["draft_jobs_queued"] == 0  # what changed last is a removal: there is nothing to draft
    again = StringIO()
    call_command("import_ota", str(source), stdout=again)
    assert "Nothing new: 7 records are archived already." in again.getvalue()


@pytest.mark.django_db(transaction=True)
def test_an_import_that_was_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    maker = CollectionMaker()
    for number in range(KILLED):
        text = document(Retention=f"We keep your Content for {number} days after you delete it.")
        maker.record("First record of" if number < 2 else "Record new changes of", f"S{number % 2}", "Terms", text)
    source = maker.write(tmp_path / "ota")
    command = [sys.executable, "-W", "ignore", "-c", IMPORT, str(source), str(tmp_path / "copies")]
    environment = os.environ | {"DATABASE_URL": database_url()}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    with process.stdout as batches:
        assert batches.readline(), "the import ended before it could be killed"
        process.send_signal(signal.SIGKILL)
        process.wait()
    recorded = Capture.objects.count()
    assert 0 < recorded < KILLED
    assert recorded % importing.BATCH == 0
    summary = import_collection(str(source), folder=tmp_path / "copies")
    assert (summary.already_known, summary.recorded.total()) == (recorded, KILLED - recorded)
    assert Counter(outcomes()) == Counter(first=2, changed=KILLED - 2)
    assert Change.objects.count() == KILLED - 2


@pytest.mark.django_db
def test_a_date_in_the_future_makes_old_history_of_nothing(run: Import, tmp_path: Path) -> None:
    texts = [document(Retention=f"We keep your Content for {days} days after you delete it.") for days in (30, 60, 90)]
    maker = CollectionMaker().first("Marrowmint", "Terms", texts[0])
    maker.change("Marrowmint", "Terms", texts[1], at=datetime(2999, 1, 1, tzinfo=UTC))
    maker.change("Marrowmint", "Terms", texts[2], at=START + timedelta(days=2))
    run(maker.write(tmp_path / "ota"))
    times = list(Capture.objects.order_by("sequence").values_list("captured_at", flat=True))
    assert times == [START, START, START + timedelta(days=2)]
    assert list(Change.objects.values_list("is_backfill", flat=True)) == [False, False]
    assert run(tmp_path / "ota").recorded.total() == 0


KILLED = 3 * importing.BATCH  # records of the collection whose import is killed after the first batch
IMPORT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "atlas.settings"
import django
django.setup()
from pathlib import Path
from atlas.archive.collections.importing import import_collection
report = lambda done, total: print(done, flush=True)
import_collection(sys.argv[1], folder=Path(sys.argv[2]), progress=report)
"""


def git(*arguments: object) -> None:
    subprocess.run(["git", *map(str, arguments)], check=True)


def test_the_whole_real_collection_is_read(shared_path: Path, tmp_path: Path) -> None:
    source = shared_path / "ota" / "genai-eu-versions.bundle"
    repository = importing.fetch_collection(str(source), tmp_path)
    records, others = importing.read_history(repository, repository.tip())
    assert Counter(record.kind for record in records) == Counter(first=63, changes=917, upgrades=37)
    assert others == 3
    assert all(record.snapshots for record in records)
    assert max(record.captured_at for record in records) < datetime(2026, 8, 23, tzinfo=UTC)
