"""Cutting the archive again: provisions keep their identity, nothing is announced, nothing is overwritten."""

import json
from datetime import timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from atlas.archive.collections.importing import import_collection
from atlas.archive.provisions.splitting import SPLITTER, ProvisionText
from atlas.archive.record.rebuilding import PRESENT, Rebuilt, Splitter, documents_to_rebuild, rebuild, rebuild_document
from atlas.archive.record.recording import record_capture
from atlas.archive.record.recutting import Span, could_keep, kept, overlaps, owners_by_overlap
from atlas.archive.texts.fingerprints import fingerprint_sha256
from atlas.dossier.contents import collect
from atlas.dossier.sections import CUT_ANEW, notices
from atlas.models import (
    Capture,
    Change,
    Document,
    Incident,
    Outcome,
    Placement,
    Provision,
    Publication,
    StatedDate,
    Version,
    Wording,
)
from tests.atlas.collections import CollectionMaker
from tests.atlas.looks import A, B, C, See, joined
from tests.atlas.site_rows import allow_publications_past_review, publish
from tests.atlas.splitters import COARSER, FINER, piece
from tests.atlas.texts import ERROR_PAGE, PARAGRAPHS, document
from tests.factories import NOON, make_document
from tests.tampering import tamper

pytestmark = pytest.mark.django_db


def everything() -> dict[str, int]:
    models = (Capture, Version, Provision, Wording, Placement, Change, StatedDate, Incident)
    return {model.__name__: model.objects.count() for model in models}


def owners(version: Version, splitter: int) -> dict[str, int]:
    """The first words of each piece → its provision."""
    rows = version.placements.filter(splitter=splitter).select_related("wording")
    return {row.wording.text: row.wording.provision_id for row in rows}


class TestNothingToDo:
    def test_the_same_splitter_again_adds_nothing(self, terms: Document, see: See) -> None:
        for text in (A, B, A, C):
            see(text)
        before = everything()
        assert not documents_to_rebuild().exists()
        assert rebuild([terms]) == Rebuilt()
        assert everything() == before

    def test_a_second_rebuild_adds_nothing(self, terms: Document, see: See) -> None:
        see(A), see(B)
        assert rebuild([terms], splitter=FINER).versions == 2
        before = everything()
        assert not documents_to_rebuild(FINER).exists()
        assert rebuild([terms], splitter=FINER) == Rebuilt()
        assert everything() == before

    def test_a_document_without_a_good_capture_is_left_alone(self, terms: Document, see: See) -> None:
        see(ERROR_PAGE)
        assert rebuild([terms], splitter=FINER) == Rebuilt()


