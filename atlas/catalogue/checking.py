"""Is the catalogue sound? Every mistake as a line that names file and entry. Knows no database."""

import datetime
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.dateparse import parse_date

Entry = Mapping[str, Any]
Entries = Mapping[str, list[Entry]]

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
CODE = re.compile(r"[A-Z]{2,3}(?:-[A-Z0-9]{2,3}){0,2}\Z")
URL = re.compile(r"https?://\S+\Z")
KINDS = {"statute", "regulation", "guidance", "treaty", "standard"}
STATUSES = {"in_force", "partially_applicable", "enacted_not_yet_applicable", "guidance", "standard", "repealed"}
TIERS = {"core", "supplementary"}
VERIFIED_VIA = {"law-text", "secondary", "none"}
CONFIDENCES = {"high", "medium"}
EXPOSURES = {"low", "medium", "high"}
ATTRIBUTE_KINDS = {"choice", "number", "jurisdiction"}
MOST_CUES, FEWEST_CUES = 15, 6

REQUIRED = {
    "jurisdictions": ("code", "name", "region"),
    "instruments": (
        "id", "short_name", "full_name", "jurisdiction", "kind", "tier", "authorities", "in_force_since", "status",
        "max_penalty", "url", "scope",
    ),
    "topics": (
        "id", "name", "definition", "cues", "document_types", "default_exposure", "raises_exposure", "lowers_exposure",
        "review_questions",
    ),
    "obligations": ("id", "instrument", "pinpoint", "title", "paraphrase", "topics", "binds"),
    "attributes": ("id", "topic", "name", "kind"),
}  # fmt: skip


def key_of(name: str, entry: Entry) -> str:
    """What an entry of the file ``name`` is called."""
    return str(entry.get("code" if name == "jurisdictions" else "id", "without id"))


def mistakes(catalogue: Entries, as_of: datetime.date) -> list[str]:
    """All that is wrong with the catalogue; empty if it may be loaded. ``as_of`` is the day it describes."""
    found = [line for name in REQUIRED for line in _check_shape(name, catalogue[name])]
    if found:
        return found  # the checks below read required fields
    known = {name: {key_of(name, entry) for entry in entries} for name, entries in catalogue.items()}
    checks: dict[str, Callable[[Entry], Iterable[str]]] = {
        "jurisdictions": lambda entry: _check_jurisdiction(entry, known["jurisdictions"]),
        "instruments": lambda entry: _check_instrument(entry, known["jurisdictions"]),
        "topics": _check_topic,
        "obligations": lambda entry: _check_obligation(entry, known, as_of),
        "attributes": lambda entry: _check_attribute(entry, known["topics"]),
    }
    found += [
        f"{name}.yaml, {key_of(name, entry)}: {line}"
        for name, check in checks.items()
        for entry in catalogue[name]
        for line in check(entry)
    ]
    return found + list(_check_citable(catalogue))


def _check_shape(name: str, entries: list[Entry]) -> Iterable[str]:
    pattern = CODE if name == "jurisdictions" else SLUG
    for key, count in Counter(key_of(name, entry) for entry in entries).items():
        if count > 1:
            yield f"{name}.yaml, {key}: stands there {count} times"
        if not pattern.match(key):
            yield f"{name}.yaml, {key}: the id should look like “{'US-CA' if pattern is CODE else 'gdpr-art-5-1-a'}”"
    for entry in entries:
        for field in REQUIRED[name]:
            if entry.get(field) in (None, "", []):
                yield f"{name}.yaml, {key_of(name, entry)}: “{field}” is missing or empty"


def _check_jurisdiction(entry: Entry, codes: set[str]) -> Iterable[str]:
    if entry.get("parent") and entry["parent"] not in codes:
        yield f"parent {entry['parent']} is no jurisdiction"


def _check_instrument(entry: Entry, codes: set[str]) -> Iterable[str]:
    for code in (entry["jurisdiction"], *entry.get("related_jurisdictions", [])):
        if code not in codes:
            yield f"jurisdiction {code} is not in jurisdictions.yaml"
    yield from _check_closed(entry, kind=KINDS, status=STATUSES, tier=TIERS)
    if not URL.match(entry["url"]):
        yield f"url {entry['url']!r} should begin with https://"
    yield from _check_dates(entry["in_force_since"], *(date.get("date") for date in entry.get("key_dates", [])))
    days = [str(date.get("date")) for date in entry.get("key_dates", [])]
    if days != sorted(days):
        yield "key_dates are not in order"
    yield from _check_trust(entry)


