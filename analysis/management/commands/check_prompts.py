"""Are the prompts fit to be used, and the released ones as they were released?"""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analysis import prompts
from analysis.prompt_checking import problems_of, release_problems, released_entry, versions


class Command(BaseCommand):
    help = (
        "Loads, fills and checks every prompt under prompts/, its examples included, and compares released ones with "
        "prompts/released.toml. Prints the entry that a version not yet released lacks. Needs no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="only the versions of this prompt")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [(name, version) for name, version in versions() if options["name"] in (None, name)]
        released = {(release.name, release.version): release for release in prompts.releases()}
        wanted = found + [key for key in released if key not in found and options["name"] in (None, key[0])]
        if not wanted:
            raise CommandError(f"There is no prompt called {options['name']}", returncode=2)
        problems = [
            f"{name} {version}: {problem}" for name, version in wanted for problem in self._check(name, version)
        ]
        for name, version in found:
            if (name, version) not in released and not problems:
                self.stdout.write(f"{name} {version} is not released. Its entry in prompts/released.toml would be:\n")
                self.stdout.write(released_entry(prompts.load(name, version), timezone.now().date().isoformat()))
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{len(wanted)} prompts are fit to be used, {len(released)} of all are released")

    def _check(self, name: str, version: str) -> Iterator[str]:
        try:
            prompt = prompts.load(name, version)
        except prompts.PromptError as error:
            yield str(error)
            return
        yield from problems_of(prompt)
        for release in prompts.releases():
            if (release.name, release.version) == (name, version):
                yield from release_problems(prompt, release)
