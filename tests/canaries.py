"""Words that must never be read in public, in every field of the rooms where unapproved work lies."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

BIRD = "Kanarienvogel"  # stands beside each, so that a search can ask for all of them at once
ROOMS = ("analysis", "review")
_MARKED = ("title", "summary", "why_it_matters", "practical_effect", "interpretive_note", "change_summary",
           "regulatory_landscape", "governance_exposure", "jurisdiction_flags", "contract_implications",
           "compliance_considerations")  # fmt: skip


@dataclass
class Aviary:
    """Makes canaries and knows what each was put into: word → place."""

    places: dict[str, str] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def bird(self, place: str) -> str:
        """A text for ``place`` that stands nowhere else."""
        word = f"q{next(self._numbers):04d}z"
        self.places[word] = place
        return f"{BIRD} {word}"

    def analysis(self, place: str) -> dict[str, str]:
        """All texts of an analysis."""
        return {name: self.bird(f"{place}: {name}") for name in _MARKED}

    def texts(self, model: type[models.Model]) -> dict[str, Any]:
        """A canary for each free text of ``model``."""
        return {
            row.name: self.bird(str(row)) if not isinstance(row, models.JSONField) else [self.bird(str(row))]
            for row in free_texts(model)
        }

    def found_in(self, body: str) -> list[str]:
        """The places whose words stand in ``body``."""
        return [place for word, place in self.places.items() if word in body]


def free_texts(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """Fields that hold what somebody or some model wrote: no codes, no hashes, no keys."""
    return [
        row
        for row in model._meta.concrete_fields
        if isinstance(row, models.CharField | models.TextField | models.JSONField)
        and not row.choices
        and not row.primary_key
        and not any(word in row.name for word in ("sha256", "hash", "transaction", "source_ref"))
    ]


def empty_places(exceptions: set[str]) -> set[str]:
    """Free texts of the private rooms in which no row has a canary."""
    return {
        str(row)
        for room in ROOMS
        for model in apps.get_app_config(room).get_models()
        for row in free_texts(model)
        if str(row) not in exceptions and not any(BIRD in str(value) for value in _values(model, row.name))
    }


def _values(model: type[models.Model], name: str) -> list[Any]:
    return list(model._default_manager.values_list(name, flat=True))