@pytest.mark.parametrize("splitter", [FINER, COARSER], ids=["finer", "coarser"])
class TestCuttingAgain:
    @pytest.fixture(autouse=True)
    def _history(self, see: See) -> None:
        for text in (A, B, "\n \n" + C, A, document(Audio="We do not record sound. We never did.")):
            see(text)

    def test_the_new_pieces_give_back_each_text_and_the_old_ones_stay(
        self, terms: Document, splitter: Splitter
    ) -> None:
        before = list(Placement.objects.order_by("pk").values())
        rebuild([terms], splitter=splitter)
        assert list(Placement.objects.filter(splitter=SPLITTER).order_by("pk").values()) == before
        for version in terms.versions.all():
            assert joined(version, SPLITTER) == joined(version, splitter.number) == version.text

    def test_as_many_provisions_live_on_as_can(self, terms: Document, splitter: Splitter) -> None:
        rebuilt = rebuild([terms], splitter=splitter)
        assert rebuilt.kept < rebuilt.identity
        assert rebuilt.identity >= 0.995

    def test_nothing_is_announced(self, terms: Document, splitter: Splitter) -> None:
        changes = list(Change.objects.order_by("pk").values())
        bells = OrmQ.objects.count()
        rebuild([terms], splitter=splitter)
        assert list(Change.objects.order_by("pk").values()) == changes
        assert OrmQ.objects.count() == bells

    def test_a_capture_says_so_and_claims_no_new_look_at_the_platform(
        self, terms: Document, splitter: Splitter
    ) -> None:
        last = terms.captures.latest("sequence")
        rebuild([terms], splitter=splitter)
        said = terms.captures.latest("sequence")
        assert (said.outcome, said.version, said.source_ref) == (Outcome.UPGRADED, last.version, "")
        assert said.reasons == [f"The provisions were cut again by splitter {splitter.number}."]
        assert said.captured_at == last.captured_at

    def test_what_stands_is_what_the_new_pieces_say(self, terms: Document, splitter: Splitter) -> None:
        rebuild([terms], splitter=splitter)
        standing = terms.captures.latest("sequence").version
        assert standing is not None
        placed = Placement.objects.of(standing).order_by("ordinal").values_list("ordinal", "wording")
        in_force = terms.provisions.in_force().order_by("ordinal").values_list("ordinal", "current_wording")
        assert list(in_force) == list(placed)
        assert not terms.provisions.filter(current_wording=None).exists()

    def test_a_piece_is_one_provision_through_the_history(self, terms: Document, splitter: Splitter) -> None:
        rebuild([terms], splitter=splitter)
        versions = list(terms.versions.order_by("number"))
        for before, after in pairwise(versions):
            was, now = owners(before, splitter.number), owners(after, splitter.number)
            assert all(was[text] == now[text] for text in was.keys() & now.keys())

    def test_a_new_piece_that_is_gone_ended_with_the_text_it_stood_in(
        self, terms: Document, splitter: Splitter, see: See
    ) -> None:
        ended = see(A)
        rebuild([terms], splitter=splitter)
        new = Provision.objects.exclude(wordings__placements__splitter=SPLITTER).filter(
            wordings__text__contains="never did"
        )
        assert [row.removed_at for row in new] == [ended.captured_at] * (splitter is FINER)

    def test_the_next_capture_is_compared_with_the_new_pieces(
        self, terms: Document, see: See, splitter: Splitter
    ) -> None:
        rebuild([terms], splitter=splitter)
        known = Provision.objects.count()
        assert see(document(Audio="We do not record sound. We never did.")).outcome == Outcome.UNCHANGED
        assert see(A).outcome == Outcome.RETURNED
        assert Provision.objects.count() == known

    def test_a_dry_run_takes_all_back(self, terms: Document, splitter: Splitter) -> None:
        before = everything()
        assert rebuild([terms], splitter=splitter, dry_run=True).versions == 4
        assert everything() == before


class TestAnInterruption:
    def test_a_rebuild_that_was_cut_off_goes_on_where_it_stopped(self) -> None:
        documents = [make_document() for _ in range(3)]
        for one in documents:
            record_capture(one, text=A, captured_at=NOON)

        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rebuild(documents, splitter=FINER, progress=stop)
        assert list(documents_to_rebuild(FINER)) == documents[1:]
        assert rebuild(list(documents_to_rebuild(FINER)), splitter=FINER).documents == 2
        assert Capture.objects.count() == 6

    def test_a_document_that_cannot_be_cut_stays_as_it_is_and_the_others_are_cut(self) -> None:
        known = [make_document(name=name) for name in ("Terms of Service", "Cookie Policy", "Privacy Policy")]
        for where, text in zip(known, (A, B, C), strict=True):
            record_capture(where, text=text, captured_at=NOON)
        before = list(known[1].provisions.order_by("pk").values())

        def cut(text: str) -> list[ProvisionText]:
            if text == B:
                raise RecursionError("nested too deeply")
            return FINER.cut(text)

        rebuilt = rebuild(known, splitter=Splitter(FINER.number, cut))
        assert (rebuilt.documents, rebuilt.failed) == (2, 1)
        assert list(known[1].provisions.order_by("pk").values()) == before
        assert list(documents_to_rebuild(FINER)) == [known[1]]

    def test_a_version_that_came_between_two_splitters_is_cut_once(self, terms: Document, see: See) -> None:
        see(A)
        rebuild([terms], splitter=FINER)
        see(B)
        assert rebuild([terms], splitter=FINER).versions == 1
        for version in terms.versions.all():
            assert version.placements.filter(splitter=FINER.number).count() == len(FINER.cut(version.text))

    def test_nobody_can_record_the_document_meanwhile(self, terms: Document, see: See) -> None:
        see(A)
        with CaptureQueriesContext(connection) as queries:
            rebuild_document(terms, splitter=FINER)
        assert "FOR NO KEY UPDATE" in queries.captured_queries[1]["sql"], "the first after its savepoint"


