"""Queue a new draft of a provision."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis.management.commands.draft import provision_key
from analysis.queue import PARTS_TO_REDO, DraftInProgress, NothingToBuildOn, latest_analysis, request_draft
from atlas.models import Provision


class Command(BaseCommand):
    help = "Queues a new draft of the current wording of a provision; `draft` or a worker makes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provision", metavar="AT-P-…", help="the provision")
        parser.add_argument("--instructions", default="", metavar="TEXT", help="what the drafter shall look at")
        parser.add_argument(
            "--part",
            action="append",
            default=[],
            choices=PARTS_TO_REDO,
            help="write only this part anew (repeatable) and leave the rest of the latest analysis as it is",
        )

    def handle(self, *args: Any, **options: Any) -> None:
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
        self.stdout.write(f"Queued draft job {job.pk} of {provision.public_id}")
