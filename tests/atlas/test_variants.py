"""One document in several languages: streams that are kept apart, made by an editor, followed by themselves."""

import gettext
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import django
import pytest

from atlas.archive.collections.importing import import_collection
from atlas.archive.gate.variants import Shown, shown_by
from atlas.archive.judgements.holding import NotAVariant, release
from atlas.archive.record.recording import DocumentRecorder, record_capture
from atlas.archive.record.sightings import Sighting
from atlas.archive.texts.languages import FREQUENT, language_between, language_of
from atlas.models import Capture, Change, Document, Outcome, User
from tests.atlas.collections import CollectionMaker
from tests.atlas.texts import document
from tests.factories import NOON, make_document, make_user

ENGLISH = document()
LATER_ENGLISH = document(Retention="We keep your Content for 400 days after you delete it, and longer where we must.")
GERMAN = """Nutzungsbedingungen von Marrowmint
==================================

Begriffe
--------

In diesen Bedingungen ist der Dienst der Assistent, den Marrowmint unter seiner Adresse anbietet, und Inhalte sind das,
was Sie in den Dienst eingeben und was der Dienst Ihnen zurückgibt.

Verwendung der Inhalte
----------------------

Wir können Ihre Inhalte verwenden, um unsere Modelle zu trainieren und zu verbessern. Sie können dem jederzeit in Ihren
Einstellungen widersprechen.

Aufbewahrung
------------

Wir bewahren Ihre Inhalte 30 Tage lang auf, nachdem Sie sie gelöscht haben, damit wir den Missbrauch des Dienstes
untersuchen können. Diese Bedingungen unterliegen dem Recht von Irland, und die Gerichte in Dublin sind zuständig.
"""
LATER_GERMAN = GERMAN.replace("30 Tage", "400 Tage")
SWEDISH = """Villkor för Marrowmint

Vi kan använda ditt innehåll för att träna och förbättra våra modeller. Du kan när som helst säga nej till det i dina
inställningar. Vi sparar ditt innehåll i 30 dagar efter att du har raderat det, så att vi kan undersöka om tjänsten har
missbrukats. Du kan stänga ditt konto när du vill, och vi kan stänga av det om du bryter mot villkoren.
"""


@pytest.fixture
def terms() -> Document:
    return make_document(name="Terms of Service")


@pytest.fixture
def see(terms: Document) -> Callable[[str], Capture]:
    days = iter(range(1000))
    return lambda text: record_capture(terms, text=text, captured_at=NOON + timedelta(days=next(days)))


@pytest.fixture
def editor() -> User:
    return make_user("ada", groups=("Editor",))


See = Callable[[str], Capture]


@pytest.mark.django_db
class TestStreams:
    def test_another_language_is_held_and_waits_for_an_editor_however_often_it_comes(
        self, terms: Document, see: See
    ) -> None:
        see(ENGLISH)
        held = [see(GERMAN) for _ in range(4)]
        assert {capture.outcome for capture in held} == {Outcome.QUARANTINED}
        assert "German" in " ".join(held[0].reasons)

    def test_the_first_good_text_tells_the_language(self, terms: Document, see: See) -> None:
        see(GERMAN)
        terms.refresh_from_db()
        assert terms.language == "de"

    def test_a_language_that_was_set_stays(self, terms: Document, see: See) -> None:
        Document.objects.update(language="en-GB")
        record_capture(Document.objects.get(), text=ENGLISH, captured_at=NOON)
        terms.refresh_from_db()
        assert terms.language == "en-GB"

    def test_released_as_a_variant_it_gets_a_stream_of_its_own(self, terms: Document, see: See, editor: User) -> None:
        english = see(ENGLISH)
        made = release(see(GERMAN), by=editor, reason="The German terms.", as_variant=True)
        variant = terms.variants.get()
        assert (variant.name, variant.slug) == ("Terms of Service (German)", "terms-of-service-de")
        assert (variant.language, variant.terms_type) == ("de", terms.terms_type)
        assert (made.document, made.outcome, made.version and made.version.number) == (variant, "first", 1)
        assert terms.incidents.get().closed_by == made
        assert terms.captures.filter(version__isnull=False).get() == english
        assert not Change.objects.exists()

    def test_later_texts_go_to_the_stream_of_their_language(self, terms: Document, see: See, editor: User) -> None:
        see(ENGLISH)
        release(see(GERMAN), by=editor, reason="The German terms.", as_variant=True)
        outcomes = [see(text).outcome for text in (GERMAN, LATER_ENGLISH, LATER_GERMAN, LATER_ENGLISH, GERMAN)]
        assert outcomes == ["unchanged", "changed", "changed", "unchanged", "returned"]
        assert list(terms.captures.values_list("outcome", flat=True)) == [
            "first", "quarantined", "changed", "unchanged",
        ]  # fmt: skip
        assert not terms.incidents.filter(closed_at=None).exists()
        assert Change.objects.filter(document=terms.variants.get()).count() == 2

    def test_a_recorder_that_met_the_held_text_learns_of_the_release(
        self, terms: Document, see: See, editor: User
    ) -> None:
        see(ENGLISH)
        held = see(GERMAN)
        recorder = DocumentRecorder(terms)
        recorder.lock()
        made = release(held, by=editor, reason="The German terms.", as_variant=True)
        recorder.lock()
        recorder.record(Sighting(LATER_ENGLISH, NOON + timedelta(days=9)))
        assert terms.incidents.get().closed_by == made
        recorder.record(Sighting(SWEDISH, NOON + timedelta(days=10)))
        assert terms.incidents.filter(closed_at=None).count() == 1

    def test_a_third_language_is_held_again(self, terms: Document, see: See, editor: User) -> None:
        see(ENGLISH)
        release(see(GERMAN), by=editor, reason="The German terms.", as_variant=True)
        held = see(SWEDISH)
        assert (held.document, held.outcome) == (terms, Outcome.QUARANTINED)

    def test_a_broken_page_in_the_language_of_a_stream_is_held_there(
        self, terms: Document, see: See, editor: User
    ) -> None:
        see(ENGLISH)
        release(see(GERMAN + GERMAN.upper() * 4), by=editor, reason="The German terms.", as_variant=True)
        held = see(GERMAN)
        assert (held.document, held.outcome) == (terms.variants.get(), Outcome.QUARANTINED)

    def test_the_same_language_is_no_variant(self, terms: Document, see: See, editor: User) -> None:
        see(ENGLISH * 3)
        with pytest.raises(NotAVariant, match="Release it as the document"):
            release(see(LATER_ENGLISH), by=editor, reason="Looks like one.", as_variant=True)
        assert not terms.variants.exists()

    def test_an_import_follows_the_streams_and_knows_their_records(self, tmp_path: Path, editor: User) -> None:
        maker = CollectionMaker().first("Marrowmint", "Terms", ENGLISH).change("Marrowmint", "Terms", GERMAN)
        import_collection(str(maker.write(tmp_path / "half")), folder=tmp_path / "copies")
        release(Capture.objects.get(outcome="quarantined"), by=editor, reason="German.", as_variant=True)
        maker.change("Marrowmint", "Terms", LATER_ENGLISH).change("Marrowmint", "Terms", LATER_GERMAN)
        source = str(maker.write(tmp_path / "whole"))
        assert import_collection(source, folder=tmp_path / "copies").recorded.total() == 2
        again = import_collection(source, folder=tmp_path / "copies")
        assert (again.recorded.total(), again.already_known) == (0, 4)
        english, german = Document.objects.order_by("pk")
        assert (german.variant_of, german.collection) == (english, english.collection)
        assert list(german.captures.values_list("outcome", flat=True)) == ["first", "changed"]


