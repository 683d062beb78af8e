"""What a person reads when PostgreSQL refuses what a page asked for: a sentence, and no error page."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from atlas.models import Publication
from review.errors import NotAllowed, guards_as_refusals
from review.models import Decision, Edition, Event
from tests.factories import make_provision
from tests.review.factories import make_edition, make_editor, make_publication, shown

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Not on a Thursday."


@pytest.fixture
def thursday() -> Iterator[None]:
    """Two rules that only the database knows: one refuses at once, one at COMMIT."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION thursday() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'restrict_violation'; END $$;"
            " CREATE TRIGGER thursday BEFORE INSERT ON review_decision FOR EACH ROW"
            " WHEN (NEW.kind = 'discard') EXECUTE FUNCTION thursday();"
            " CREATE CONSTRAINT TRIGGER thursday AFTER INSERT ON review_event DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW WHEN (NEW.action IN ('approve', 'withdraw', 'claim', 'open_edition'))"
            " EXECUTE FUNCTION thursday();"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION thursday() CASCADE")


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(make_editor("Managing editor"))
    return client


def press(client: Client, edition: Edition, verb: str, **fields: object) -> str:
    assert edition.head is not None
    texts = {name: value for name, value in edition.head.content().items() if isinstance(value, str)}
    post = {**shown(edition), **texts, "attributes": "", "verb": verb, **fields}
    answer = client.post(reverse("admin:review_edition_desk", args=[edition.pk]), post)
    assert answer.status_code == 409
    return answer.content.decode()


@pytest.mark.parametrize(("verb", "fields"), [("discard", {"discard_reason": "Not material."}), ("approve", {})])
def test_the_desk_shows_the_guards_words_beside_all_that_was_typed(
    client: Client, thursday: None, verb: str, fields: dict[str, str]
) -> None:
    edition = make_edition()
    page = press(client, edition, verb, **fields)
    assert f"nothing was written: {WORDS}" in page and "Training on user content" in page
    assert not Decision.objects.exists() and not Publication.objects.exists()


@pytest.mark.parametrize("page", ["next", "hand", "end"])
def test_so_do_the_other_pages_that_write(client: Client, page: str, request: pytest.FixtureRequest) -> None:
    publication, _ = make_publication(), make_edition()
    request.getfixturevalue("thursday")
    before = Event.objects.count()
    url, post = {
        "next": (reverse("admin:review_edition_next"), {}),
        "hand": (reverse("admin:review_provision_draft", args=[make_provision().pk]), {"verb": "open_edition"}),
        "end": (
            reverse("admin:atlas_publication_end", args=[publication.pk]),
            {"step": "confirm", "verb": "withdraw", "reason_code": "wrong", "reason": "Wrong."},
        ),
    }[page]
    answer = client.post(url, post, follow=True)
    assert answer.status_code in (200, 409) and WORDS in answer.content.decode()
    assert Event.objects.count() == before


def test_other_errors_of_the_database_stay_errors() -> None:
    edition = make_edition()
    with pytest.raises(IntegrityError, match="edition_one_open"), guards_as_refusals():
        Edition.objects.create(provision=edition.provision, wording=edition.wording)


def test_a_guard_of_ours_speaks_in_its_own_words() -> None:
    make_edition()
    words = r"nothing was written: An edition is never deleted; discard it\."
    with pytest.raises(NotAllowed, match=words), guards_as_refusals(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM review_edition")