class TestWhatIsUnderWay:
    def test_an_incident_stays_open_and_ends_as_it_would_without_a_rebuild(self) -> None:
        long = document(Audio="We record sound only while you speak to the Service, and delete it within a day. " * 8)
        short = document(Retention=None, Governing_law=None, Termination=None)
        rebuilt, other = make_document(), make_document()
        for one in (rebuilt, other):
            record_capture(one, text=long, captured_at=NOON)
            held = record_capture(one, text=short, captured_at=NOON + timedelta(days=1))
            assert held.outcome == Outcome.QUARANTINED
        rebuild([rebuilt], splitter=FINER)
        assert Incident.objects.get(document=rebuilt).closed_at is None
        for one in (rebuilt, other):
            record_capture(one, text=short, captured_at=NOON + timedelta(days=4))
        assert Incident.objects.filter(closed_at=None).count() in (0, 2)
        outcomes = list(rebuilt.captures.order_by("sequence").values_list("outcome", flat=True))
        assert outcomes.pop(2) == Outcome.UPGRADED
        assert outcomes == list(other.captures.order_by("sequence").values_list("outcome", flat=True))

    def test_an_import_goes_on_after_a_rebuild(self, tmp_path: Path) -> None:
        maker = CollectionMaker().first("Marrowmint", "Terms of Service", A).change("Marrowmint", "Terms of Service", B)

        def run() -> tuple[int, int, int]:
            summary = import_collection(str(maker.write(tmp_path / "c")), folder=tmp_path / "copies")
            return summary.recorded.total(), summary.already_known, summary.left_out

        assert run() == (2, 0, 0)
        rebuild(list(Document.objects.all()), splitter=FINER)
        assert run() == (0, 2, 0)
        maker.change("Marrowmint", "Terms of Service", C)
        assert run() == (1, 2, 0)
        assert Capture.objects.latest("sequence").outcome == Outcome.CHANGED


def test_a_version_without_a_fingerprint_gets_it_and_its_dates(terms: Document, see: See) -> None:
    see("Effective: 1 March 2026\n\n" + A)
    tamper("atlas_version", "UPDATE atlas_version SET fingerprint_sha256 = ''")
    if StatedDate.objects.exists():
        tamper("atlas_stateddate", "DELETE FROM atlas_stateddate")
    assert list(documents_to_rebuild()) == [terms]
    assert rebuild([terms]) == Rebuilt(documents=1, dated_versions=1)
    version = Version.objects.get()
    assert version.fingerprint_sha256 == fingerprint_sha256(version.text)
    assert [(row.value, row.quote) for row in StatedDate.objects.all()] == [("2026-03-01", "Effective: 1 March 2026")]
    assert terms.captures.count() == 1, "nothing was cut again"


class TestIdentity:
    """Which provision a piece is, as values."""

    TEXT = "x" * 100

    def found(self, spans: list[tuple[int, int, int]], cuts: list[int]) -> tuple[dict[int, int], int, int]:
        texts = [piece(self.TEXT, start, end) for start, end in pairwise(cuts)]
        common = list(overlaps([Span(*span) for span in spans], texts))
        given = owners_by_overlap(common, texts)
        return given, kept(common, given | {i: -1 for i in range(len(texts)) if i not in given}), could_keep(common)

    def test_the_largest_part_of_a_split_provision_goes_on_being_it(self) -> None:
        assert self.found([(7, 0, 100)], [0, 30, 100]) == ({1: 7}, 70, 70)

    def test_a_merged_piece_is_the_provision_that_is_most_of_it(self) -> None:
        assert self.found([(7, 0, 30), (8, 30, 100)], [0, 100]) == ({0: 8}, 70, 70)

    def test_a_cut_that_moves_leaves_both_provisions_what_they_are(self) -> None:
        assert self.found([(7, 0, 50), (8, 50, 100)], [0, 60, 100]) == ({0: 7, 1: 8}, 90, 90)

    def test_each_provision_is_one_piece(self) -> None:
        assert self.found([(7, 0, 90), (8, 90, 100)], [0, 40, 80, 100])[0] == {0: 7, 2: 8}


