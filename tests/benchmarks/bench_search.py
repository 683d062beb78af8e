"""How long a search takes at 1,000,000 wordings. Run by hand:

    PYTHONPATH=. uv run python tests/benchmarks/bench_search.py [WORDINGS]

Fills a scratch database (several minutes): 15,000 provisions in force, the other wordings are earlier texts of theirs.
Words are drawn with the frequencies of a natural language (Zipf), so that there are common and rare ones. Prints, for
each question, the median and the 99th percentile of the time for the hits of a page, and for the whole page.
"""

import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from atlas.models import (  # noqa: E402
    Capture,
    Document,
    Platform,
    Provision,
    Publication,
    Snapshot,
    Topic,
    Version,
    Wording,
)
from atlas.search import KINDS, Narrowing, best, find, read_question, snippets  # noqa: E402
from tests.benchmarks.filling import fill, guards_off, prose, say, scratch_database  # noqa: E402

PLATFORMS, DOCUMENTS, PROVISIONS, PUBLICATIONS = 350, 1_000, 15_000, 5_000
VOCABULARY = 20_000
TIMES = int(os.environ.get("TIMES", "30"))

# A word of a text: number 1 is the commonest. Its letters are its number, so that no stemmer makes two of them one.
WORD = "'w' || translate(floor(exp(random() * ln({n})))::int::text, '0123456789', 'abcdfghjkm')"


def word(number: int) -> str:
    """The word that is the ``number``-th commonest."""
    return "w" + str(number).translate(str.maketrans("0123456789", "abcdfghjkm"))


QUESTIONS = {
    "the commonest word": word(1),
    "a common word": word(10),
    "two common words": f"{word(2)} {word(30)}",
    "five words": " ".join(word(n) for n in (3, 20, 50, 90, 200)),
    "a phrase of common words": f'"{word(3)} {word(5)}"',
    "a phrase of middling words": f'"{word(40)} {word(70)}"',
    "one or another": f"{word(400)} or {word(900)}",
    "one without another": f"{word(50)} -{word(1)}",
    "a middling word": word(700),
    "a rare word": word(15_000),
    "two rare words": f"{word(9_000)} {word(12_000)}",
    "a word of no text": "helicopter",
}


def fill_database(wordings: int) -> None:
    hashed = "encode(sha256(n::text::bytea), 'hex')"
    with guards_off():
        fill(Platform, PLATFORMS, name="'Platform ' || n", slug="'p' || n")
        fill(
            Document,
            DOCUMENTS,
            platform_id=f"1 + n % {PLATFORMS}",
            name="'Terms ' || n",
            slug="'d' || n",
            terms_type="'Terms of Service ' || n",
        )
        fill(Snapshot, DOCUMENTS, sha256=hashed, text=prose(600))
        fill(Version, DOCUMENTS, document_id="n", number="1", snapshot_id="n", folded_sha256=hashed)
        fill(Capture, DOCUMENTS, document_id="n", sequence="1", outcome="'first'", snapshot_id="n", version_id="n")
        oldest_current = wordings - PROVISIONS
        fill(
            Provision,
            PROVISIONS,
            document_id=f"1 + n % {DOCUMENTS}",
            title="'Provision ' || n",
            current_wording_id=f"{oldest_current} + n",
        )
        drawn = WORD.format(n=VOCABULARY)
        fill(
            Wording,
            wordings,
            provision_id=f"CASE WHEN n > {oldest_current} THEN n - {oldest_current} ELSE 1 + n % {PROVISIONS} END",
            number="n",
            text=f"(SELECT string_agg({drawn}, ' ') FROM generate_series(1, 60 + n % 140) WHERE n > 0)",
            text_sha256=hashed,
            folded_sha256=hashed,
            first_capture_id=f"1 + n % {DOCUMENTS}",
        )
        words = f"(SELECT string_agg({drawn}, ' ') FROM generate_series(1, 120) WHERE n > 0)"
        fill(
            Publication,
            PUBLICATIONS,
            provision_id="n",
            wording_id=f"{oldest_current} + n",
            version_id=f"1 + n % {DOCUMENTS}",
            major="1",
            published_at="now() - n % 4000 * interval '1 hour'",
            revision_id="n",
            drafter="'A model'",
            title="'Provision ' || n",
            summary=words,
            regulatory_landscape=words,
            exposure_level="(ARRAY['low','low','medium','medium','high'])[1 + n % 5]",
            topics="ARRAY['training-user-content']",
            content_sha256=hashed,
        )
        with connection.cursor() as cursor:
            begin = time.monotonic()
            cursor.execute(
                "INSERT INTO atlas_wordinglexemes (wording_id, vector, in_force)"
                " SELECT id, atlas_wording_vector(heading_path, text), id > %s FROM atlas_wording",
                [oldest_current],
            )
            cursor.execute(
                "INSERT INTO atlas_publicationlexemes (publication_id, vector)"
                " SELECT p.id, atlas_publication_vector(p) FROM atlas_publication p"
            )
            cursor.execute(
                "INSERT INTO atlas_provision_topics (provision_id, topic_id)"
                " SELECT p.id, t.key FROM atlas_provision p JOIN"
                " (SELECT key, row_number() OVER (ORDER BY key) - 1 AS n, count(*) OVER () AS of FROM atlas_topic) t"
                " ON p.id % t.of = t.n"
            )
            say(f"{wordings:>11,} lexemes in {time.monotonic() - begin:.1f} s")


