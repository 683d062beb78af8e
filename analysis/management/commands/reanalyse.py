"""Queue new drafts: of one provision, or of all that have something in common."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis.management.commands.draft import provision_key
from analysis.queue import PARTS_TO_REDO, DraftInProgress, NothingToBuildOn, latest_analysis, request_draft
from analysis.reanalysis import ANALYSED, Selection, plan, queue_all
from atlas.models import Exposure, Provision

LIMITS = {
    "platform": "slug of a platform",
    "document": "AT-D-… of a document",
    "topic": "key of a topic",
    "prompt": "prompt that drafted the present analysis, for example “provision_analysis v1”",
    "model": "model that drafted it",
}


class Command(BaseCommand):
    help = (
        "Queues new drafts of wordings in force; `draft` or a worker makes them. Of one provision (AT-P-…), or of all "
        "that fit the limits, with an estimate of calls, tokens and cost before (--dry-run: that alone)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provision", nargs="?", metavar="AT-P-…", help="the provision")
        parser.add_argument("--instructions", default="", metavar="TEXT", help="what the drafter shall look at")
        parser.add_argument(
            "--part",
            action="append",
            default=[],
            choices=PARTS_TO_REDO,
            help="write only this part anew (repeatable) and leave the rest of the latest analysis as it is",
        )
        limits = parser.add_argument_group("many at once")
        for name, words in LIMITS.items():
            limits.add_argument(f"--{name}", default="", help=words)
        limits.add_argument("--exposure", default="", choices=Exposure.values, help="of the present analysis")
        limits.add_argument(
            "--analysed", default="", choices=[key for key in ANALYSED if key], help="by their analysis"
        )
        limits.add_argument("--limit", type=int, metavar="N", help="queue at most so many")
        limits.add_argument("--dry-run", action="store_true", help="only say what it would take")
        parser.add_argument("--json", action="store_true", help="the result as one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        selection = Selection.read(options)
        if bool(options["provision"]) == (not selection.is_empty):
            raise CommandError("Say either AT-P-… or at least one limit (--platform, --topic …).", returncode=2)
        if options["provision"]:
            self.one(options)
        elif options["part"]:
            raise CommandError("--part is for one provision.", returncode=2)
        else:
            self.many(selection, options)

    def one(self, options: dict[str, Any]) -> None:
        provision = Provision.objects.get(pk=provision_key(options["provision"]))
        if provision.current_wording is None:
            raise CommandError(f"{provision.public_id} has no wording in force to analyse")
        try:
            job = request_draft(
                provision.current_wording,
                by=None,
                instructions=options["instructions"],
                parts=options["part"],
                base=latest_analysis(provision.current_wording) if options["part"] else None,
            )
        except (DraftInProgress, NothingToBuildOn) as error:
            raise CommandError(str(error)) from None
        said = f"Queued draft job {job.pk} of {provision.public_id}"
        self.stdout.write(json.dumps({"queued": 1, "job": job.pk}) if options["json"] else said)

    def many(self, selection: Selection, options: dict[str, Any]) -> None:
        planned = plan(selection)
        queued = 0
        if not options["dry_run"]:
            queued = queue_all(selection, by=None, instructions=options["instructions"], limit=options["limit"])
        if options["json"]:
            result = {"wanted": planned.wanted, "waiting": planned.waiting, "queued": queued}
            self.stdout.write(json.dumps(result | {"estimate": asdict(planned.estimate)}, default=str))
            return
        self.stdout.write(f"{planned.wanted:,} provisions fit; {planned.waiting:,} of them wait for a draft already.")
        self.stdout.write(planned.estimate.in_words())
        self.stdout.write("Nothing was queued (--dry-run)." if options["dry_run"] else f"Queued {queued:,} drafts.")
