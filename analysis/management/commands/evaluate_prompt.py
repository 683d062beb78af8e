"""How good are the drafts of a prompt and a model? Over cases, or by what editors did with them."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from analysis import prompts
from analysis.evaluation import editors
from analysis.evaluation.cases import CaseError, load_cases
from analysis.evaluation.reporting import as_json, failures, tables
from analysis.evaluation.running import Drafter, Outcome, run
from analysis.profiles import Profile, configured_profiles
from atlas.config import load_config

OUTLINE = "outline"
CONSOLE_WIDTH = 160  # where it is no terminal


class Command(BaseCommand):
    help = (
        "Drafts the cases in prompts/cases with a prompt, checks the answers, and prints what holds, beside another "
        "version if asked. Exit code 1 if any assertion fails. Nothing is stored."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)  # our --version

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default=prompts.ANALYSIS, help="the prompt: provision_analysis")
        parser.add_argument("--version", metavar="vN", help="its version; the one in use if left out")
        parser.add_argument("--against", metavar="vN", help="a version to compare with")
        parser.add_argument("--model", help=f"a litellm model name, or “{OUTLINE}”; the configured one if left out")
        parser.add_argument(
            "--length-scale",
            type=scale,
            metavar="N",
            help="below 1 for small models: shorter, fewer examples; the configured one if left out",
        )
        parser.add_argument("--case", default="*", metavar="GLOB", help="only cases whose name fits")
        parser.add_argument("--json", action="store_true", help="print the outcomes as JSON, and no progress")
        parser.add_argument(
            "--editors", action="store_true", help="compare drafts with what editors published, and draft nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["editors"]:
                self._print_history(options)
            else:
                self._evaluate(options)
        except ProgrammingError:
            raise CommandError(
                "Drafts and the outline look into a database, which has no tables yet: migrate"
            ) from None

    def _evaluate(self, options: dict[str, Any]) -> None:
        try:
            cases = load_cases(options["case"])
            drafters = _drafters(options)
        except (CaseError, prompts.PromptError) as error:
            raise CommandError(str(error), returncode=2) from None
        with Progress(console=Console(stderr=True), disable=options["json"], transient=True) as bar:
            row = bar.add_task("Drafting cases", total=len(cases) * len(drafters))
            found = run(cases, drafters, width=load_config().llm_concurrency, progress=lambda: bar.advance(row))
        runs = {drafter.label: outcomes for drafter, outcomes in zip(drafters, found, strict=True)}
        if options["json"]:
            self.stdout.write(json.dumps(as_json(runs), ensure_ascii=False))
        else:
            self._print_tables(tables(runs))
        _fail_if_needed(drafters[0].label, found[0])

    def _print_history(self, options: dict[str, Any]) -> None:
        history = editors.history()
        if options["json"]:
            self.stdout.write(json.dumps([row.as_json() for row in history], ensure_ascii=False))
        elif history:
            self._print_tables([editors.table(history)])
        else:
            self.stdout.write(editors.NO_HISTORY)

    def _print_tables(self, shown: Iterable[Table]) -> None:
        console = Console(width=None if self.stdout.isatty() else CONSOLE_WIDTH)
        for table in shown:
            with console.capture() as drawn:
                console.print(table)
            self.stdout.write(drawn.get())


def scale(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1:
        raise ArgumentTypeError(f"should be above 0 and up to 1, not {value!r}")
    return number


def _drafters(options: dict[str, Any]) -> list[Drafter]:
    """The new one first. Raises PromptError."""
    model = _model(options["model"])
    if model is None:
        if options["against"] or options["version"]:
            raise prompts.PromptError("Versions of a prompt need a model: --model, or ATLAS_LLM_MODEL")
        return [Drafter()]
    name, version = options["name"], options["version"]
    chosen = [prompts.load(name, version) if version else prompts.current(name)]
    if options["against"]:
        chosen.append(prompts.load(name, options["against"]))
    if any(not prompt.drafts_all for prompt in chosen):
        raise prompts.PromptError(f"The cases are for prompts that draft a whole analysis; {name} does not")
    if len({prompt.version for prompt in chosen}) < len(chosen):
        raise prompts.PromptError(f"{name} {chosen[0].version} cannot be compared with itself")
    if options["length_scale"] is not None:
        model = replace(model, length_scale=options["length_scale"])
    return [Drafter(prompt, model) for prompt in chosen]


def _model(name: str | None) -> Profile | None:
    configured = next(iter(configured_profiles()), None)
    if name == OUTLINE or not (name or configured):
        return None
    if configured is None:
        return Profile(str(name), timeout_seconds=load_config().llm_timeout)
    return replace(configured, name=name) if name else configured


def _fail_if_needed(label: str, outcomes: list[Outcome]) -> None:
    if sentence := failures(outcomes):
        raise CommandError(f"{label}: {sentence}")
