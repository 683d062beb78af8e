"""The page of a form that no longer fits its edition: what it started from, theirs, yours. Nothing typed is lost."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse

from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import User
from review.desk.forms import DeskForm
from review.desk.merging import How, Merged, merge
from review.desk.token import Token, as_key
from review.desk.typed import TICKED, Value, as_data, beside, beside_context, plain, stands, typed
from review.errors import NotAllowed, StaleEdition
from review.models import Edition, Event, Revision
from review.moves import changes_since


def check_current(edition: Edition, post: QueryDict) -> Token:
    """What the form was opened with.

    Raises:
        StaleEdition: if that is not what ``edition`` is now, or cannot be told.
    """
    try:
        token = Token.posted(post)
    except NotAllowed as broken:
        raise StaleEdition(edition, [str(broken)]) from broken
    if token == Token.shown(edition):
        return token
    if token.lock_version == edition.lock_version:
        raise StaleEdition(edition, ["The form names another text than the one that it was opened from."])
    raise StaleEdition(edition, changes_since(edition, token.lock_version))


def check_same_person(post: QueryDict, by: User) -> None:
    """Raises NotAllowed if somebody else has logged in since the page was opened: what it says is not theirs."""
    if post.get("editor", str(by.pk)) != str(by.pk):
        raise NotAllowed(f"You are logged in as {by.shown_name} now, who did not open this page. Nothing was done.")


def base_of(edition: Edition, post: QueryDict) -> Revision | None:
    """The revision that the form was opened from; None if it names none of this edition."""
    return edition.revisions.filter(pk=as_key(post.get("revision_id", ""))).first()


def show_conflict(
    request: HttpRequest,
    edition: Edition,
    form: DeskForm,
    changes: list[str],
    *,
    base: Revision | None,
    writer: str = "",
    kept: dict[str, str] | None = None,
) -> HttpResponse:
    """All that was typed beside what stands now, part by part, and the way on: the desk with both, unsaved."""
    assert edition.head is not None
    post: Any = form.data
    base_values = stands(form, base, edition.public_note) if base else {}
    if "public_note" in base_values and _note_changed(edition, post):
        del base_values["public_note"]  # no revision keeps the note: what it was before is not known
    merged = merge(base_values, typed(form), stands(form, edition.head, edition.public_note))
    offered = DeskForm(as_data({part.name: part.proposal for part in merged}), edition=edition)
    parts = [_shown(part, offered) for part in merged]
    context = {
        **admin.site.each_context(request),
        "title": "This edition moved on"
        if edition.is_open
        else f"This edition is {edition.get_state_display().lower()}",
        "is_nav_sidebar_enabled": False,
        "edition": edition,
        "base": base,
        "changes": changes,
        "pressed": pressed_words(request.POST.get("verb", "")),
        "parts": parts,
        "by_how": {how.value: [part for part in parts if part.merged.how == how] for how in How},
        "has_yours": any(part.merged.how in (How.YOURS, How.BOTH) for part in parts),
        **beside_context(beside(request.POST) if kept is None else kept),
        "writer": writer,
        "token": Token.shown(edition),
    }
    return TemplateResponse(request, "admin/review/conflict.html", context, status=409)


def _note_changed(edition: Edition, post: QueryDict) -> bool:
    before = as_key(post.get("lock_version", ""))
    events = Event.objects.filter(edition_ref=edition.pk, action="revise", data__lock_version__gt=before)
    return events.filter(data__new_note=True).exists()


@dataclass(frozen=True)
class ShownPart:
    """A part as the page shows it: in words, with what each side changed. ``field`` holds the proposal."""

    merged: Merged
    field: Any
    base: str
    yours: str
    theirs: str
    yours_diff: list[DiffPart]
    theirs_diff: list[DiffPart]

    @property
    def is_text(self) -> bool:
        return self.merged.name not in ("topics", "exposure_level", "no_material_change")

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form posts beside the proposal, so that either side can be chosen: (side, value)."""
        sides: list[tuple[str, Value]] = [("yours", self.merged.yours), ("theirs", self.merged.theirs)]
        if self.is_text:
            sides.append(("offered", self.merged.proposal))
        return [(side, each) for side, value in sides for each in (value if isinstance(value, list) else [value])]


def _shown(part: Merged, form: DeskForm) -> ShownPart:
    base, yours, theirs = (_words(form, part.name, value) for value in (part.base, part.yours, part.theirs))
    from_base = base if part.base is not None else theirs
    return ShownPart(
        part, form[part.name], base, yours, theirs, diff_words(from_base, yours), diff_words(from_base, theirs)
    )


def _words(form: DeskForm, name: str, value: Value | None) -> str:
    """``value`` as a person reads it: names instead of keys, one a line."""
    if name == "no_material_change":
        return "Yes" if value == TICKED else "No"
    choices = dict(getattr(form.fields[name], "choices", []))
    if isinstance(value, list):
        return "\n".join(sorted(str(choices.get(key, key)) for key in value))
    return str(choices.get(value, value)) if choices else value or ""


def pressed_words(verb: str) -> str:
    """The button's name: ``request_changes`` → "Request changes"."""
    words = verb.partition(":")[0].replace("_", " ").strip().capitalize()
    return "" if verb in ("resume", "continue_unsaved") else words


def chosen(post: QueryDict) -> QueryDict:
    """The form with the choices of the page of conflict made in it: theirs or yours, part by part.

    What was typed into a part there counts before any choice.
    """
    data = post.copy()
    for choice in [name for name in post if name.startswith("choice_")]:
        name, side = choice.removeprefix("choice_"), post[choice]
        was_typed = plain(post.get(name, "")) != plain(post.get(f"offered_{name}", post.get(name, "")))
        if side in ("yours", "theirs") and not was_typed:
            data.setlist(name, post.getlist(f"{side}_{name}"))
    return data
