"""What a form of the desk says, as it was typed: valid or not, whole or not. Nothing here judges it."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from review.desk.forms import DeskForm, initial_of
from review.models import Edition, Revision

Value = str | list[str]
Values = dict[str, Value]

TICKED = "on"
# What editors write beside the text: reasons, instructions, remarks.
_BESIDE = ("reason", "instruction", "comment_")
# Where a remark belongs; goes with it, and is nothing without it.
ANCHOR = ("comment_part", "comment_prefix", "comment_suffix", "comment_blocking")


def typed(form: DeskForm) -> Values:
    """What was posted for each field of ``form``; a text that did not arrive is left out, an empty box is empty."""
    post: Any = form.data
    values: Values = {"topics": [plain(key) for key in post.getlist("topics")]}
    values["no_material_change"] = TICKED if form["no_material_change"].value() else ""
    texts = [name for name in form.fields if name not in values and name in post]
    return {**values, **{name: plain(post[name]) for name in texts}}


def stands(form: DeskForm, revision: Revision, public_note: str) -> Values:
    """What ``form`` would post, had it been opened from ``revision`` and nothing been typed."""
    initial: dict[str, Any] = initial_of(revision, public_note)
    initial["no_material_change"] = TICKED if revision.no_material_change else ""
    texts = {name: plain(initial[name]) for name in form.fields if name != "topics"}
    return {**texts, "topics": list(revision.topics)}


def is_same(one: Value | None, other: Value | None) -> bool:
    """Topics are a set: their order says nothing."""
    if isinstance(one, list) and isinstance(other, list):
        return set(one) == set(other)
    return one == other


def plain(text: str) -> str:
    """``text`` with the line ends of Python, and without the null bytes that PostgreSQL has no place for."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def as_data(values: Mapping[str, Value]) -> "MultiValueDict[str, str]":
    """``values`` as a form takes them."""
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in values.items()})


def beside(post: QueryDict) -> dict[str, str]:
    """What was written beside the text: reasons, instructions, remarks. Field name → text, none of it empty."""
    written = {name: plain(str(post[name])) for name in post if any(word in name for word in _BESIDE)}
    return {name: text for name, text in written.items() if text.strip() and name != "reason_code"}


def beside_context(kept: Mapping[str, str]) -> dict[str, Any]:
    """``kept`` by the names of its fields, and as ``_beside.html`` lists it: ``discard_reason`` → "Discard reason"."""
    shown = [name for name in kept if name not in ANCHOR]
    written = [(name.rstrip("_0123456789").replace("_", " ").capitalize(), kept[name]) for name in shown]
    return {"kept": kept, "written": written}


def missing_parts(form: DeskForm) -> str:
    """The parts that the posted form has not, in words; empty: it arrived whole. An unticked box is never posted."""
    boxes = ("topics", "no_material_change")
    return ", ".join(str(form[name].label) for name in form.fields if name not in boxes and name not in form.data)


def completed(form: DeskForm, edition: Edition) -> DeskForm:
    """``form`` with the parts that did not arrive as they stand."""
    values = {**stands(form, form.head, edition.public_note), **typed(form)}
    return DeskForm(as_data(values), edition=edition)
