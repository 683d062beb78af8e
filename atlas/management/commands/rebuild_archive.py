"""``manage.py rebuild_archive``: every document's versions cut into provisions again, as today's splitter cuts."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import pluralize

from atlas.archive.provisions.splitting import SPLITTER
from atlas.archive.record.rebuilding import Rebuilt, documents_to_rebuild, rebuild
from atlas.models import Document, UnknownIdentifier
from atlas.progress import progress_bar


class Command(BaseCommand):
    help = (
        "Cut the archived texts into provisions again after a change of the splitter. Provisions keep their identity, "
        "nothing is announced and nothing is overwritten. Safe to run again: what is cut already is left alone, and a "
        "rebuild that was cut off goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--document", action="append", default=[], metavar="AT-D-…", help="only this document (repeatable)"
        )
        parser.add_argument("--dry-run", action="store_true", help="do it, say what it did, and take it back")
        parser.add_argument("--json", action="store_true", help="the summary as one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        documents = documents_to_rebuild()
        if options["document"]:
            documents = documents.filter(pk__in=[document_key(public_id) for public_id in options["document"]])
        try:
            with progress_bar("Cutting again") as progress:
                rebuilt = rebuild(list(documents), dry_run=options["dry_run"], progress=progress)
        except KeyboardInterrupt:
            raise CommandError("Stopped. The same command goes on where this one was.", returncode=130) from None
        seconds = time.monotonic() - started
        if options["json"]:
            self.stdout.write(json.dumps(as_json(rebuilt, seconds=seconds, dry_run=options["dry_run"])))
        else:
            self.stdout.write(in_words(rebuilt, seconds=seconds, dry_run=options["dry_run"]))
        if rebuilt.failed:
            documents_failed = f"{rebuilt.failed:,} document{pluralize(rebuilt.failed)}"
            raise CommandError(
                f"{documents_failed} could not be cut again and stayed as before; the log says which and why. "
                "Mend the cause and run the command again."
            )


def document_key(public_id: str) -> int:
    """The row key of an existing document; a usage error (exit 2) for anything else."""
    try:
        key = Document.key_from(public_id)
    except UnknownIdentifier as error:
        raise CommandError(str(error), returncode=2) from None
    if not Document.objects.filter(pk=key).exists():
        raise CommandError(f"There is no document {public_id}.", returncode=2)
    return key


def as_json(rebuilt: Rebuilt, *, seconds: float, dry_run: bool) -> dict[str, Any]:
    shares = {"kept": round(rebuilt.kept, 5), "identity": round(rebuilt.identity, 5), "splitter": SPLITTER}
    return vars(rebuilt) | shares | {"dry_run": dry_run, "seconds": round(seconds, 1)}


def in_words(rebuilt: Rebuilt, *, seconds: float, dry_run: bool) -> str:
    if not rebuilt.documents and not rebuilt.failed:
        return f"Nothing to do: splitter {SPLITTER} has cut every version. {seconds:.1f} s."
    verb = "Would cut" if dry_run else "Cut"
    versions, documents = rebuilt.versions, rebuilt.documents
    return "\n".join(
        [
            f"{verb} {versions:,} version{pluralize(versions)} of {documents:,} document{pluralize(documents)} again, "
            f"as splitter {SPLITTER} does.",
            f"{rebuilt.kept:.1%} of their text stayed in its provision, and {rebuilt.identity:.2%} of what can where "
            "one is split or merged.",
            f"New: {rebuilt.new_provisions:,} provisions, {rebuilt.new_wordings:,} wordings, the fingerprints and "
            f"stated dates of {rebuilt.dated_versions:,} versions. {seconds:.1f} s.",
        ]
    )
