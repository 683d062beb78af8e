"""How long the editors' pages take at 100,000 editions and 1,000,000 findings. Run by hand:

    PYTHONPATH=. uv run python tests/benchmarks/bench_desk.py [EDITIONS]

Fills a scratch database (a few minutes), then asks for every tab of the queue, with and without filters, and for
desks. Prints the median and the 99th percentile of the time in the server, and the number of queries.
"""

import io
import os
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
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from analysis.models import DraftJob, DraftRun  # noqa: E402
from atlas.models import (  # noqa: E402
    Capture,
    Change,
    Document,
    Placement,
    Platform,
    Provision,
    Publication,
    Snapshot,
    Version,
    Wording,
)
from review.models import Comment, Decision, Edition, Event, Finding, Revision  # noqa: E402
from review.queue import TABS  # noqa: E402
from tests.benchmarks.filling import fill, guards_off, prose, say, scratch_database  # noqa: E402
from tests.review.factories import make_editor  # noqa: E402

PLATFORMS, DOCUMENTS = 350, 1_000
OPEN = 0.3  # of the editions; the others are published or discarded
TIMES = int(os.environ.get("TIMES", "200"))
FILTERS = ("platform=p7", "exposure=high", "topic=model-training", "cause=changed", "drafter=model-3", "q=Provision 12")
CAP = {"queue": 8, "desk": 15}