class TestShown:
    @pytest.mark.parametrize(
        ("name", "region"),
        [
            ("Privacy Policy (EU)", "EU"),
            ("Terms of Service - UK", "UK"),
            ("Privacy Policy \u2013 California", "California"),
            ("Terms of Service (United States)", "US"),
            ("Privacy Policy", ""),
            ("Business Terms", ""),
            ("Use of AI in Europeana", ""),
            ("Aspirational (EU) and other (UK) terms", ""),
        ],
    )
    def test_a_region_is_taken_from_a_name_that_shows_it(self, name: str, region: str) -> None:
        assert shown_by("Marrowmint", name) == Shown(region=region)

    @pytest.mark.parametrize(
        ("urls", "shown"),
        [
            (["https://marrowmint.example/de/terms"], Shown("", "de")),
            (["https://marrowmint.example/en-gb/terms"], Shown("UK", "en")),
            (["https://marrowmint.example/legal/en-gb/terms"], Shown("UK", "en")),
            (["https://marrowmint.example/terms?hl=sv"], Shown("", "sv")),
            (["https://marrowmint.example/terms?hl=en&gl=GB"], Shown("UK", "en")),
            (["https://marrowmint.example/terms"], Shown()),
            (["https://marrowmint.example/go/to/it"], Shown()),
            (["https://marrowmint.example/de/terms", "https://marrowmint.example/fr/privacy"], Shown()),
            (["https://marrowmint.example/de/terms", "https://marrowmint.example/privacy"], Shown()),
        ],
    )
    def test_an_address_shows_them_where_it_has_a_locale(self, urls: list[str], shown: Shown) -> None:
        assert shown_by("Marrowmint", "Terms of Service", source_urls=urls) == shown


class TestLanguages:
    def test_terms_are_told_apart(self) -> None:
        assert [language_of(text) for text in (ENGLISH, GERMAN, SWEDISH)] == ["en", "de", "sv"]
        assert language_between(ENGLISH, GERMAN) == "de"
        assert language_between(ENGLISH, LATER_ENGLISH) == ""

    def test_a_list_of_names_is_in_no_language_for_sure(self) -> None:
        names = "Aster Cloud GmbH, Dublin\nSallow Hosting Ltd, Lund\nTinwhistle SARL, Lyon\n" * 20
        assert language_of(names) == ""

    @pytest.mark.parametrize("language", sorted(FREQUENT.keys() - {"en"}))
    def test_no_other_language_is_named_for_sure(self, language: str) -> None:
        """Django's own messages in 17 languages, 400 characters at a time: wrong never, unsure sometimes."""
        named = {language_of(text) for text in django_messages(language)}
        assert named <= {language, ""}
        assert language in named


def django_messages(language: str) -> list[str]:
    """The longer messages of Django in ``language``, some 400 characters together."""
    catalogues = Path(django.__file__).parent.rglob(f"locale/{'nb' if language == 'no' else language}/*/django.mo")
    texts: list[str] = [""]
    for path in sorted(catalogues):
        with path.open("rb") as file:
            messages = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for key, message in messages.items():
            if key and isinstance(message, str) and len(message) > 60:
                texts[-1] += f"{message}\n\n"
                if len(texts[-1]) >= 400:
                    texts.append("")
    return texts[:-1]