def measured(act: Callable[[], Any]) -> tuple[float, float]:
    """Median and 99th percentile, milliseconds."""
    act()
    times = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        act()
        times.append((time.perf_counter() - begin) * 1000)
    times.sort()
    return statistics.median(times), times[max(0, int(TIMES * 0.99) - 1)]


def hits(words: str, kind: str, narrowing: Narrowing, order: str) -> None:
    """What a page of hits asks PostgreSQL for: the question, the rows, the words around them."""
    question = read_question(words)
    found = find(question, KINDS[kind], narrowing)
    rows = list(best(question, found, 25) if order == "best" else found.rows[:26])
    snippets(question, [getattr(row, "text", "") or row.title for row in rows[:25]] if rows else [])


def main() -> None:
    wordings = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with scratch_database():
        call_command("load_catalogue", stdout=io.StringIO())
        fill_database(wordings)
        settings.DEBUG, settings.ALLOWED_HOSTS = False, ["testserver"]
        client = Client()
        narrow = {
            "": Narrowing(),
            "platform": Narrowing(platform=Platform.objects.get(slug="p7")),
            "topic": Narrowing(topic=Topic.objects.order_by("key").first()),
            "exposure": Narrowing(exposure="high"),
        }
        say(f"{'hits: median':>14} {'p99':>9} {'page: median':>14} {'p99':>9}")
        for kind in KINDS:
            for order in ("best", "newest"):
                for label, words in QUESTIONS.items():
                    report(client, kind, order, words, label, Narrowing(), {})
            for name, narrowing in narrow.items():
                asked = {"platform": "p7"} if name == "platform" else {"exposure": "high"} if name == "exposure" else {}
                if name == "topic" and narrowing.topic:
                    asked = {"topic": narrowing.topic.key}
                if name:
                    report(client, kind, "newest", word(10), f"a common word, by {name}", narrowing, asked)


def report(
    client: Client, kind: str, order: str, words: str, label: str, narrowing: Narrowing, asked: dict[str, str]
) -> None:
    query = {"q": words, "kind": kind, "order": order, **asked}
    assert client.get("/search/", query).status_code == 200
    median, slowest = measured(lambda: hits(words, kind, narrowing, order))
    page, page_slowest = measured(lambda: client.get("/search/", query))
    mark = "" if median < 50 else "  ← over 50 ms"
    say(f"{median:11.1f} ms {slowest:6.1f} ms {page:11.1f} ms {page_slowest:6.1f} ms  {kind}, {order}: {label}{mark}")


if __name__ == "__main__":
    main()
