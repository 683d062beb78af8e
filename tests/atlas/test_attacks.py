"""Attempts to break the archive and the readers' site: hostile platforms, hostile collections, readers who probe."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from atlas.archive.collections.importing import ImportSummary, import_collection
from atlas.archive.collections.ota import _parse_log, parse_record
from atlas.archive.record.recording import record_capture
from atlas.models import Capture, Change, Document, Outcome, Platform, Provision, Version
from tests.atlas.collections import CollectionMaker
from tests.atlas.site_rows import allow_publications_past_review, make_rows, publish
from tests.atlas.texts import document
from tests.crawling import DATA_BLOCK
from tests.factories import NOON, make_document, make_provision, make_user

pytestmark = pytest.mark.django_db
Import = Callable[..., ImportSummary]
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HEALTHY = document()
SCRIPT = "<script>alert(1)</script>"


def capture(text: str, to: Document | None = None, *, hours: int = 0) -> Capture:
    return record_capture(to or make_document(), text=text, captured_at=NOON + timedelta(hours=hours))


class TestHostileTexts:
    """What a platform may put into its terms."""

    @pytest.mark.parametrize("letter", ["\0", "\ud800", "\udfff", "\ufeff", "\u202e", "\x1b", "\uffff"], ids=ascii)
    def test_any_character_is_archived_or_held_and_never_a_crash(self, letter: str, client: Client) -> None:
        held = capture(f"{letter}{HEALTHY}\n\nOne {letter} more.")
        assert held.outcome == Outcome.FIRST
        assert held.version is not None
        assert client.get(held.version.get_absolute_url()).status_code == 200

    def test_no_word_of_a_held_text_is_shown_with_its_incident(self, client: Client) -> None:
        where = make_document()
        capture(HEALTHY, where)
        held = capture(f"{HEALTHY}\n\n404 Not Found: “words” nobody has vetted", where, hours=1)
        assert "nobody has vetted" in held.reasons[0], "editors see them"
        for address in ("/incidents/", where.get_absolute_url(), where.platform.get_absolute_url()):
            page = client.get(address).content.decode()
            assert "looks like an error page." in page
            assert "vetted" not in page

    def test_nothing_but_null_bytes_is_held(self) -> None:
        assert capture("\0" * 500).outcome == Outcome.QUARANTINED

    @pytest.mark.parametrize(
        "alter", [lambda text: text.replace("\n", "\r\n"), lambda text: f"\ufeff{text}"], ids=["crlf", "bom"]
    )
    def test_line_ends_and_marks_of_byte_order_are_no_news(self, alter: Callable[[str], str]) -> None:
        where = make_document()
        capture(HEALTHY, where)
        known = set(Provision.objects.values_list("pk", flat=True))
        capture(alter(HEALTHY), where, hours=1)
        assert not Change.objects.substantive().exists()
        assert set(Provision.objects.values_list("pk", flat=True)) == known

    def test_headings_neither_turn_the_page_round_nor_run_in_it(self, client: Client) -> None:
        where = make_document()
        capture(
            f"# {BIDI}Evil {SCRIPT} heading\n\n{'Some words of terms. ' * 20}\n\n# {'Long ' * 2_000}\n\nText.", where
        )
        pages = [where.get_absolute_url(), Version.objects.get().get_absolute_url()]
        pages += [row.get_absolute_url() for row in where.provisions.all()]
        for page in (client.get(address).content.decode() for address in [*pages, "/provisions/", "/changes/"]):
            assert "<script" not in page.replace(DATA_BLOCK, "")
            assert not set(page) & set(BIDI)

    @pytest.mark.parametrize("unit", ["word ", "“a", "[a](", "(((", "| ", "\\", "<a ", "a. ", "1.1. "], ids=ascii)
    def test_a_paragraph_of_200_kilobytes_is_archived(self, unit: str) -> None:
        text = f"{HEALTHY}\n\nEnd. {unit * (200_000 // len(unit))}"
        recorded = capture(text)
        assert recorded.version is not None
        assert recorded.version.text == text

    def test_markers_and_citations_in_a_source_are_only_its_words(self, client: Client) -> None:
        allow_publications_past_review()
        provision = make_provision("We respect it [@gdpr-art-5-1-b] “so”[AT-V-000001].")
        publish(provision, summary="It states “We respect it [@gdpr-art-5-1-b] “so”[AT-V-000001].”")
        page = client.get(provision.get_absolute_url()).content.decode()
        assert "<q><bdi>We respect it [@gdpr-art-5-1-b] “so”[AT-V-000001].</bdi></q>" in page


class TestHostileCollections:
    """Names and dates that git allows and a database does not."""

    @pytest.fixture
    def run(self, tmp_path: Path) -> Import:
        return lambda maker: import_collection(str(maker.write(tmp_path / "c")), folder=tmp_path / "copies")

    @pytest.mark.parametrize(
        ("service", "terms_type"),
        [
            ("A" * 240, "Privacy Policy"),
            ("Fine", "T" * 240),
            ("New\nline", "Privacy Policy"),
            ("Turned \u202e round", "Privacy Policy"),
            ("Fine", "\x1b[31mRed"),
        ],
        ids=["long service", "long type", "line break", "turned", "escape"],
    )
    def test_a_name_that_is_none_is_no_record_and_the_others_are_imported(
        self, run: Import, service: str, terms_type: str
    ) -> None:
        maker = CollectionMaker().first("Real", "Privacy Policy", HEALTHY).first(service, terms_type, HEALTHY)
        for _ in range(2):
            summary = run(maker)
            assert (summary.records.total(), summary.not_records) == (1, 1)
        assert Platform.objects.get().name == "Real"

    def test_names_are_never_paths_or_markup(self, run: Import, client: Client) -> None:
        run(CollectionMaker().first(f"{SCRIPT[:8]}b", "..", HEALTHY).first("..\\..\\etc", "passwd%00", HEALTHY))
        for row in Document.objects.all():
            page = client.get(row.get_absolute_url())
            assert page.status_code == 200
            assert "<script" not in page.content.decode()

    @pytest.mark.parametrize("seconds", ["99999999999999", "-99999999999999", "9" * 30])
    def test_a_date_that_no_calendar_has_is_no_record(self, seconds: str) -> None:
        change = ":000000 100644 0 b A"
        fields = ["\x01c1", seconds, "First record of Late Day", change, "Late/Day.md"]
        fields += ["\x01c2", "0", "First record of Real Day", change, "Real/Day.md"]
        late, real = map(parse_record, _parse_log(iter(fields)))
        assert late is None and real is not None


def after(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


NESTED = base64.urlsafe_b64encode(b"[" * 50_000).decode()
PROBES = [
    "/provisions/AT-P-000001%00/",
    "/provisions/AT-P-999999999999/",
    "/provisions/AT-P-0000000000000000000001/",
    "/provisions/AT-P-000001%0A/",
    "/provisions/..%2F..%2Fetc%2Fpasswd/",
    "/publications/AT-A-'%20OR%201=1--/",
    "/versions/%ED%A0%80/",
    "/law/%00/",
    f"/changes/?after={NESTED}",
    f"/changes/?after={after([10**400, 1])}",
    f"/changes/?after={after(['0001-01-01T00:00:00+14:00', 10**30])}",
    f"/provisions/?after={after(['a', chr(0xD800), 1, 1, 1])}",
    f"/provisions/?after={after([True, None, {}, [], 1.5])}",
    f"/provisions/?after={'A' * 10_001}",
    "/provisions/?after=%00",
    "/provisions/?platform=%00&topic=%00",
    "/publications/?platform=x'%20OR%20'1'='1",
    "/publications/?exposure=high'--",
    "/publications/?instrument=%00x&obligation=%00y",
    "/publications/?document=AT-D-%D9%A1",
    "/changes/?show=all%00",
    "/incidents/?show=%00&platform=%FF%FE",
]


class TestReaders:
    """Addresses that no page of ours links to, and what every answer carries."""

    @pytest.mark.parametrize("address", PROBES, ids=range(len(PROBES)))
    def test_a_probe_finds_nothing_and_breaks_nothing(self, client: Client, address: str) -> None:
        assert client.get(address).status_code in (200, 404)

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
    def test_a_page_takes_no_other_method(self, client: Client, method: str) -> None:
        assert getattr(client, method)("/changes/").status_code == 405

    def test_a_head_is_a_get_without_its_body(self, client: Client) -> None:
        response = client.head("/")
        assert response.status_code == 200 and response.content == b""

    def test_a_retracted_publication_is_gone_and_its_absence_is_asked_for_anew(self, client: Client) -> None:
        allow_publications_past_review()
        publication = publish(make_rows(1, provisions=1)[0], retracted_at=NOON, retraction_note="Misread.")
        response = client.get(publication.permalink)
        assert response.status_code == 410
        assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert "must-revalidate" in client.get(publication.get_absolute_url()).headers["Cache-Control"]
        for page in (response, client.get(publication.get_absolute_url()), client.get("/publications/")):
            assert "Whoever enters confidential material" not in page.content.decode()

    @pytest.mark.parametrize("path", ["", "atlas/publication/", "review/edition/", "auth/group/", "django_q/schedule/"])
    def test_the_admin_shows_a_log_in_to_strangers_and_to_readers(self, client: Client, path: str) -> None:
        for person in (None, make_user()):
            if person is not None:
                client.force_login(person)
            response = client.get(f"/admin/{path}")
            assert response.status_code == 302 and "/admin/login/" in response.headers["Location"]

    @pytest.mark.parametrize(
        ("address", "status", "host"),
        [
            ("/", 200, "localhost"),
            ("/nothing/", 404, "localhost"),
            ("/", 400, "evil.example"),
            ("/changes/?after=%00", 404, "localhost"),
            ("/admin/login/", 200, "localhost"),
            ("/admin/", 302, "localhost"),
            ("/admin/nothing/", 302, "localhost"),
            ("/static/atlas/atlas.css", 200, "localhost"),
            ("/static/nothing.css", 404, "localhost"),
        ],
    )
    def test_every_answer_says_what_may_run(self, client: Client, address: str, status: int, host: str) -> None:
        response = client.get(address, headers={"host": host})
        response.close()
        assert response.status_code == status
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert ("default-src 'none'" in policy) is not address.startswith("/admin/")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"

    def test_a_crash_says_what_may_run_too(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        client.raise_request_exception = False
        monkeypatch.setattr("atlas.site.views.pages.totals", None)
        response = client.get("/")
        assert response.status_code == 500
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
