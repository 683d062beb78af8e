"""Rows for the pages that set platforms beside each other, their addresses, and what is read off them."""

import re
from datetime import datetime
from typing import Any

from django.test import Client

from atlas.models import Document, Platform, Provision
from tests.atlas.site_rows import QUOTE, hold_capture, make_catalogue, publish
from tests.factories import make_document, make_platform, make_provision

TOPIC = "training-user-content"


def body(client: Client, address: str, *, status: int = 200) -> str:
    """The page at ``address``, which is answered with ``status``."""
    response = client.get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def addresses() -> list[str]:
    """A page of every kind, of the first two platforms."""
    first, second = Platform.objects.order_by("pk")[:2]
    return [
        "/compare/",
        f"/compare/?platform={first.slug}&platform={second.slug}&topic={TOPIC}",
        f"/compare/topics/{TOPIC}/",
        f"/compare/topics/{TOPIC}/?platform={first.slug}",
        "/compare/platforms/",
        f"/compare/platforms/?a={first.slug}&b={second.slug}",
        "/compare/attributes/",
        "/compare/attributes/training-default/",
        "/compare/?format=csv",
        "/compare/attributes/training-default/?format=csv",
    ]


def at(address: str, moment: datetime) -> str:
    """``address`` as it was at ``moment``."""
    return f"{address}{'&' if '?' in address else '?'}at={moment.isoformat().replace('+00:00', 'Z')}"


def cells(page: str) -> list[tuple[str, str]]:
    """Address and visible words of every cell of the matrix, in order."""
    found = re.findall(
        r'<td class="cell [^"]*"><a href="([^"]*)"><span aria-hidden="true">(.*?)</span><span', page, re.S
    )
    return [(href.replace("&amp;", "&"), " ".join(re.sub(r"<[^>]+>", " ", words).split())) for href, words in found]


def length_of_list(client: Client, address: str) -> int:
    """How many rows the list at ``address`` says that it has."""
    page = body(client, address)
    if match := re.search(r"([\d,]+) (?:provision|document|analys|incident)", page):
        return int(match[1])
    assert 'class="empty"' in page
    return 0


def every_state() -> dict[str, Platform]:
    """A platform for each state of a cell."""
    make_catalogue()
    analysed, waiting, without, blocked, nothing = (make_platform(f"{name} Works") for name in "ABCDE")
    for number, level in enumerate(("low", "high", "medium")):
        publish(provision_about(analysed, f"Clause {number} of A. {QUOTE}"), exposure_level=level)
    for number in range(2):
        provision_about(waiting, f"Clause {number} of B. {QUOTE}")
    make_provision("Of something else.", document=make_document(without))
    held = make_document(blocked)
    make_provision("Of something else, too.", document=held)
    hold_capture(held)
    make_document(nothing)
    return {"analysed": analysed, "held": waiting, "none": without, "blocked": blocked, "nothing": nothing}


def provision_about(platform: Platform, text: str, **fields: Any) -> Provision:
    """A provision of ``platform`` about the topic that is compared."""
    document = Document.objects.filter(platform=platform).first() or make_document(platform)
    return make_provision(text, document=document, topics=(TOPIC,), **fields)