class TestTheCommand:
    def run(self, *arguments: str) -> str:
        out = StringIO()
        call_command("rebuild_archive", *arguments, stdout=out)
        return out.getvalue()

    def test_it_says_that_there_is_nothing_to_do(self, see: See) -> None:
        see(A)
        assert self.run().startswith(f"Nothing to do: splitter {SPLITTER} has cut every version.")

    def test_it_cuts_what_an_earlier_splitter_cut(self, terms: Document, see: See) -> None:
        see(A)
        tamper("atlas_placement", "UPDATE atlas_placement SET splitter = %s", SPLITTER - 1)
        assert json.loads(self.run("--json", "--dry-run"))["versions"] == 1
        assert "Cut 1 version of 1 document again" in self.run("--document", terms.public_id)
        assert json.loads(self.run("--json")) | {"seconds": 0} == {
            **vars(Rebuilt()),
            "kept": 1.0,
            "identity": 1.0,
            "splitter": PRESENT.number,
            "dry_run": False,
            "seconds": 0,
        }

    @pytest.mark.parametrize("public_id", ["AT-D-999999", "AT-P-000001", "terms"])
    def test_a_document_that_is_none_is_bad_usage(self, public_id: str) -> None:
        with pytest.raises(CommandError) as refused:
            self.run("--document", public_id)
        assert refused.value.returncode == 2


class TestPublications:
    """An analysis describes a text, not a cut."""

    @pytest.fixture
    def publication(self, see: See) -> Publication:
        allow_publications_past_review()
        see(document(Use_of_Content=PARAGRAPHS["Use of Content"] + " We never sell it."))
        return publish(Provision.objects.get(title="Use of Content"))

    def page(self, publication: Publication, client: Client) -> str:
        return client.get(publication.get_absolute_url()).content.decode()

    @pytest.mark.parametrize("splitter", [FINER, COARSER], ids=["finer", "coarser"])
    def test_one_is_not_stale_merely_because_the_cut_changed(
        self, terms: Document, publication: Publication, client: Client, splitter: Splitter
    ) -> None:
        rebuild([terms], splitter=splitter)
        assert publication.wording.folded_sha256 not in Provision.objects.in_force().values_list(
            "current_wording__folded_sha256", flat=True
        )
        assert not Publication.objects.stale().exists()
        page = self.page(publication, client)
        assert "The extent of this provision was cut anew." in page
        assert "which stands word for word" in page
        assert "No longer in the document" not in page
        assert "Describes an earlier text" not in client.get("/publications/").content.decode()
        told = list(notices(collect(Provision.objects.get(pk=publication.provision_id))))
        assert CUT_ANEW in told
        assert not [notice for notice in told if "No longer in" in notice or "another text now" in notice]

    @pytest.mark.parametrize(
        "changed",
        [
            PARAGRAPHS["Use of Content"].replace("to train and", "to sell or") + " We never sell it.",
            PARAGRAPHS["Use of Content"] + " We sell it.",
        ],
        ids=["the piece that kept its name", "the piece that is another provision now"],
    )
    def test_one_is_stale_as_soon_as_a_piece_of_its_text_changes(
        self, terms: Document, see: See, publication: Publication, client: Client, changed: str
    ) -> None:
        rebuild([terms], splitter=FINER)
        assert see(document(Use_of_Content=changed)).outcome == Outcome.CHANGED
        assert Publication.objects.stale().get() == publication

    def test_it_stays_with_what_it_was_published_on(self, terms: Document, publication: Publication) -> None:
        before = Publication.objects.values().get()
        rebuild([terms], splitter=FINER)
        assert Publication.objects.values().get() == before
