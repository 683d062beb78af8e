"""Platforms compared closely: by one topic, two at a time, by one coded fact."""

import re

import pytest
from django.test import Client

from atlas.models import Attribute, AttributeValue, Document, Platform, Publication
from tests.atlas.compare_rows import TOPIC, body, every_state, length_of_list, provision_about
from tests.atlas.site_rows import QUOTE, make_catalogue, make_rows, publish
from tests.factories import make_document, make_platform, make_provision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_review")]


def test_a_topic_shows_archived_texts_and_says_honestly_who_is_missing(client: Client) -> None:
    every_state()
    Document.objects.filter(platform__slug="a-works").update(standing="binding")
    page = body(client, f"/compare/topics/{TOPIC}/")
    assert f"Clause 1 of A. {QUOTE}" in page
    assert f"Clause 1 of B. {QUOTE}" in page
    assert "Binding agreement" in page
    assert "The text states that" in page
    assert "Not yet analysed" in page
    assert "No comparable clause found in the one document we hold of C Works; that is no finding" in page
    assert "No comparable clause found in the one document we hold of D Works" in page
    assert re.search(r"Cannot be captured now.*Privacy Policy</a>", page)
    assert "We hold no archived text of E Works" in page


def test_a_long_text_is_cut_and_whole_behind_details(client: Client) -> None:
    make_catalogue()
    publish(provision_about(make_platform(), f"{QUOTE} " + "And so on it goes. " * 60 + "The very end."))
    page = body(client, f"/compare/topics/{TOPIC}/")
    assert page.count("The very end.") == 1
    assert page.index("The whole archived text") < page.index("The very end.")


def test_two_platforms_state_coverage_first_and_no_score(client: Client) -> None:
    make_rows(2)
    first, second = Platform.objects.order_by("pk")
    page = body(client, f"/compare/platforms/?a={second.slug}&b={first.slug}")
    assert f"<h1>{second.name} and {first.name}</h1>" in page
    heads = re.findall(r"<h2>(.*?)</h2>", page)
    assert heads == ["What we hold of each", "By topic", "By coded fact"]
    coverage = page[page.index("<h2>What we hold") : page.index("<h2>By topic")]
    for href, number in re.findall(r'<td><a href="([^"]+)">(\d+)</a></td>', coverage):
        assert length_of_list(client, href) == int(number), href
    assert "High" not in coverage


def test_two_platforms_want_two(client: Client) -> None:
    make_rows(1)
    slug = Platform.objects.get().slug
    assert "Choose two platforms above" in body(client, "/compare/platforms/")
    assert "Choose two different platforms" in body(client, f"/compare/platforms/?a={slug}&b={slug}")


def test_an_attribute_shows_value_quote_publication_role_and_date(client: Client) -> None:
    publication = Publication.objects.get(provision=make_rows(1, provisions=1)[0])
    page = body(client, "/compare/attributes/training-default/")
    for words in ("Unless opted out", QUOTE, publication.public_id, "Technology lawyer", "2 June 2026"):
        assert words in page


def test_stated_as_absent_is_not_the_same_as_not_found(client: Client) -> None:
    make_catalogue()
    Attribute.objects.create(key="audit", topic_id=TOPIC, name="Audit", kind="choice", values={"none": "None stated"})
    says_none = publish(provision_about(make_platform("One"), f"One. {QUOTE}"))
    AttributeValue.objects.create(publication=says_none, attribute_id="audit", value="none", quote="There is no audit.")
    make_provision("Of something else.", document=make_document(make_platform("Two")))
    page = body(client, "/compare/attributes/audit/")
    one, two = page[page.index("<tbody>") :].split("</tr>")[:2]
    assert "Stated as absent</span>" in one
    assert "There is no audit." in one
    assert "Not found in the one document we hold" in two
    assert "Stated as absent</span>" not in two


def test_conflicting_values_of_one_platform_are_both_shown(client: Client) -> None:
    make_catalogue()
    Attribute.objects.create(key="days", topic_id=TOPIC, name="Notice", kind="number", unit="days")
    platform = make_platform()
    for days in ("30", "60"):
        publication = publish(provision_about(platform, f"We wait {days} days. {QUOTE}"))
        AttributeValue.objects.create(publication=publication, attribute_id="days", value=days, quote=f"{days} days")
    page = body(client, "/compare/attributes/days/")
    assert "30 days</strong>" in page
    assert "60 days</strong>" in page
    assert "Its documents differ" in page
