"""Two versions of a document side by side in the admin."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from atlas.models import Change, ChangeKind, Placement, Provision, Significance, User, Version, Wording, sha256
from tests.atlas.history_pages import CHANGED, CUT, KEPT, SCRIPT, read, seen, side_by_side, timeline, words_of
from tests.atlas.site_rows import reword
from tests.atlas.texts import document
from tests.factories import NOON, make_document, make_provision, make_version

pytestmark = pytest.mark.django_db


def test_the_text_that_stands_is_beside_the_one_before(client: Client, editor: User) -> None:
    page = read(client, side_by_side(seen([KEPT, CHANGED])))
    assert "version 1 beside version 2" in words_of(page)
    assert "<del>" in page and "30" in page and "<ins>" in page and "90" in page
    assert "1 changed, 4 unchanged" in words_of(page)


def test_it_is_the_text_that_stood_before_also_after_a_return(client: Client, editor: User) -> None:
    page = words_of(read(client, side_by_side(seen([KEPT, CHANGED, CUT, CHANGED]))))
    assert "version 3 beside version 2" in page
    assert "The older text stands on the right" in page


def test_unchanged_text_comes_only_on_demand(client: Client, editor: User) -> None:
    terms = seen([KEPT, CHANGED])
    page = read(client, side_by_side(terms))
    assert "courts of Dublin" not in page and "2 provisions unchanged" in words_of(page)
    assert "courts of Dublin" in read(client, side_by_side(terms), all=1)


def test_added_and_removed_provisions_say_so(client: Client, editor: User) -> None:
    more = document(Retention=None, Appeals="You may appeal any decision within ninety days of it.")
    page = words_of(read(client, side_by_side(seen([KEPT, more]))))
    assert "Not in version 2" in page and "Removed ·" in page
    assert "Not in version 1" in page and "Added ·" in page


def test_what_moved_says_from_where_to_where(client: Client, editor: User) -> None:
    terms = seen([KEPT])
    placements = list(Version.objects.get().placements.order_by("ordinal"))
    version, _ = make_version(terms, "Another order of the same.")
    for ordinal, placement in enumerate([placements[-1], *placements[:-1]], start=1):
        Placement.objects.create(version=version, wording=placement.wording, ordinal=ordinal, start=0, end=5)
    page = words_of(read(client, side_by_side(terms)))
    assert f"Moved from place {len(placements)} to 1, text unchanged" in page
    assert "1 moved" in page


@pytest.mark.parametrize(
    ("kind", "is_new", "words"),
    [
        (ChangeKind.SPLIT, True, "Split off: what it says stood in another provision before"),
        (ChangeKind.MERGED, False, "Merged: what it says stands in another provision now"),
    ],
)
def test_split_and_merged_are_told_in_words(
    client: Client, editor: User, kind: ChangeKind, is_new: bool, words: str
) -> None:
    provision = make_provision(KEPT)
    wording = provision.current_wording
    version, capture = make_version(provision.document, CHANGED, captured_at=NOON + timedelta(days=1))
    if is_new:
        other = Provision.objects.create(document=provision.document, title="Split", ordinal=2)
        wording = Wording.objects.create(
            provision=other, number=1, text="x", text_sha256=sha256("x"), folded_sha256="", first_capture=capture
        )
        Placement.objects.create(version=version, wording=wording, ordinal=1, start=0, end=1)
    Change.objects.create(
        document=provision.document,
        provision=wording.provision,
        capture=capture,
        kind=kind,
        significance=Significance.COSMETIC,
        **{"new_wording" if is_new else "old_wording": wording},
    )
    assert words in words_of(read(client, side_by_side(provision.document)))


def test_each_difference_links_to_its_change_and_to_the_provision(client: Client, editor: User) -> None:
    page = read(client, side_by_side(seen([KEPT, CHANGED])))
    change = Change.objects.get()
    assert reverse("admin:atlas_change_change", args=[change.pk]) in page
    assert timeline(change.provision) in page
    assert change.reasons[0] in unescape(page)


def test_a_provision_that_only_looks_other_reads_the_same(client: Client, editor: User) -> None:
    page = words_of(read(client, side_by_side(seen([KEPT, KEPT.replace("may use", "may  use")]))))
    assert "Reads the same: only typography or white space differ" in page
    assert "1 differing in typography only" in page
    assert "Show both" in page, "it is folded, so that it does not bury what differs"


def test_a_provision_that_differs_in_no_word_says_so(client: Client, editor: User) -> None:
    provision = make_provision("* * * We keep it.")
    reword(provision, "*** We keep it.")
    assert "1 differing in typography only" in words_of(read(client, side_by_side(provision.document)))


def test_identifiers_are_taken_as_well_as_numbers(client: Client, editor: User) -> None:
    terms = seen([KEPT, CHANGED, CUT])
    asked = {"old": terms.versions.get(number=3).public_id, "new": "1"}
    assert "version 3 beside version 1" in words_of(read(client, side_by_side(terms), **asked))


@pytest.mark.parametrize("asked", ["17", "0", "-1", "x", "AT-V-999999", "9" * 40, "²", "\0", SCRIPT])
def test_what_is_no_version_of_the_document_is_said_clearly(client: Client, editor: User, asked: str) -> None:
    page = read(client, side_by_side(seen([KEPT, CHANGED])), old=asked)
    assert "is not a version of this document" in page or "This document has no version" in page
    assert "Its versions are 1 to 2" in page or "Choose two of its versions" in page
    assert SCRIPT not in page


def test_a_version_of_another_document_is_not_compared(client: Client, editor: User) -> None:
    other = seen([KEPT], make_document()).versions.get()
    page = words_of(read(client, side_by_side(seen([KEPT, CHANGED])), old=other.public_id))
    assert f"{other.public_id} is not a version of this document. Choose two of its versions below." in page


def test_a_version_is_not_compared_with_itself(client: Client, editor: User) -> None:
    page = words_of(read(client, side_by_side(seen([KEPT, CHANGED])), old=2, new=2))
    assert "Both sides are version 2. Choose two different versions." in page


def test_one_version_has_nothing_beside_it(client: Client, editor: User) -> None:
    page = words_of(read(client, side_by_side(seen([KEPT]))))
    assert "There is only one version of this document so far" in page
    assert "No version of this document has been recorded" in words_of(read(client, side_by_side(make_document())))