def _check_obligation(entry: Entry, known: Mapping[str, set[str]], as_of: datetime.date) -> Iterable[str]:
    if entry["instrument"] not in known["instruments"]:
        yield f"instrument {entry['instrument']} is not in instruments.yaml"
    topics: Counter[str] = Counter(entry["topics"])
    for topic, count in topics.items():
        if topic not in known["topics"]:
            yield f"topic {topic} is not in topics.yaml"
        if count > 1:
            yield f"topic {topic} stands there {count} times"
    if not str(entry["paraphrase"]).endswith("."):
        yield "the paraphrase should be one sentence that ends with a full stop"
    if "applies_from" in entry:
        wrong = list(_check_dates(entry["applies_from"]))
        yield from wrong
        if not wrong:
            applies = datetime.date.fromisoformat(str(entry["applies_from"])) <= as_of
            if applies == (entry.get("status") == "not_yet_applicable"):
                yield f"applies_from {entry['applies_from']} and status {entry.get('status')} disagree on {as_of}"
    yield from _check_trust(entry)


def _check_topic(entry: Entry) -> Iterable[str]:
    yield from _check_closed(entry, default_exposure=EXPOSURES)
    if not FEWEST_CUES <= len(entry["cues"]) <= MOST_CUES:
        yield f"has {len(entry['cues'])} cues; {FEWEST_CUES} to {MOST_CUES} are wanted"
    for field in ("cues", "exclude"):
        for expression in entry.get(field, []):
            yield from (f"{field} {expression!r} {line}" for line in _check_expression(expression))


def _check_expression(expression: str) -> Iterable[str]:
    try:
        pattern = re.compile(expression, re.IGNORECASE)
    except re.error as error:
        yield f"is no regular expression: {error}"
        return
    if pattern.search(""):
        yield "matches the empty text"
    if r"\b" not in expression:
        yield r"has no word boundary (\b)"


def _check_attribute(entry: Entry, topics: set[str]) -> Iterable[str]:
    if entry["topic"] not in topics:
        yield f"topic {entry['topic']} is not in topics.yaml"
    yield from _check_closed(entry, kind=ATTRIBUTE_KINDS)
    if entry["kind"] == "choice" and not entry.get("values"):
        yield "a choice needs its values"
    if entry["kind"] == "number" and not entry.get("unit"):
        yield "a number needs its unit"


def _check_citable(catalogue: Entries) -> Iterable[str]:
    """Each topic and each instrument can be cited, and no unit stands there twice."""
    topics: set[str] = {topic for entry in catalogue["obligations"] for topic in entry["topics"]}
    yield from (
        f"topics.yaml, {entry['id']}: no obligation is about it"
        for entry in catalogue["topics"]
        if entry["id"] not in topics
    )
    pinpoints = Counter((entry["instrument"], entry["pinpoint"]) for entry in catalogue["obligations"])
    instruments = {instrument for instrument, _ in pinpoints}
    yield from (
        f"instruments.yaml, {entry['id']}: no obligation is of it"
        for entry in catalogue["instruments"]
        if entry["id"] not in instruments
    )
    yield from (
        f"obligations.yaml: {instrument}, {pinpoint} stands there {count} times"
        for (instrument, pinpoint), count in pinpoints.items()
        if count > 1
    )


def _check_closed(entry: Entry, **fields: set[str]) -> Iterable[str]:
    for field, allowed in fields.items():
        if entry.get(field) not in allowed:
            yield f"{field} {entry.get(field)!r} should be one of {', '.join(sorted(allowed))}"


def _check_trust(entry: Entry) -> Iterable[str]:
    yield from _check_closed(entry, confidence=CONFIDENCES, verified_via=VERIFIED_VIA)
    if entry.get("verified") is not (entry.get("verified_via") != "none"):
        yield "verified and verified_via disagree"


def _check_dates(*dates: object) -> Iterable[str]:
    for day in dates:
        try:
            is_date = parse_date(str(day)) is not None
        except ValueError:
            is_date = False
        if not is_date:
            yield f"{day!r} should be a date like 2026-08-02"
