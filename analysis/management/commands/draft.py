"""Draft what is queued, in the foreground: what the workers do."""

import json
import signal
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from analysis.drafting import drain
from analysis.drain_summary import DrainSummary
from analysis.leases import ready
from analysis.models import DraftJob
from atlas import stopping
from atlas.models import Provision, UnknownIdentifier


class Command(BaseCommand):
    help = "Drafts the queued jobs that are due, with the configured model or, without one, as outlines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=at_least_one, metavar="N", help="draft at most N jobs")
        parser.add_argument("--provision", metavar="AT-P-…", help="only jobs of this provision")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON, and no progress")

    def handle(self, *args: Any, **options: Any) -> None:
        provision_id = provision_key(options["provision"]) if options["provision"] else None
        stopping.listen(signal.SIGTERM, signal.SIGINT)
        waiting = ready(provision_id=provision_id).count()
        total = min(waiting, options["limit"]) if options["limit"] is not None else waiting
        with Progress(console=Console(stderr=True), disable=options["json"], transient=True) as bar:
            row = bar.add_task("Drafting", total=total)

            def advance(job: DraftJob, outcome: str) -> None:
                bar.advance(row)

            summary = drain(limit=options["limit"], provision_id=provision_id, progress=advance)
        self.stdout.write(json.dumps(as_json(summary)) if options["json"] else in_words(summary))
        if summary.blocked or summary.outcomes["failed"]:
            raise CommandError(summary.blocked or "Some drafts failed; the draft jobs in the admin say why")


def at_least_one(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise ArgumentTypeError(f"should be a number from 1, not {value!r}")
    return int(value)


def provision_key(public_id: str) -> int:
    """The row key of an existing provision; a usage error (exit 2) for anything else."""
    try:
        key = Provision.key_from(public_id)
    except UnknownIdentifier as error:
        raise CommandError(str(error), returncode=2) from None
    if not Provision.objects.filter(pk=key).exists():
        raise CommandError(f"There is no provision {public_id}", returncode=2)
    return key


def as_json(summary: DrainSummary) -> dict[str, Any]:
    return {
        "outcomes": dict(summary.outcomes),
        "calls": summary.calls,
        "served_again": summary.reused,
        "input_tokens": summary.input_tokens,
        "output_tokens": summary.output_tokens,
        "cost_usd": str(summary.cost_usd),
        "drafts_without_a_known_price": summary.unpriced,
        "seconds": summary.seconds,
        "blocked": summary.blocked,
    }


def in_words(summary: DrainSummary) -> str:
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in summary.outcomes.items()) or "Nothing was due"
    unpriced = f" + {summary.unpriced} of unknown price" if summary.unpriced else ""
    return (
        f"{outcomes}; {summary.calls} model calls, {summary.reused} drafts served again, "
        f"{summary.input_tokens} tokens in, {summary.output_tokens} out, "
        f"{summary.cost_usd} USD{unpriced}, {summary.seconds} s"
    )
