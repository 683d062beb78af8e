"""``manage.py import_ota``: an Open Terms Archive collection into the archive, its recent changes into the queue."""

import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.queue import queue_changes
from atlas.archive.collections.choosing import UnknownName
from atlas.archive.collections.importing import ImportSummary, import_collection
from atlas.archive.collections.ota import SourceError
from atlas.progress import progress_bar


def day(text: str) -> datetime:
    """Midnight UTC of a date like 2026-08-01."""
    try:
        parsed = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date like 2026-08-01") from None
    return datetime(parsed.year, parsed.month, parsed.day, tzinfo=UTC)


class Command(BaseCommand):
    help = (
        "Import an Open Terms Archive versions collection. Safe to run again: what is archived already is not "
        "recorded twice, and an import that was cut off goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="git URL, clone or bundle of a collection of versions")
        parser.add_argument("--service", action="append", default=[], metavar="NAME", help="only this one (repeatable)")
        parser.add_argument("--terms", action="append", default=[], metavar="TYPE", help="only this type (repeatable)")
        parser.add_argument("--since", type=day, metavar="DATE", help="leave out what was recorded before")
        parser.add_argument(
            "--queue-since",
            type=day,
            metavar="DATE",
            help="draft changes since then (default: 90 days before the end of the collection)",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be recorded")
        parser.add_argument("--json", action="store_true", help="the summary as one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with promise_to_go_on(), progress_bar("Comparing" if options["dry_run"] else "Recording") as progress:
                summary = import_collection(
                    options["source"],
                    services=options["service"],
                    terms=options["terms"],
                    since=options["since"],
                    queue_since=options["queue_since"],
                    dry_run=options["dry_run"],
                    progress=progress,
                )
        except SourceError as error:
            raise CommandError(str(error)) from None
        except UnknownName as error:
            raise CommandError(str(error), returncode=2) from None
        queued = 0 if options["dry_run"] else queue_changes()
        if options["json"]:
            self.stdout.write(json.dumps(summary.as_dict() | {"draft_jobs_queued": queued}, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(describe(summary, queued)))


@contextmanager
def promise_to_go_on() -> Iterator[None]:
    """Ctrl-C is no error of ours: say what it leaves behind."""
    try:
        yield
    except KeyboardInterrupt:
        raise CommandError("Stopped. The same command goes on where this one was.", returncode=130) from None


def describe(summary: ImportSummary, queued: int) -> list[str]:
    """The summary in lines for a person."""
    counts = summary.as_dict()
    lines = [
        f"{summary.collection}: {_words(counts['records'])}; {summary.not_records:,} other commits.",
    ]
    if summary.preview is not None:
        return [*lines, f"Would record: {_words(summary.preview) or 'nothing'}."]
    if not summary.recorded and not summary.captures:  # what was held may be confirmed without a new record
        lines.append(f"Nothing new: {summary.already_known:,} records are archived already.")
    else:
        lines += [
            f"Recorded: {_words(counts['recorded'])}; {summary.already_known:,} were archived already.",
            f"Captures: {_words(counts['captures'])}.",
            f"New: {summary.versions:,} versions, {summary.provisions:,} provisions.",
            f"Changes: {_words(counts['changes'])}.",
        ]
    if summary.left_out:
        lines.append(
            f"Left out: {summary.left_out:,} records from before what the archive holds of their documents; "
            "history cannot be put in between."
        )
    return [*lines, f"Draft jobs queued: {queued:,}. {summary.seconds:.1f} s."]


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
