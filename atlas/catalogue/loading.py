"""The legal catalogue: ``*.yaml`` beside this file → rows. What left the files is retired, never deleted."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.db import models, transaction

from atlas.catalogue.checking import Entry, mistakes
from atlas.models import Attribute, Instrument, Jurisdiction, Obligation, Topic

FOLDER = Path(__file__).parent
FILES = ("jurisdictions", "topics", "instruments", "obligations", "attributes")
Row = TypeVar("Row", bound=models.Model)
# libyaml where PyYAML was built with it: ten times faster
Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CatalogueError(Exception):
    """The catalogue's files cannot be loaded; the message names each file and entry."""


@dataclass(frozen=True)
class CatalogueCounts:
    """Rows by what loading did with them. ``entries`` is what the files hold."""

    entries: int = 0
    added: int = 0
    updated: int = 0
    retired: int = 0

    def __add__(self, other: "CatalogueCounts") -> "CatalogueCounts":
        return CatalogueCounts(
            self.entries + other.entries,
            self.added + other.added,
            self.updated + other.updated,
            self.retired + other.retired,
        )

    @property
    def changed(self) -> int:
        return self.added + self.updated + self.retired


def load_catalogue(folder: Path = FOLDER) -> CatalogueCounts:
    """Bring the rows in step with the files, all or nothing. Nothing is written where nothing changed.

    Raises:
        CatalogueError: if a file is missing or wrong.
    """
    catalogue = read_catalogue(folder)
    with transaction.atomic():
        counts = (
            _sync(Jurisdiction, map(_jurisdiction, catalogue["jurisdictions"]))
            + _sync(Topic, map(_topic, catalogue["topics"]))
            + _sync(Instrument, map(_instrument, catalogue["instruments"]))
            + _sync(Obligation, map(_obligation, catalogue["obligations"]))
            + _sync(Attribute, map(_attribute, catalogue["attributes"]))
        )
        _sync_obligation_topics(catalogue["obligations"])
    return counts


def read_catalogue(folder: Path = FOLDER) -> dict[str, list[Entry]]:
    """The entries of all files, checked. Raises CatalogueError."""
    contents = {name: _read(folder / f"{name}.yaml") for name in FILES}
    catalogue = {name: _entries(name, content) for name, content in contents.items()}
    as_of = str(contents["obligations"].get("as_of", ""))
    try:
        day = datetime.date.fromisoformat(as_of)
    except ValueError:
        raise CatalogueError(f"obligations.yaml: as_of {as_of!r} should be a date like 2026-08-02") from None
    if found := mistakes(catalogue, day):
        raise CatalogueError("\n".join(found))
    return catalogue


@dataclass(frozen=True)
class CatalogueRows:
    """The catalogue by key, for work without a database. The rows are not saved; obligations know their topics."""

    jurisdictions: Mapping[str, Jurisdiction]
    topics: Mapping[str, Topic]
    obligations: Mapping[str, Obligation]
    attributes: Mapping[str, Attribute]


def read_rows(folder: Path = FOLDER) -> CatalogueRows:
    """What `load_catalogue` would write, linked row to row. Raises CatalogueError."""
    catalogue = read_catalogue(folder)
    jurisdictions = _by_key(map(_jurisdiction, catalogue["jurisdictions"]))
    topics = _by_key(map(_topic, catalogue["topics"]))
    instruments = _by_key(map(_instrument, catalogue["instruments"]))
    obligations = _by_key(map(_obligation, catalogue["obligations"]))
    for instrument in instruments.values():
        instrument.jurisdiction = jurisdictions[instrument.jurisdiction_id]
    for entry in catalogue["obligations"]:
        obligation = obligations[entry["id"]]
        obligation.instrument = instruments[obligation.instrument_id]
        as_if_prefetched(obligation, topics=[topics[key] for key in entry["topics"]])
    return CatalogueRows(jurisdictions, topics, obligations, _by_key(map(_attribute, catalogue["attributes"])))


def as_if_prefetched(row: models.Model, **related: list[Any]) -> None:
    """``row.topics.all()`` and the like are these from now on, without a query."""
    vars(row).setdefault("_prefetched_objects_cache", {}).update(related)


