"""How long readers' pages take on a database like a public Atlas of a few years. Run by hand:

    PYTHONPATH=. uv run python tests/benchmarks/bench_public.py [SECONDS] [KIND …]

Fills a scratch database (a minute), then prints for each kind of page: median and 99th percentile of the time that it
takes to make it, one at a time in this process; the number of queries; then, of the product's own web server with two
workers and eight clients that keep their connections, each asking for SECONDS (default 4): median, 99th percentile and
requests a second, first while another session commits a hundred times a second, so that every page is made anew, and
then while nothing is written; and the largest compressed page. The limits: 40 ms, 150 ms, 12 queries, 60 kB.
"""

import io
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from atlas.models import Attribute, Change, Document, Instrument, Provision, Publication, Topic, Version  # noqa: E402
from tests.benchmarks.filling import say, scratch_database  # noqa: E402
from tests.benchmarks.public_filling import fill_database, word  # noqa: E402
from tests.benchmarks.public_load import ask, committing, serving  # noqa: E402

TIMES = int(os.environ.get("TIMES", "60"))
MEDIAN, SLOWEST, QUERIES, BYTES = 40, 150, 12, 60_000


def kinds() -> dict[str, list[str]]:
    """For each kind of page, addresses of different rows."""
    chance = random.Random(1)
    words = [word(number) for number in (3, 10, 40, 200, 700, 3_000)]
    topics = list(Topic.objects.filter(is_retired=False))
    return {
        "home": ["/"],
        "platforms": ["/platforms/"],
        "platform": [f"/platforms/p{n}/" for n in chance.sample(range(1, 351), 40)],
        "document": [row.get_absolute_url() for row in _some(Document.objects.select_related("platform"), chance)],
        "version": [row.get_absolute_url() for row in _some(Version.objects.all(), chance)],
        "provision": [row.get_absolute_url() for row in _some(Provision.objects.all(), chance)],
        "analysed": [row.get_absolute_url() for row in _some(Publication.objects.live(), chance)],
        "publication": [row.permalink for row in _some(Publication.objects.all(), chance)],
        "change": [row.get_absolute_url() for row in _some(Change.objects.all(), chance)],
        "changes": ["/changes/", *(f"/changes/?platform=p{n}" for n in chance.sample(range(1, 351), 9))],
        "changes, all": ["/changes/?show=all"],
        "provisions": ["/provisions/", *(f"/provisions/?topic={row.pk}" for row in topics)],
        "publications": ["/publications/", *(f"/publications/?topic={row.pk}" for row in topics)],
        "incidents": ["/incidents/", "/incidents/?show=past"],
        "topics": ["/topics/"],
        "topic": [row.get_absolute_url() for row in topics],
        "instruments": ["/law/"],
        "instrument": [row.get_absolute_url() for row in Instrument.objects.all()],
        "search": [f"/search/?q={asked}&kind={kind}" for asked in words for kind in ("provisions", "analyses")],
        "matrix": ["/compare/"],
        "matrix, topic": [f"/compare/topics/{row.pk}/" for row in topics],
        "matrix, fact": [f"/compare/attributes/{row.pk}/" for row in Attribute.objects.all()],
        "coverage": ["/coverage/", "/coverage/?show=broken", "/coverage/?show=unstable"],
        "upcoming": ["/upcoming/", "/upcoming/?show=recent"],
        "corrections": ["/corrections/", *(f"/corrections/?show={how}" for how in ("corrected", "withdrawn"))],
        "versions": [
            f"{row.get_absolute_url()}versions/" for row in _some(Document.objects.select_related("platform"), chance)
        ],
        "versions against": [
            f"/versions/{row.document.versions.earliest('number').public_id}/against/{row.public_id}/"
            for row in _some(Version.objects.filter(number__gt=1).select_related("document"), chance)
        ],
    }


def _some(rows: Any, chance: random.Random, number: int = 40) -> Iterator[Any]:
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    yield from rows.filter(pk__in=chance.sample(keys, number))


def in_process(client: Client, addresses: list[str]) -> tuple[float, float, int, int]:
    """Median and 99th percentile in milliseconds, most queries, most compressed bytes."""
    queries, sizes = 1, []  # the state of the database, which is not asked for in a transaction
    for address in addresses:
        with connection.execute_wrapper(counter := _Counter()):
            response = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert response.status_code in (200, 410), (address, response.status_code)
        queries = max(queries, 1 + counter.number)
        sizes.append(len(response.content))
    times = []
    for number in range(max(TIMES, len(addresses))):
        begin = time.perf_counter()
        client.get(addresses[number % len(addresses)], headers={"Accept-Encoding": "gzip"})
        times.append((time.perf_counter() - begin) * 1000)
    times.sort()
    return statistics.median(times), times[max(0, int(len(times) * 0.99) - 1)], queries, max(sizes)


class _Counter:
    number = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    with scratch_database():
        call_command("load_catalogue", stdout=io.StringIO())
        begin = time.monotonic()
        fill_database()
        say(f"filled in {time.monotonic() - begin:.0f} s")
        settings.DEBUG, settings.ALLOWED_HOSTS = False, ["testserver"]
        client = Client()
        say(f"{'':14} {'one at a time':>20} {'queries':>8} {'written to meanwhile':>32} {'not written to':>32}    kB")
        with serving() as port:
            for kind, addresses in kinds().items():
                if (len(sys.argv) <= 2 or kind in sys.argv[2:]) and client.get(addresses[0]).status_code != 404:
                    report(client, port, kind, addresses, seconds)


def report(client: Client, port: int, kind: str, addresses: list[str], seconds: float) -> None:
    with transaction.atomic():  # in which nothing is kept
        median, slowest, queries, size = in_process(client, addresses)
    with committing():
        anew = ask(port, addresses, seconds)
    kept = ask(port, addresses, seconds)
    is_over = median > MEDIAN or max(anew["p99"], kept["p99"]) > SLOWEST or queries > QUERIES or size > BYTES
    say(
        f"{kind:14} {median:7.1f} {slowest:9.1f} ms {queries:8} {_told(anew)} {_told(kept)}"
        f" {size / 1000:5.1f}{'  ← over a limit' if is_over else ''}"
    )


def _told(load: dict[str, float]) -> str:
    return f"{load['median']:8.1f} {load['p99']:7.1f} ms {load['rate']:8.0f}/s"


if __name__ == "__main__":
    main()
