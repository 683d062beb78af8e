"""``manage.py load_catalogue``: the legal catalogue from its files into the database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from atlas.catalogue.loading import FOLDER, CatalogueError, load_catalogue


class Command(BaseCommand):
    help = "Load the legal catalogue from atlas/catalogue/*.yaml. Safe to run again; entries that left are retired."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files are (default: Atlas's own)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = load_catalogue(options["folder"])
        except CatalogueError as error:
            raise CommandError(f"The catalogue was not loaded:\n{error}") from None
        if not counts.changed:
            self.stdout.write(f"Legal catalogue: {counts.entries} entries, all as in the files.")
            return
        self.stdout.write(
            f"Legal catalogue: {counts.entries} entries, {counts.added} added, {counts.updated} updated,"
            f" {counts.retired} retired."
        )
