"""`manage.py load_sample`: three fictional platforms with their documents, drafts, decisions and publications."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from review.sample.loading import StoryError, load_sample
from review.sample.people import GROUPS, UsernameTaken


class Command(BaseCommand):
    help = (
        "Loads the sample: three fictional platforms and one person for each role. Goes on where a killed load "
        "stopped, and changes nothing once it was loaded. Needs the legal catalogue (load_catalogue). Calls no model."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_sample()
        except (StoryError, UsernameTaken) as error:
            raise CommandError(str(error)) from error
        if loaded.was_there:
            self.stdout.write("The sample was loaded before; nothing changed.")
        self.stdout.write(
            f"Sample: {loaded.platforms} platforms, {loaded.captures} captures, "
            f"{loaded.publications} publications, {loaded.open_editions} open editions."
        )
        self.stdout.write(f"Log in as {', '.join(GROUPS)} with the password {settings.ATLAS_SAMPLE_PASSWORD}")
