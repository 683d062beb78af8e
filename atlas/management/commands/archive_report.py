"""``manage.py archive_report``: what the archive held back, what flaps, and what share of changes reaches editors."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from atlas.archive.telling.reporting import FATES, UNSTABLE_RETURNS, Flaps, HeldCapture, Report, held_captures, report
from atlas.models import Outcome, Platform


class Command(BaseCommand):
    help = (
        "Report on the archive: every held capture and what became of it, documents that flap between texts, the "
        "share of recorded changes that is new to readers, provisions, clusters and stated dates. Changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--platform", action="append", default=[], metavar="NAME", help="only this one (repeatable)"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="everything as one JSON object")

    def handle(self, *args: Any, platform: list[str], as_json: bool, **options: Any) -> None:
        keys = platform_keys(platform) if platform else None
        found, held = report(keys), held_captures(keys)
        found.platforms = platform
        for piece in json_of(found, held) if as_json else lines_of(found, held):
            self.stdout.write(piece, ending="" if as_json else "\n")


def platform_keys(names: list[str]) -> list[int]:
    """The keys of the named platforms; ends with exit code 2 where there is none of a name."""
    known = dict(Platform.objects.filter(name__in=names).values_list("name", "pk"))
    unknown = [name for name in names if name not in known]
    if unknown:
        held = ", ".join(Platform.objects.order_by("name").values_list("name", flat=True)[:20]) or "none yet"
        words = f"No platform is called {', '.join(map(repr, unknown))}. The archive has, among others: {held}."
        raise CommandError(words, returncode=2)
    return list(known.values())


def json_of(found: Report, held: Iterator[HeldCapture]) -> Iterator[str]:
    """One JSON object in pieces, so that a long list of held captures is never in memory as a whole."""
    summary = asdict(found) | {"flaps": [asdict(row) | {"is_unstable": row.is_unstable} for row in found.flaps]}
    yield json.dumps(summary, ensure_ascii=False)[:-1] + ', "held_captures": ['
    for place, row in enumerate(held):
        item = asdict(row) | {"captured_at": row.captured_at.isoformat()}
        yield (", " if place else "") + json.dumps(item, ensure_ascii=False)
    yield "]}\n"


def lines_of(found: Report, held: Iterator[HeldCapture]) -> Iterator[str]:
    """The report for a person, section by section."""
    yield f"Archive of {', '.join(found.platforms) or 'all platforms'}: {_counts(found.totals)}."
    yield from _section("Captures", _capture_lines(found.captures))
    yield from _section("Held captures", _held_lines(found.held, held))
    yield from _section("Flapping", _flap_lines(found.flaps))
    yield from _section("What reaches the queue", _queue_lines(found.queue))
    yield from _section("Provisions in force", _provision_lines(found.provisions))
    yield from _section("Clusters", _cluster_lines(found.clusters))
    yield from _section("Stated dates", _date_lines(found.stated_dates))


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"\n{title}\n{'-' * len(title)}"
    yield from lines


def _capture_lines(by_outcome: dict[str, int]) -> Iterator[str]:
    yield from (f"  {number:>7,}  {Outcome(name).label}" for name, number in by_outcome.items())
    yield f"Total: {sum(by_outcome.values()):,} captures."


def _held_lines(by_fate: dict[str, int], held: Iterator[HeldCapture]) -> Iterator[str]:
    document = above = ""
    for row in held:
        if row.document != document:
            document, above = row.document, ""
            yield f"{row.document_name} ({row.document})"
        why = " ".join(" ".join(row.reasons).split()) or "No reason was recorded."
        reasons, above = "for the same reasons." if why == above else why, why
        decision = f" ({row.decision})" if row.decision else ""
        yield f"  {row.captured_at:%Y-%m-%d %H:%M}  {row.characters:>7,} characters  {row.fate}{decision}: {reasons}"
    yield f"Total: {sum(by_fate.values()):,} held."
    yield from (f"  {number:>7,}  {FATES[fate]}" for fate, number in by_fate.items() if number)


def _flap_lines(flaps: list[Flaps]) -> Iterator[str]:
    for row in flaps:
        mark = "  UNSTABLE CAPTURE" if row.is_unstable else ""
        yield (
            f"  {row.returned_captures:>5,} returns ({row.most_in_14_days} in 14 days), "
            f"{row.returned_changes:>6,} changes  {row.document_name} ({row.document}){mark}"
        )
    unstable = sum(row.is_unstable for row in flaps)
    captures, changes = sum(row.returned_captures for row in flaps), sum(row.returned_changes for row in flaps)
    yield (
        f"Total: {captures:,} returned captures and {changes:,} returned changes in {len(flaps):,} documents, "
        f"{unstable:,} of them unstable (more than {UNSTABLE_RETURNS} returns in 14 days)."
    )


def _queue_lines(queue: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{queue['captures_announced']:,} of {queue['captures_changed']:,} changed captures bring something new to "
        f"readers{_percent(queue['share_of_changed'])}; of all {queue['captures_that_differ']:,} that differ from "
        f"the one before{_percent(queue['share_of_all_that_differ'])}."
    )
    yield (
        f"{queue['changes']:,} changes of provisions: {queue['changes_substantive']:,} substantive, "
        f"{queue['changes_announced']:,} announced ({queue['changes_announced_in_clusters']:,} of them in clusters), "
        f"{queue['changes_awaiting_analysis']:,} awaiting analysis."
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f" ({share:.1%})"


def _provision_lines(provisions: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{provisions['in_force']:,} in {provisions['documents']:,} documents: median "
        f"{provisions['a_document_median']:g} a document, at most {provisions['a_document_max']:,}."
    )
    yield f"Length: median {provisions['characters_median']:,} characters, at most {provisions['characters_max']:,}."


def _cluster_lines(clusters: list[dict[str, Any]]) -> Iterator[str]:
    for row in clusters:
        yield f"  {row['changes']:>6,} changes  {row['title']} ({row['kind']}; {row['decision'] or 'not decided'})"
    yield f"Total: {len(clusters):,} clusters with {sum(row['changes'] for row in clusters):,} changes."


def _date_lines(stated: dict[str, int]) -> Iterator[str]:
    yield (
        f"Of {stated['versions']:,} versions {stated['effective']:,} state an effective date, {stated['updated']:,} "
        f"a last update, {stated['versions_stating_none']:,} neither."
    )


def _counts(counts: dict[str, int]) -> str:
    named = ((number, name if number > 1 else name.removesuffix("s")) for name, number in counts.items() if number)
    return ", ".join(f"{number:,} {name}" for number, name in named) or "none"
