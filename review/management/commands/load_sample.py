"""`manage.py load_sample`: three fictional platforms with their documents, drafts, decisions and publications."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from review.sample.loading import StoryError, is_loaded, load_sample
from review.sample.people import GROUPS, UsernameTaken


class Command(BaseCommand):
    help = (
        "Loads the sample: three fictional platforms and one person for each role. Goes on where a killed load "
        "stopped, and changes nothing once it was loaded. Needs the legal catalogue (load_catalogue). Calls no model. "
        "With --verbosity 2 it logs each step, with 0 it tells no result."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_loaded():
            self.say("Loading the sample data, some seconds …")
        try:
            with quiet_rooms(is_quiet=options["verbosity"] < 2):
                loaded = load_sample()
        except (StoryError, UsernameTaken) as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] < 1:
            return
        if loaded.was_there:
            self.say("The sample was loaded before; nothing changed.")
        self.say(
            f"Sample: {loaded.platforms} platforms, {loaded.captures} captures, "
            f"{loaded.publications} publications, {loaded.open_editions} drafts in review."
        )
        self.say(f"Log in as {', '.join(GROUPS)} with the password {settings.ATLAS_SAMPLE_PASSWORD}")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


@contextmanager
def quiet_rooms(*, is_quiet: bool) -> Iterator[None]:
    """Keep the rooms from telling of every row: a newcomer looks for the few lines that matter."""
    rooms = [logging.getLogger(name) for name in ("atlas", "analysis", "review")]
    before = [room.level for room in rooms]
    try:
        for room in rooms if is_quiet else ():
            room.setLevel(logging.WARNING)
        yield
    finally:
        for room, level in zip(rooms, before, strict=True):
            room.setLevel(level)
