"""Print the states of an edition as Markdown: ``describe_states > docs/states.md``."""

from django.core.management.base import BaseCommand

from review.states import describe


class Command(BaseCommand):
    help = "Print docs/states.md, made from the table of allowed steps."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(describe())
