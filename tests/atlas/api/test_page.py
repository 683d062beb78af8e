"""The page that explains the API: its examples work as they stand there."""

import html
import re
import shlex

import pytest
from django.test import Client

from atlas.api.document import document
from tests.atlas.site_rows import allow_publications_past_review, make_rows

pytestmark = pytest.mark.django_db
BASE = "http://localhost:8000"


def page(client: Client) -> str:
    response = client.get("/api/")
    assert response.status_code == 200
    return str(response.content.decode())


def test_every_example_of_the_page_works(client: Client) -> None:
    allow_publications_past_review()
    make_rows(1)
    examples = [html.unescape(text) for text in re.findall(r'<pre class="example">(.*?)</pre>', page(client), re.S)]
    assert len(examples) == 8
    for example in examples:
        command, *words = shlex.split(example)
        address = words[-1].removeprefix(BASE)
        assert command == "curl" and address.startswith("/"), example
        headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
        if "-d" in words:
            data = words[words.index("-d") + 1]
            response = client.post(address, data, content_type=headers.pop("Content-Type"), headers=headers)
        else:
            response = client.get(address, headers=headers)
        assert response.status_code == 200, example


def test_the_page_names_every_address(client: Client) -> None:
    told = page(client)
    for path in document()["paths"]:
        assert f"<code>{path}</code>" in told


def test_the_page_answers_when_there_is_nothing_yet_and_costs_little(
    client: Client, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        assert "<h1>API</h1>" in page(client)


def test_pages_lead_to_it(client: Client) -> None:
    assert 'href="/api/"' in client.get("/").content.decode()
