"""Invariant 12: every number on a page leads to the list that makes it, and the list has as many rows."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from django.test import Client

from atlas.models import (
    Capture,
    Change,
    ChangeCluster,
    Document,
    Obligation,
    Outcome,
    Placement,
    Provision,
    Publication,
    Topic,
    Wording,
    sha256,
)
from tests.atlas.numbers import NUMBER, Listed, read_numbers, walk
from tests.atlas.site_rows import (
    allow_publications_past_review,
    go_back,
    hold_capture,
    make_catalogue,
    publish,
    reword,
)
from tests.factories import NOON, make_document, make_platform, make_provision, make_version

pytestmark = pytest.mark.django_db

MANY = 56  # more than a page of any list


@pytest.fixture(scope="module")
def terms(shared_rows: None) -> Document:
    """More than a page of everything, and everything that a number may wrongly count or leave out."""
    allow_publications_past_review()
    unit = make_catalogue()
    acme = make_platform("Acme")
    terms = make_document(acme, "Terms of Service")
    for place in range(MANY):
        provision = make_provision(f"Text {place}.", document=terms, title="Use", topics=("training-user-content",))
        reword(provision, f"New text {place}.")
        publish(provision)
        hold_capture(make_document(acme, f"Policy {place}"), f"Please log in to {place}.")
        make_platform(f"Bystander {place}")
    for _ in range(MANY):
        look_again(terms)
    with_other_states(terms)
    rewrite(make_document(acme, "Rewritten Policy"))
    retired = Obligation.objects.create(
        key="gdpr-art-99", instrument=unit.instrument, title="Left", is_retired=True, verified_via="law-text"
    )
    retired.publications.set(Publication.objects.all()[:3])
    Topic.objects.create(key="left", name="Left the catalogue", is_retired=True)
    return terms


def look_again(document: Document) -> None:
    last = document.captures.order_by("-sequence")[0]
    Capture.objects.create(
        document=document, sequence=last.sequence + 1, captured_at=NOON, outcome=Outcome.UNCHANGED, version=last.version
    )


def with_other_states(document: Document) -> None:
    """Removed, stale, superseded, withdrawn, retracted, cosmetic, returned; an incident that is over."""
    topics = ("training-user-content",)
    removed, stale, withdrawn, retracted, cosmetic, returned = (
        make_provision(f"Text of {name}.", document=document, title=name, topics=topics)
        for name in ("removed", "stale", "withdrawn", "retracted", "cosmetic", "returned")
    )
    for provision in (removed, stale, stale, withdrawn, retracted):
        publish(provision)
    Provision.objects.filter(pk=removed.pk).update(removed_at=NOON)
    reword(stale, "Another text.")
    withdrawn.publications.update(withdrawn_at=NOON, withdrawal_note="Misread.")
    retracted.publications.update(retracted_at=NOON, retraction_note="Misread.")
    reword(cosmetic, "Text  of cosmetic.", significance="cosmetic")
    first = returned.current_wording
    assert first is not None
    reword(returned, "For a while.")
    go_back(returned, first)
    for day in range(6):  # back and forth: the page of the document says how often
        capture = document.captures.order_by("-sequence")[0]
        Capture.objects.create(
            document=document,
            sequence=capture.sequence + 1,
            captured_at=NOON + timedelta(days=day),
            outcome=Outcome.RETURNED,
            version=first.first_capture.version,
        )
    over = hold_capture(make_document(document.platform, "Held before"), "Please log in.")
    over.closed_at, over.closed_by = NOON, over.opened_by
    over.save()


def rewrite(document: Document) -> None:
    """All but one of its changes belong to a rewrite, which lists show as one entry; one of them is cosmetic."""
    provisions = [make_provision(f"Clause {n}.", document=document, title=f"Clause {n}") for n in range(MANY + 4)]
    version, capture = make_version(document, "A rewritten policy.")
    for place, provision in enumerate(provisions):
        wording = Wording.objects.create(
            provision=provision, number=2, text=f"New {place}.", text_sha256=sha256(f"New {place}."),
            folded_sha256=sha256(f"New {place}."), first_capture=capture,
        )  # fmt: skip
        Placement.objects.create(version=version, wording=wording, ordinal=place, start=place, end=place + 1)
        Change.objects.create(
            document=document, provision=provision, capture=capture, kind="modified", new_wording=wording,
            old_wording=provision.current_wording, significance="substantive" if place else "cosmetic",
        )  # fmt: skip
    cluster = ChangeCluster.objects.create(kind="rewrite", title="The policy was rewritten", capture=capture)
    cluster.changes.set(capture.changes.all())


def pages_with_numbers(terms: Document) -> Iterator[str]:
    yield from ("/", "/platforms/", "/topics/", "/law/", "/topics/training-user-content/", "/law/gdpr/")
    yield from ("/coverage/", "/coverage/?show=broken", "/coverage/?platform=acme")
    yield terms.platform.get_absolute_url()
    yield "/platforms/bystander-1/"
    for name in ("Terms of Service", "Rewritten Policy"):
        yield Document.objects.get(platform=terms.platform, name=name).get_absolute_url()
    yield Provision.objects.filter(title="stale")[0].get_absolute_url()
    yield Change.objects.filter(document__name="Rewritten Policy")[0].get_absolute_url()


def test_every_number_equals_the_list_it_leads_to(client: Client, terms: Document) -> None:
    lists: dict[str, Listed] = {}
    for page in pages_with_numbers(terms):
        for link, number in read_numbers(client, page).numbers:
            address = urljoin(page, link)
            found = lists.setdefault(address, walk(client, address)) if address not in lists else lists[address]
            assert (number, number) == (found.stated, found.walked), f"{page} says {number}: {address} has {found}"
    kinds = {address.partition("?")[0] for address, found in lists.items() if found.pages > 1}
    captures = f"{terms.get_absolute_url()}captures/"
    assert {"/documents/", "/provisions/", "/publications/", "/changes/", "/incidents/", captures} <= kinds
    assert len(lists) > 5 * MANY


@pytest.mark.parametrize("list_of", ["publications", "provisions", "documents", "incidents"])
def test_two_platforms_are_set_beside_each_other_by_the_numbers_of_their_lists(
    client: Client, terms: Document, list_of: str
) -> None:
    numbers = read_numbers(client, "/compare/platforms/?a=acme&b=bystander-1").numbers
    for platform in ("acme", "bystander-1"):
        address = f"/{list_of}/?platform={platform}"
        assert (address, walk(client, address).walked) in numbers


@pytest.mark.parametrize("list_of", ["publications", "provisions", "changes", "documents", "incidents"])
def test_the_first_page_of_a_narrowed_list_is_narrowed_too(client: Client, terms: Document, list_of: str) -> None:
    address = f"/{list_of}/?platform=acme"
    second = client.get(urljoin(address, read_numbers(client, address).following))
    assert f'href="{address}">First page</a>' in second.content.decode()


def test_pages_state_many_numbers(client: Client, terms: Document) -> None:
    """That the test above reads what it is meant to."""
    numbers = [number for _, number in read_numbers(client, "/").numbers]
    assert len(numbers) >= 8
    assert max(numbers) > 2 * MANY
    assert ("/documents/?platform=acme", MANY + 3) in read_numbers(client, "/platforms/").numbers
    assert any("topic=" in link for link, _ in read_numbers(client, terms.platform.get_absolute_url()).numbers)
    assert not NUMBER.match("Version 3")