def fill_database(editions: int) -> None:
    """``editions`` of as many provisions; 1.5 revisions and 10 findings each; the first ``OPEN`` of them are open."""
    still_open = int(editions * OPEN)
    hashed = "encode(sha256(n::text::bytea), 'hex')"
    level = "(ARRAY['low','low','medium','medium','high'])[1 + n % 5]"
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
        fill(
            Provision,
            editions,
            document_id=f"1 + n % {DOCUMENTS}",
            title="'Provision ' || n",
            current_wording_id="n",
        )
        fill(
            Wording,
            editions,
            provision_id="n",
            number="1",
            text=prose(120),
            text_sha256=hashed,
            folded_sha256=hashed,
            first_capture_id=f"1 + n % {DOCUMENTS}",
        )
        fill(
            Placement,
            editions,
            version_id=f"1 + n % {DOCUMENTS}",
            wording_id="n",
            ordinal="n",
            start="0",
            end="100",
        )
        fill(
            Change,
            editions,
            document_id=f"1 + n % {DOCUMENTS}",
            provision_id="n",
            capture_id=f"1 + n % {DOCUMENTS}",
            kind="'modified'",
            significance="'substantive'",
            new_wording_id="n",
        )
        fill(
            DraftJob,
            editions + 500,
            wording_id=f"1 + n % {editions}",
            reason="(ARRAY['requested','changed','redraft'])[1 + n % 3]",
            state=f"CASE WHEN n > {editions} THEN 'failed' ELSE 'done' END",
            priority="n % 7",
        )
        fill(
            DraftRun,
            editions,
            job_id="n",
            attempt="1",
            status="'drafted'",
            drafter="'model'",
            model_requested="'model-' || n % 5",
            input_sha256=hashed,
            raw_answer=prose(200),
            analysis="'{}'::jsonb",
        )
        text = {
            "summary": prose(60),
            "regulatory_landscape": prose(60),
            "exposure_level": level,
            "topics": "ARRAY[(ARRAY['model-training','retention','arbitration'])[1 + n % 3]]",
            "content_sha256": hashed,
            "created_at": "now()",
        }
        fill(
            Edition,
            editions,
            provision_id="n",
            wording_id="n",
            state=f"""CASE WHEN n <= {still_open} THEN (ARRAY['in_review','in_review','in_review','in_review',
                'in_review','in_review','in_review','in_review','changes_requested','approved'])[1 + n % 10]
                WHEN n % 3 = 0 THEN 'discarded' ELSE 'published' END""",
            head_id=f"CASE WHEN n % 2 = 0 THEN {editions} + n / 2 ELSE n END",
            approved_revision_id="n",
            priority="n % 7",
            claimed_by_id="CASE WHEN n % 20 = 0 THEN 1 END",
            claimed_until="CASE WHEN n % 20 = 0 THEN now() + interval '1 day' END",
            due_at="now() + (n % 400 - 40) * interval '1 hour'",
            opened_at="now() - n % 1000 * interval '1 hour'",
            closed_at=f"CASE WHEN n > {still_open} THEN now() END",
            publish_at=f"CASE WHEN n <= {still_open} AND 1 + n % 10 = 10 THEN now() + interval '1 day' END",
        )
        fill(
            Revision,
            editions,
            edition_id="n",
            number="1",
            author_kind="'model'",
            draft_run_id="n",
            title="'Provision ' || n",
            **text,
        )
        second = f"{editions} + n"
        fill(
            Revision,
            editions // 2,
            id=second,
            edition_id="2 * n",
            number="2",
            parent_id="2 * n",
            author_kind="'person'",
            author_id="1",
            title="'Provision ' || 2 * n",
            **text,
        )
        revisions = editions + editions // 2
        fill(
            Finding,
            editions * 10,
            revision_id=f"1 + n % {revisions}",
            code="'quotes'",
            severity="(ARRAY['pass','pass','pass','warning','pass','pass','pass','pass','pass','blocker'])[1 + n % 10]",
            message="'A check found this about the text: ' || n",
            part="'summary'",
        )
        fill(
            Decision,
            editions,
            edition_id="n",
            revision_id=f"CASE WHEN n % 2 = 0 THEN {editions} + n / 2 ELSE n END",
            wording_id="n",
            content_sha256=hashed,
            round="1",
            kind=f"CASE WHEN n <= {still_open} AND n % 9 > 0 THEN 'request_changes' ELSE 'approve' END",
            by_id="1",
            reason="'Because.'",
            at="now() - n % 1000 * interval '1 hour'",
        )
        fill(
            Event,
            editions * 3,
            edition_ref=f"1 + n % {editions}",
            sequence=f"1 + n / {editions}",
            action="'take_in'",
            actor="'System'",
            at="now()",
        )
        fill(Comment, editions // 20, edition_id="n", revision_id="n", body="'What about the EEA?'", by_id="1")
        fill(
            Publication,
            editions - still_open,
            provision_id=f"{still_open} + n",
            wording_id=f"{still_open} + n",
            version_id=f"1 + n % {DOCUMENTS}",
            major="1",
            published_at="now() - n % 4000 * interval '1 hour'",
            revision_id=f"{still_open} + n",
            drafter="'A model'",
            title="'Provision ' || n",
            **{name: value for name, value in text.items() if name != "created_at"},
        )


def measure(client: Client, kind: str, url: str, words: str) -> None:
    """Print what asking for ``url`` costs."""
    client.get(url)
    queries: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    times = sorted(_seconds(client, url) for _ in range(TIMES))
    median, slowest = statistics.median(times) * 1000, times[max(0, int(TIMES * 0.99) - 1)] * 1000
    mark = "" if len(queries) <= CAP[kind] and median < 150 else "  ← over the limit"
    say(f"{kind:6} {median:7.1f} ms {slowest:7.1f} ms {len(queries):3} queries  {words}{mark}")


def _seconds(client: Client, url: str) -> float:
    begin = time.perf_counter()
    client.get(url)
    return time.perf_counter() - begin


def queue_addresses() -> Iterator[tuple[str, str]]:
    queue = reverse("admin:review_edition_changelist")
    for tab in TABS:
        yield f"{queue}?tab={tab.key}", tab.label
    yield f"{queue}?tab=unclaimed&page=20", "Unclaimed, page 20"
    for asked in FILTERS:
        yield f"{queue}?tab=unclaimed&{asked}", f"Unclaimed, {asked}"


def main() -> None:
    editions = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with scratch_database():
        call_command("load_catalogue", stdout=io.StringIO())
        by = make_editor("Managing editor")
        fill_database(editions)
        settings.DEBUG, settings.ALLOWED_HOSTS = False, ["testserver"]
        client = Client()
        client.force_login(by)
        say(f"{'':6} {'median':>10} {'p99':>10}")
        for url, words in queue_addresses():
            measure(client, "queue", url, words)
        desks = [1, 2, 9, 10, editions // 10, editions // 10 + 1]
        for key in desks:
            measure(client, "desk", reverse("admin:review_edition_desk", args=[key]), f"edition {key}")


if __name__ == "__main__":
    main()