def _by_key(rows: Iterable[Row]) -> dict[str, Row]:
    return {row.pk: row for row in rows}


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except OSError as error:
        raise CatalogueError(f"{path.name}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path.name} is no YAML: {error}") from None
    return content if isinstance(content, dict) else {}


def _entries(name: str, content: Mapping[str, Any]) -> list[Entry]:
    entries = content.get(name)
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise CatalogueError(f"{name}.yaml: has no list “{name}” of entries")
    return entries


def _sync(model: type[models.Model], rows: Iterable[models.Model]) -> CatalogueCounts:
    """Insert what is new, update what differs, retire what left; three queries at most, one if nothing changed."""
    wanted = {row.pk: row for row in rows}
    objects = model._default_manager
    existing = {row.pk: row for row in objects.order_by()}
    columns = [field.attname for field in model._meta.concrete_fields]
    differing = [row for key, row in wanted.items() if _values(row, columns) != _values(existing.get(key), columns)]
    objects.bulk_create(
        differing,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=[field.name for field in model._meta.concrete_fields if not field.primary_key],
    )
    left = [key for key, row in existing.items() if key not in wanted and not getattr(row, "is_retired")]  # noqa: B009
    if left:
        objects.filter(pk__in=left).update(is_retired=True)
    added = len(wanted.keys() - existing.keys())
    return CatalogueCounts(len(wanted), added, len(differing) - added, len(left))


def _values(row: models.Model | None, columns: Iterable[str]) -> list[Any] | None:
    return None if row is None else [getattr(row, column) for column in columns]


def _sync_obligation_topics(entries: Iterable[Entry]) -> None:
    through = Obligation.topics.through
    wanted = {(entry["id"], topic) for entry in entries for topic in entry["topics"]}
    keys = {obligation for obligation, _ in wanted}
    rows = through.objects.values_list("obligation_id", "topic_id", "pk")
    existing = {(obligation, topic): pk for obligation, topic, pk in rows if obligation in keys}
    if stale := [pk for link, pk in existing.items() if link not in wanted]:
        through.objects.filter(pk__in=stale).delete()
    through.objects.bulk_create(
        through(obligation_id=obligation, topic_id=topic) for obligation, topic in sorted(wanted - existing.keys())
    )


def _day(value: Any) -> datetime.date:
    return datetime.date.fromisoformat(str(value))


def _jurisdiction(entry: Entry) -> Jurisdiction:
    return Jurisdiction(
        key=entry["code"],
        name=entry["name"],
        region=entry["region"],
        parent_id=entry.get("parent"),
        note=entry.get("note", ""),
    )


def _topic(entry: Entry) -> Topic:
    copied = ("name", "definition", "cues", "document_types", "default_exposure")
    lists = ("raises_exposure", "lowers_exposure", "review_questions")
    fields = {name: entry[name] for name in (*copied, *lists)}
    return Topic(key=entry["id"], exclude=entry.get("exclude", []), **fields)


def _instrument(entry: Entry) -> Instrument:
    copied = ("short_name", "full_name", "kind", "tier", "authorities", "status", "max_penalty", "url", "scope")
    return Instrument(
        key=entry["id"],
        jurisdiction_id=entry["jurisdiction"],
        related_jurisdictions=entry.get("related_jurisdictions", []),
        in_force_since=_day(entry["in_force_since"]),
        key_dates=entry.get("key_dates", []),
        notes=entry.get("notes", ""),
        confidence=entry["confidence"],
        verified_via=entry["verified_via"],
        **{name: entry[name] for name in copied},
    )


def _obligation(entry: Entry) -> Obligation:
    return Obligation(
        key=entry["id"],
        instrument_id=entry["instrument"],
        pinpoint=entry["pinpoint"],
        title=entry["title"],
        paraphrase=entry["paraphrase"],
        binds=entry["binds"],
        applies_from=_day(entry["applies_from"]) if "applies_from" in entry else None,
        note=entry.get("note", ""),
        confidence=entry["confidence"],
        verified_via=entry["verified_via"],
    )


def _attribute(entry: Entry) -> Attribute:
    return Attribute(
        key=entry["id"],
        topic_id=entry["topic"],
        name=entry["name"],
        kind=entry["kind"],
        values=entry.get("values", {}),
        unit=entry.get("unit", ""),
    )
