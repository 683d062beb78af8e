"""``manage.py classify_changes``: a label for each change of a collection, from its repository alone. No database."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from atlas.archive.collections.classifying import Answer, classify
from atlas.archive.collections.ota import SourceError
from atlas.archive.collections.past_texts import open_collection
from atlas.archive.collections.questions import Question, QuestionError, read_questions
from atlas.progress import progress_bar
from atlas.settings import CONFIG

EPILOG = """
Reads one JSON object a line from standard input: id, document ("Service/Terms Type"), from_commit, to_commit, old_text,
new_text; one of the texts may be null. Writes one a line, in the same order: id, label, reasons. The labels are
unchanged, cosmetic, substantive, added, removed, moved, split, merged and capture_noise. Where the repository lacks a
commit or the document, the two texts alone are judged, and the line says "alone": true.
"""


class Command(BaseCommand):
    help = "Label changes between versions of a collection: which of them say something new. Needs no database."
    requires_system_checks = []
    stealth_options = ("stdin",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = EPILOG
        parser.add_argument(
            "--repository",
            required=True,
            metavar="GIT",
            help="the collection: a clone (bare or not), bundle or git URL",
        )

    def handle(self, *args: Any, repository: str, stdin: Iterable[bytes] | None = None, **options: Any) -> None:
        questions = _read(sys.stdin.buffer if stdin is None else stdin)
        try:
            collection = open_collection(repository, CONFIG.data_dir / "collections")
            with progress_bar("Classifying") as progress:
                answers = classify(questions, collection, progress=progress)
        except SourceError as error:
            raise CommandError(str(error)) from error
        for answer in answers:
            self.stdout.write(_line(answer))
        self._sum_up(answers)

    def _sum_up(self, answers: list[Answer]) -> None:
        labels = Counter(answer.label for answer in answers)
        counts = ", ".join(f"{count} {label}" for label, count in labels.most_common())
        self.stderr.write(f"{len(answers)} change{pluralize(len(answers))}{': ' if counts else ''}{counts}.")
        if alone := sum(answer.is_alone for answer in answers):
            self.stderr.write(
                f"{alone} of them judged on their two texts alone: the repository lacks their commits or document."
            )


def _read(lines: Iterable[bytes]) -> list[Question]:
    try:
        return list(read_questions(_decoded(lines)))
    except QuestionError as error:
        raise CommandError(str(error), returncode=2) from error


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise QuestionError(f"line {number} is not UTF-8 text; convert the input first.") from error


def _line(answer: Answer) -> str:
    fields: dict[str, object] = {"id": answer.id, "label": answer.label, "reasons": answer.reasons}
    return json.dumps(fields | ({"alone": True} if answer.is_alone else {}))  # in ASCII, which every pipe can carry
