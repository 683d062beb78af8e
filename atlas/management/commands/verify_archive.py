"""``manage.py verify_archive``: was anything in the record altered?"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from atlas.archive.verifying.verifying import Verified, verify
from atlas.progress import progress_bar

WHAT_TO_DO = (
    "What to do: stop whatever writes (the cluster, imports), keep a copy of the database as it is, and restore the "
    "latest backup for which this command finds everything whole. Tell whoever answers for the archive and for the "
    "database: the record's guards can only be passed by the database's owner. Publications that rest on a broken row "
    "should be withdrawn until it is restored."
)


class Command(BaseCommand):
    help = (
        "Verify that the record is as it was written: recomputes every hash and every chain. Exit code 1, with the "
        "first broken row, if anything was altered; writes nothing. May run beside everything else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the result as one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        with progress_bar("Verifying") as progress:
            verified = verify(progress)
        self.stdout.write(json.dumps(as_json(verified), ensure_ascii=False) if options["json"] else in_words(verified))
        if not verified.is_whole:
            raise CommandError(f"The record was altered. First broken row: {verified.broken[0]}\n{WHAT_TO_DO}")


def as_json(verified: Verified) -> dict[str, Any]:
    return {
        "whole": verified.is_whole,
        "first_broken": verified.broken[0] if verified.broken else None,
        "broken": verified.broken,
        "broken_rows": verified.broken_rows,
        "verified": verified.rows | {"total": verified.total},
        "seconds": round(verified.seconds, 1),
    }


def in_words(verified: Verified) -> str:
    counts = ", ".join(f"{number:,} {what}" for what, number in verified.rows.items() if number)
    seconds = f"{verified.seconds:.1f} s."
    if verified.is_whole:
        return f"Whole: {counts or 'nothing is recorded yet'}. {seconds}"
    more = verified.broken_rows - len(verified.broken)
    lines = [f"{verified.broken_rows:,} of {verified.total:,} rows are not as they were recorded:"]
    lines += [f"  {sentence}" for sentence in verified.broken]
    lines += [f"  … and {more:,} more."] if more else []
    return "\n".join([*lines, f"Verified: {counts}. {seconds}"])
