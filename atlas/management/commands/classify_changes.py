"""``manage.py classify_changes``: labels for changes of a collection, from its repository alone."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from atlas.archive.classifying import classify
from atlas.archive.ota import Repository
from atlas.archive.questions import read_questions


class Command(BaseCommand):
    help = "Label changes"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repository", required=True)

    def handle(self, *args: Any, repository: str, **options: Any) -> None:
        questions = list(read_questions(sys.stdin))
        for answer in classify(questions, Repository(Path(repository), repository)):
            print(json.dumps({"id": answer.id, "label": answer.label, "reasons": answer.reasons}, ensure_ascii=False))
