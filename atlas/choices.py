"""What the fields of a form offer, read from several tables at once."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast

Offer = tuple[QuerySet[Any], Any, Any]


def choices_of(offers: Mapping[str, Offer]) -> dict[str, list[tuple[str, str]]]:
    """For each name: value and words of every choice, by their words. One query.

    An offer has the rows, and the field or expression for the value and for the words.
    """
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in offers}
    first, *others = (_texts(name, *offer) for name, offer in offers.items())
    for name, value, words in first.union(*others, all=True):
        found[name].append((value, words))
    return {name: sorted(choices, key=lambda choice: choice[1].casefold()) for name, choices in found.items()}


def _texts(name: str, rows: QuerySet[Any], value: Any, words: Any) -> QuerySet[Any]:
    texts = {"of": Value(name, TextField()), "value": Cast(value, TextField()), "words": Cast(words, TextField())}
    annotated: QuerySet[Any] = rows.order_by().annotate(**texts)
    return annotated.values_list("of", "value", "words")
