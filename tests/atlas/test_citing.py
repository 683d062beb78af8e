"""Citations: the same thing in three formats, escaped for each, and nothing of what was taken back."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from atlas.citing.cited import Approver, Cited
from atlas.citing.writing import FORMATS, as_bibtex, as_csl, as_text
from atlas.models import Collection, Provision, Publication
from tests.atlas.site_rows import QUOTE, allow_publications_past_review, make_catalogue, publish, reword
from tests.factories import NOON, make_document, make_platform, make_provision

HOSTILE = '50% of {Users} & \\write18{rm} "x" ~^_$#\n}\n@misc{evil, author = {Me and You}}\u202e'


def thing(**fields: object) -> Cited:
    defaults = {"key": "AT-A-000001", "identifier": "AT-A-000001", "title": "A title", "described": "analysis of it"}
    return Cited(**{**defaults, "address": "http://localhost:8000/x/", **fields})  # type: ignore[arg-type]


def parse(entry: str) -> dict[str, str]:
    """A BibTeX entry read as BibTeX does: values end where braces balance, whatever stands before a brace."""
    start = re.match(r"@misc\{([A-Z0-9-]+),\n", entry)
    assert start is not None
    found, place = {"key": start[1]}, start.end()
    while field := re.compile(r"\s*(\w+) = ").match(entry, place):
        place, depth = field.end(), 0
        begin = place
        while depth or entry[place] not in ",\n":
            depth += {"{": 1, "}": -1}.get(entry[place], 0)
            place += 1
        found[field[1]] = entry[begin:place]
        place += entry[place] == ","
    assert entry[place:] == "\n}\n", "something stands after the last field"
    return found


class TestHostileTexts:
    def test_bibtex_stays_one_entry_with_balanced_braces(self) -> None:
        from atlas.controls import one_line

        names = (Approver("Ada and Bea, {von} Y", "Judge & Jury"),)
        fields = parse(as_bibtex(thing(title=one_line(HOSTILE), approvers=names, ended=one_line(HOSTILE))))
        assert set(fields) == {"key", "author", "title", "howpublished", "url", "note"}
        assert fields["author"] == r"{{Ada and Bea, \textbraceleft{}von\textbraceright{} Y}}"
        assert r"50\% of \textbraceleft{}Users\textbraceright{} \& \textbackslash{}write18" in fields["title"]
        assert r"\textasciitilde{}\textasciicircum{}\_\$\#" in fields["title"]
        assert "⟨U+202E⟩" in fields["title"]

    def test_csl_is_json_with_the_words_as_they_are(self) -> None:
        (item,) = json.loads(as_csl(thing(title=HOSTILE)))
        assert item["title"] == HOSTILE

    def test_other_scripts_are_kept(self) -> None:
        title = "Übermittlung · 个人信息 · العربية"
        for write in (as_text, as_bibtex, as_csl):
            assert title in write(thing(title=title))


@pytest.mark.django_db
class TestDownloads:
    @pytest.fixture(autouse=True)
    def _past_review(self) -> None:
        allow_publications_past_review()
        make_catalogue()

    @pytest.fixture
    def provision(self) -> Provision:
        collection = Collection.objects.create(key="c", name="Archive X", licence="ODC-BY 1.0", attribution="By X")
        document = make_document(make_platform("Acme"), collection=collection)
        return make_provision(document=document)

    def get(self, client: Client, address: str, suffix: str = "txt") -> str:
        response = client.get(f"{address}citation.{suffix}")
        assert response.status_code == 200, address
        assert response.headers["Content-Type"] == FORMATS[suffix].content_type
        return response.content.decode().strip()

    def test_the_text_is_cited_with_its_version_date_checksum_licence_and_lasting_address(
        self, client: Client, provision: Provision
    ) -> None:
        wording = provision.current_wording
        assert wording is not None and wording.first_capture.version is not None
        version = wording.first_capture.version.public_id
        assert self.get(client, provision.get_absolute_url()) == (
            f"Acme, “Use of content”, Privacy Policy, text as archived. Atlas, {provision.public_id} in {version}. "
            f"Version first captured 1 June 2026. SHA-256 of the text: {wording.text_sha256}. "
            "Text: By X (ODC-BY 1.0). "
            f"http://localhost:8000/versions/{version}/#{provision.public_id}"
        )

    def test_an_analysis_is_cited_with_who_approved_it_in_which_role(
        self, client: Client, provision: Provision
    ) -> None:
        row = publish(provision)
        words = self.get(client, row.permalink)
        assert words.startswith("Ada Reviewer (Technology lawyer), approver, “Training on content, with an opt-out”")
        for part in (row.public_id, "version 1.0, published 2 June 2026", row.content_sha256, row.permalink):
            assert part in words
        (item,) = json.loads(self.get(client, row.permalink, "json"))
        assert item["author"] == [{"literal": "Ada Reviewer"}]
        assert item["issued"] == {"date-parts": [[2026, 6, 2]]}
        assert "Approved by Ada Reviewer (Technology lawyer)" in item["note"]
        entry = parse(self.get(client, row.permalink, "bib") + "\n")
        assert (entry["year"], entry["month"]) == ("{2026}", "jun")

    def test_archived_texts_claim_no_date_of_publication(self, client: Client, provision: Provision) -> None:
        (item,) = json.loads(self.get(client, provision.get_absolute_url(), "json"))
        assert "issued" not in item and item["accessed"] == {"date-parts": [[2026, 6, 1]]}
        assert "year" not in parse(self.get(client, provision.get_absolute_url(), "bib") + "\n")

    def test_a_change_is_cited_with_both_checksums_and_a_version_with_its_own(
        self, client: Client, provision: Provision
    ) -> None:
        change = reword(provision, "We train on nothing.")
        assert change.old_wording is not None and change.new_wording is not None
        words = self.get(client, change.get_absolute_url())
        assert change.old_wording.text_sha256 in words and change.new_wording.text_sha256 in words
        assert "modified (substantive change) in Acme, Privacy Policy" in words
        version = change.capture.version
        assert version is not None
        assert version.snapshot.sha256 in self.get(client, version.get_absolute_url())

    @pytest.mark.parametrize("how", ["withdrawn", "retracted"])
    def test_what_was_taken_back_is_cited_as_that_and_not_repeated(
        self, client: Client, provision: Provision, how: str
    ) -> None:
        row = publish(provision)
        note = {"withdrawn": "withdrawal_note", "retracted": "retraction_note"}[how]
        values = {f"{how}_at": NOON + timedelta(days=9), note: "The quote was misread."}
        Publication.objects.filter(pk=row.pk).update(**values)
        for suffix in FORMATS:
            words = self.get(client, row.permalink, suffix)
            assert f"{how.title()} on 10 June 2026: The quote was misread" in words
            for gone in (row.title, "Ada Reviewer", row.content_sha256):
                assert gone not in words

    @pytest.mark.parametrize("kind", ["provision", "publication", "change", "version"])
    def test_the_page_shows_the_same_words_and_links_the_files(
        self, client: Client, provision: Provision, kind: str
    ) -> None:
        change = reword(provision, QUOTE)
        row = publish(provision)
        address = {
            "provision": provision.get_absolute_url(),
            "publication": row.permalink,
            "change": change.get_absolute_url(),
            "version": row.version.get_absolute_url(),
        }[kind]
        page = client.get(address).content.decode()
        assert f'<p class="cite">{self.get(client, address)}</p>' in page
        for suffix in FORMATS:
            assert f'href="{address}citation.{suffix}" download' in page

    def test_whoever_has_it_already_is_told_so(self, client: Client, provision: Provision) -> None:
        address = f"{provision.get_absolute_url()}citation.bib"
        etag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304

    def test_other_formats_and_unknown_things_are_not_found(self, client: Client, provision: Provision) -> None:
        assert client.get(f"{provision.get_absolute_url()}citation.exe").status_code == 404
        assert client.get("/publications/AT-A-999999/citation.txt").status_code == 404
