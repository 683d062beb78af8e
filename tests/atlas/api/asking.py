"""What the API's tests share: to ask, and to walk everything that it answers."""

from collections.abc import Iterator
from typing import Any

from django.test import Client

from atlas.models import (
    Attribute,
    Change,
    Document,
    Instrument,
    Obligation,
    Platform,
    Provision,
    Publication,
    Topic,
    Version,
)

API = "/api/v1"
LISTS = (
    "/platforms", "/documents", "/incidents", "/provisions", "/changes", "/publications", "/withdrawals",
    "/attribute-values", "/topics", "/instruments", "/obligations", "/attributes",
)  # fmt: skip
EXPORTS = ("/provisions.csv", "/changes.csv", "/publications.csv", "/attribute-values.csv", "/attributes.csv")
WIDE = {"/provisions": "state=all", "/changes": "class=all", "/publications": "state=all", "/incidents": "state=all"}


def ask(client: Client, address: str, *, status: int = 200) -> Any:
    """The JSON that an address answers with."""
    response = client.get(f"{API}{address}")
    assert response.status_code == status, (address, response.content)
    return response.json()


def items(client: Client, address: str) -> list[Any]:
    """All items of a list, stretch by stretch."""
    found: list[Any] = []
    joint = "&" if "?" in address else "?"
    answer = ask(client, address)
    found += answer["items"]
    while answer["next_cursor"]:
        answer = ask(client, f"{address}{joint}cursor={answer['next_cursor']}")
        found += answer["items"]
    return found


def addresses(*, with_law: bool = True) -> Iterator[str]:
    """Every list, in full, and every single thing that has an address in the API; of the catalogue if ``with_law``."""
    yield from LISTS
    yield from (f"{address}?{wide}" for address, wide in WIDE.items())
    yield from EXPORTS
    yield from (f"{address}.csv?{wide}" for address, wide in WIDE.items() if f"{address}.csv" in EXPORTS)
    yield from (f"/platforms/{row.slug}" for row in Platform.objects.all())
    for document in Document.objects.all():
        at = f"/documents/{document.public_id}"
        yield from (at, f"{at}/captures", f"{at}/versions")
        days = {f"{moment:%Y-%m-%d}" for moment in document.captures.values_list("captured_at", flat=True)}
        yield from (f"{at}/versions/at/{day}" for day in sorted(days))
    for name, rows in (
        ("versions", Version.objects.all()),
        ("provisions", Provision.objects.all()),
        ("changes", Change.objects.all()),
        ("publications", Publication.objects.all()),
    ):
        yield from (f"/{name}/{row.public_id}" for row in rows)  # type: ignore[attr-defined]
    if not with_law:
        return
    for name, entries in (
        ("topics", Topic.objects.all()),
        ("instruments", Instrument.objects.all()),
        ("obligations", Obligation.objects.all()),
        ("attributes", Attribute.objects.all()),
    ):
        yield from (f"/{name}/{row.pk}" for row in entries)  # type: ignore[attr-defined]


def walk(client: Client, *, with_law: bool = True) -> dict[str, str]:
    """Address → body of everything that the API answers, all lists to their ends."""
    bodies = {}
    waiting = [
        f"{address}{'&' if '?' in address else '?'}limit=200" if _is_list(address) else address
        for address in addresses(with_law=with_law)
    ]
    while waiting:
        address = waiting.pop()
        response = client.get(f"{API}{address}")
        assert response.status_code in (200, 404, 410), (address, response.status_code)
        body = b"".join(response) if response.streaming else response.content
        bodies[address] = body.decode()
        if response.headers["Content-Type"].startswith("application/json") and (
            after := response.json().get("next_cursor")
        ):
            start = address.partition("&cursor=")[0]
            waiting.append(f"{start}&cursor={after}")
    return bodies


def _is_list(address: str) -> bool:
    path = address.partition("?")[0]
    return path in LISTS or path.endswith(("/captures", "/versions"))
