"""Addresses that are put together from a pattern are those that Django makes."""

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix
from hypothesis import given
from hypothesis import strategies as st

from atlas.addresses import address_of

SLUGS = st.from_regex(r"\A[A-Za-z0-9_-]{1,40}\Z")


@given(SLUGS, SLUGS)
def test_an_address_is_what_django_makes(platform: str, slug: str) -> None:
    assert address_of("document", platform, slug) == reverse("site:document", args=[platform, slug])
    assert address_of("provision", slug) == reverse("site:provision", args=[slug])
    assert address_of("changes") == reverse("site:changes")


@given(st.text(min_size=1))
def test_a_part_that_is_no_plain_name_is_quoted_as_django_quotes_it(text: str) -> None:
    try:
        expected = reverse("site:provision", args=[text])
    except NoReverseMatch:
        with pytest.raises(NoReverseMatch):
            address_of("provision", text)
    else:
        assert address_of("provision", text) == expected


def test_an_address_has_the_place_where_the_site_is_mounted() -> None:
    assert address_of("provision", "AT-P-000001") == "/provisions/AT-P-000001/"
    try:
        set_script_prefix("/atlas/")
        assert address_of("provision", "AT-P-000001") == "/atlas/provisions/AT-P-000001/"
    finally:
        set_script_prefix("/")


@pytest.mark.parametrize(("page", "parts"), [("nothing", []), ("provision", []), ("changes", ["x"])])
def test_a_page_that_is_not_there_has_no_address(page: str, parts: list[str]) -> None:
    with pytest.raises(NoReverseMatch):
        address_of(page, *parts)
