"""``manage.py compare_texts OLD NEW``: what changed between two Markdown files, provision by provision."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from atlas.archive.aligning.alignment import Pair, align
from atlas.archive.changes.significance import judge
from atlas.archive.changes.surroundings import Surroundings, survey
from atlas.archive.provisions.splitting import ProvisionText, split_provisions


class Command(BaseCommand):
    help = "Compare two Markdown files provision by provision. Needs no database and stores nothing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("old", type=Path, help="the file with the older text")
        parser.add_argument("new", type=Path, help="the file with the newer text")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON array with all texts")

    def handle(self, *args: Any, old: Path, new: Path, as_json: bool, **options: Any) -> None:
        changes = compare(_read(old), _read(new))
        if as_json:
            self.stdout.write(json.dumps(changes, ensure_ascii=False, indent=1))
            return
        for change in changes:
            self.stdout.write(f"{change['kind']}, {change['significance']}: {change['title']}")
            for reason in change["reasons"]:
                self.stdout.write(f"    {reason}")
        substantive = sum(change["significance"] == "substantive" for change in changes)
        self.stdout.write(f"{len(changes)} change{pluralize(len(changes))}, {substantive} of them substantive.")


def compare(old: str, new: str) -> list[dict[str, Any]]:
    """The changes of provisions between two texts, in the order of the new one; unchanged ones are left out."""
    before, after = split_provisions(old), split_provisions(new)
    around = survey((provision.text for provision in before), (provision.text for provision in after))
    return [_describe(pair, before, after, around) for pair in align(before, after) if pair.kind != "unchanged"]


def _describe(
    pair: Pair,
    before: list[ProvisionText],
    after: list[ProvisionText],
    around: Surroundings,
) -> dict[str, Any]:
    old = before[pair.old] if pair.old is not None else None
    new = after[pair.new] if pair.new is not None else None
    present = new or old
    assert present is not None, "a pair has at least one side"
    old_text, new_text = old.text if old else None, new.text if new else None
    judgement = judge(old_text, new_text, around)
    return {
        "kind": pair.kind,
        "significance": str(judgement.significance),
        "reasons": list(judgement.reasons),
        "title": present.title,
        "heading_path": list(present.heading_path),
        "old_text": old_text,
        "new_text": new_text,
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.", returncode=2) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not UTF-8 text; convert it first.", returncode=2) from error
