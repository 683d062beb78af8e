"""An evidence pack holds all that a publication rests on, and shows by itself when a byte of it was altered."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.evidence.checking import NotAPack, check
from atlas.evidence.packing import manifest_of, pack
from atlas.models import Publication
from review import actions
from tests.review.factories import CONTENT, QUOTE, approve, change_text, make_edition, make_editor, make_publication

Files = dict[str, bytes]
Altering = Callable[[Files], None]


@pytest.fixture(scope="module")
def made(shared_rows: None) -> Publication:
    return make_publication()


@pytest.fixture(scope="module")
def packed(made: Publication) -> bytes:
    return pack(made)


@pytest.fixture
def publication(db: None, made: Publication) -> Publication:
    return Publication.objects.get(pk=made.pk)


@pytest.fixture
def files(packed: bytes) -> Files:
    return unpacked(packed)


def unpacked(packed: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed_again(files: Files, *, with_new_manifest: bool = False) -> bytes:
    if with_new_manifest:
        public_id = json.loads(files["manifest.json"])["publication"]
        rest = {name: content for name, content in files.items() if name != "manifest.json"}
        files = {**rest, "manifest.json": manifest_of(rest, public_id)}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def changed(files: Files, name: str, change: Callable[[Any], None]) -> Files:
    """``files`` with the JSON of one altered."""
    value = json.loads(files[name])
    change(value)
    return {**files, name: json.dumps(value).encode()}


def test_a_pack_is_whole_and_says_what_holds(publication: Publication) -> None:
    checked = check(pack(publication))
    assert checked.is_whole, checked.problems
    assert checked.publication == publication.public_id
    assert len(checked.held) == 6


def test_the_pack_of_a_publication_is_the_same_whenever_it_is_made(publication: Publication) -> None:
    first = pack(publication)
    change_text(publication.provision, "Everything is different now.")
    publication.provision.refresh_from_db()
    make_publication(publication.provision, title="Of the later text", summary="“Everything is different now.”")
    publication.refresh_from_db()
    assert publication.superseded_at
    assert pack(publication) == first


def test_a_pack_holds_what_the_analysis_rests_on(files: Files, publication: Publication) -> None:
    record = json.loads(files["publication.json"])
    assert record["content"] == publication.content()
    assert files["wording.txt"].decode() == publication.wording.text
    place = json.loads(files["quotes.json"])[0]
    start, end = place["stands_at"]
    assert f"“{publication.wording.text[start:end]}”" == QUOTE
    assert "sha256sum" in files["README.txt"].decode()


def test_a_change_comes_with_the_text_before_and_the_difference(db: None) -> None:
    provision = make_publication().provision
    change_text(provision, "We may use your Content to train and improve our models. You may refuse by letter.")
    provision.refresh_from_db()
    files = unpacked(pack(make_publication(provision)))
    assert b"by letter" not in files["earlier-wording.txt"]
    assert ["added", " may refuse by letter"] in json.loads(files["difference.json"])["parts"]
    assert check(packed_again(files)).is_whole


def test_nobody_who_did_not_approve_is_named(db: None) -> None:
    edition = make_edition()
    writer, approver = make_editor("Editor", public_name="Private Writer"), make_editor(public_name="Public Approver")
    text = {**CONTENT, "interpretive_note": "Read on its own."}
    actions.revise(edition, text, by=writer, lock_version=edition.lock_version)
    edition = approve(edition, approver)
    publication = Publication.objects.get(revision_id=edition.approved_revision_id)
    words = b"".join(unpacked(pack(publication)).values()).decode()
    assert "Public Approver" in words
    assert "Private Writer" not in words.replace(publication.drafter, "")
    assert writer.username not in words


@pytest.mark.parametrize(
    "name", ["publication.json", "wording.txt", "quotes.json", "review.json", "analysis.txt", "README.txt"]
)
def test_one_altered_byte_is_named_by_its_file(files: Files, name: str) -> None:
    content = bytearray(files[name])
    content[len(content) // 2] ^= 1
    checked = check(packed_again({**files, name: bytes(content)}))
    assert any(problem.startswith(f"{name} was altered") for problem in checked.problems)


def _other_words(files: Files) -> None:
    files["wording.txt"] = files["wording.txt"].replace(b"may", b"must")


def _other_analysis(files: Files) -> None:
    files |= changed(files, "publication.json", lambda record: record["content"].update(title="Another title"))


def _other_quote(files: Files) -> None:
    def move(places: Any) -> None:
        places[0]["stands_at"] = [0, 5]

    files |= changed(files, "quotes.json", move)


def _no_quote(files: Files) -> None:
    files["quotes.json"] = b"[]"


def _no_approval(files: Files) -> None:
    files |= changed(files, "review.json", lambda review: review.update(approvals=[]))


def _approval_of_another_text(files: Files) -> None:
    files |= changed(files, "review.json", lambda review: review["approvals"][0].update(content_sha256="0" * 64))


def _no_review(files: Files) -> None:
    files["review.json"] = b'["nothing"]'


def _not_json(files: Files) -> None:
    files["publication.json"] = b"\xff{"


@pytest.mark.parametrize(
    ("alter", "problem"),
    [
        (_other_words, "wording.txt"),
        (_other_analysis, "publication.json: the analysis"),
        (_other_quote, "does not stand where quotes.json says"),
        (_no_quote, "quotes.json does not tell"),
        (_no_approval, "review.json has 0 approvals"),
        (_approval_of_another_text, "review.json has 0 approvals"),
        (_no_review, "does not have the form"),
        (_not_json, "does not have the form"),
    ],
)
def test_altering_the_manifest_as_well_does_not_help(files: Files, alter: Altering, problem: str) -> None:
    alter(files)
    checked = check(packed_again(files, with_new_manifest=True))
    assert any(problem in found for found in checked.problems), checked.problems


def test_missing_and_added_files_are_named(files: Files) -> None:
    del files["obligations.json"]
    files["more.txt"] = b"more"
    problems = check(packed_again(files)).problems
    assert "obligations.json is missing." in problems
    assert "more.txt is not in the manifest." in problems


def test_a_high_exposure_needs_two_approvals_in_the_pack_too(db: None) -> None:
    edition = approve(make_edition(exposure_level="high"), make_editor(), make_editor())
    files = unpacked(pack(Publication.objects.get(revision_id=edition.approved_revision_id)))
    assert check(packed_again(files)).is_whole
    _drop_one(files)
    assert any("2 are needed" in problem for problem in check(packed_again(files, with_new_manifest=True)).problems)


def _drop_one(files: Files) -> None:
    files |= changed(files, "review.json", lambda review: review["approvals"].pop())


@pytest.mark.parametrize("given_bytes", [b"", b"no zip", b"PK\x03\x04", packed_again({"a": b"b"})])
def test_what_is_no_pack_is_refused_in_words(given_bytes: bytes) -> None:
    with pytest.raises(NotAPack):
        check(given_bytes)


def test_a_bomb_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * 60_000_000)
    with pytest.raises(NotAPack, match="larger than any"):
        check(target.getvalue())


@given(st.dictionaries(st.text(max_size=12), st.recursive(st.none() | st.text() | st.integers(), st.lists), max_size=4))
@settings(max_examples=40, deadline=None)
def test_no_manifest_makes_it_crash(files: dict[str, Any]) -> None:
    manifest = {"format": "atlas-evidence/1", "publication": None, "files": files}
    checked = check(packed_again({"manifest.json": json.dumps(manifest).encode()}))
    assert not checked.is_whole


def test_the_command_writes_a_pack_and_checks_it(publication: Publication, tmp_path: Path, capsys: Any) -> None:
    target = tmp_path / "pack.zip"
    call_command("evidence", publication.public_id, output=target)
    call_command("evidence", verify=target)
    assert "holds: Every quote stands in the archived text." in capsys.readouterr().out
    content = bytearray(target.read_bytes())
    content[content.index(b"train and improve")] ^= 1
    target.write_bytes(content)
    with pytest.raises(CommandError, match=r"wording\.txt|publication\.json|versions/|analysis\.txt"):
        call_command("evidence", verify=target)


def test_checking_needs_no_database(tmp_path: Path) -> None:
    """Not marked for the database: a query would be refused."""
    target = tmp_path / "pack.zip"
    target.write_bytes(packed_again({"a": b"b"}))
    with pytest.raises(CommandError, match="no evidence pack"):
        call_command("evidence", verify=target)


@pytest.mark.parametrize("arguments", [{}, {"publication": "AT-A-000001"}, {"verify": Path("x"), "output": Path("y")}])
def test_bad_usage_has_its_own_exit_code(arguments: dict[str, Any]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("evidence", *([arguments.pop("publication")] if "publication" in arguments else []), **arguments)
    assert refused.value.returncode == 2


class TestForReaders:
    """What readers take away, and what they can check without an account."""

    def test_the_page_shows_the_checksum_of_the_pack_that_it_offers(
        self, client: Client, publication: Publication
    ) -> None:
        page = client.get(reverse("site:evidence", args=[publication.public_id])).content.decode()
        response = client.get(reverse("site:evidence_pack", args=[publication.public_id]))
        assert check(response.content).digest in page
        assert response.headers["Content-Type"] == "application/zip"

    @pytest.mark.parametrize("end", [actions.withdraw, actions.retract])
    def test_a_publication_that_was_taken_back_has_no_pack(
        self, client: Client, publication: Publication, end: Any
    ) -> None:
        packed = pack(publication)
        end(publication, by=make_editor("Managing editor"), reason="Misread.")
        for name in ("site:evidence", "site:evidence_pack"):
            response = client.get(reverse(name, args=[publication.public_id]))
            assert response.status_code == 410
            assert CONTENT["practical_effect"] not in response.content.decode()
        page = send(client, packed).content.decode()
        assert "The pack is whole" in page
        assert "withdrawn or retracted" in page
        assert CONTENT["practical_effect"] not in page

    def test_a_pack_is_checked_against_ours(self, client: Client, publication: Publication) -> None:
        packed = pack(publication)
        assert "to the last byte" in send(client, packed).content.decode()
        files = unpacked(packed)
        files["README.txt"] += b"More."
        page = send(client, packed_again(files, with_new_manifest=True)).content.decode()
        assert "The pack is whole" in page
        assert "Something else in the pack differs from ours" in page
        another = changed(files, "publication.json", lambda record: record["content"].update(title="Another"))
        page = send(client, packed_again(another, with_new_manifest=True)).content.decode()
        assert "It is not the pack that Atlas publishes" in page

    def test_what_is_wrong_is_said_and_nothing_is_run(self, client: Client, db: None) -> None:
        response = send(client, packed_again({"<script>alert(1)</script>": b"", "manifest.json": b"{}"}))
        assert response.status_code == 400
        manifest = b'{"format": "atlas-evidence/1", "publication": "<script>", "files": {"<script>x": 1}}'
        page = send(client, packed_again({"manifest.json": manifest})).content.decode()
        assert "<script>" not in page
        assert "not what it says" in page

    def test_no_file_is_an_error_in_words(self, client: Client, db: None) -> None:
        response = client.post(reverse("site:verify"))
        assert response.status_code == 400
        assert "Choose the ZIP file" in response.content.decode()
        assert not response.cookies

    def test_a_checksum_leads_to_what_has_it(self, client: Client, publication: Publication) -> None:
        for sha256, shown in (
            (publication.content_sha256, publication.public_id),
            (publication.wording.text_sha256, publication.provision.public_id),
            (publication.version.snapshot.sha256, publication.version.public_id),
        ):
            page = client.get(reverse("site:verify"), {"sha256": sha256.upper()}).content.decode()
            assert shown in page
        assert "no SHA-256" in client.get(reverse("site:verify"), {"sha256": "abc"}).content.decode()
        assert "Nothing that Atlas shows" in client.get(reverse("site:verify"), {"sha256": "0" * 64}).content.decode()


def send(client: Client, packed: bytes) -> Any:
    return client.post(reverse("site:verify"), {"pack": io.BytesIO(packed)})
