"""What was seen when: the history of a document and the timeline of a provision, to look at in the admin."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from atlas.archive.telling.line_details import Entry, load_entries, load_hold_decisions, stated_dates
from atlas.archive.telling.spells import STAYS_A_PAGE, Spell, Stay, load_spells, spell_on, stays
from atlas.archive.telling.timelines import Line, fold, load_looks, page_of
from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import Change, Document, Incident, Outcome, Provision, Publication, Significance, Wording

LOOKS_IN_AN_ADDRESS = 100  # some 1,000 characters, which every browser and proxy takes
LARGEST_KEY = 2**31 - 1  # PostgreSQL's integer: what a sequence can be
TABS = (
    ("", "All", "Nothing has been captured yet."),
    ("change", "New texts", "No text of this document has been captured yet."),
    ("held", "Held and failed", "No capture of this document was held, and none failed."),
    ("return", "Returns", "The document never returned to an earlier text."),
)


def page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """A page of the archive inside the admin."""
    frame = {**admin.site.each_context(request), "title": title, "is_nav_sidebar_enabled": False}
    return TemplateResponse(request, f"admin/atlas/{template}", frame | context)


def require(request: HttpRequest, permission: str) -> None:
    """
    Raises:
        PermissionDenied: if the person may not look at these rows.
    """
    if not request.user.has_perm(permission):
        raise PermissionDenied


def document_history(request: HttpRequest, document_id: int) -> HttpResponse:
    """Every look at a document, the newest first; runs of the same are one line."""
    require(request, "atlas.view_document")
    document = get_object_or_404(Document.objects.select_related("platform", "variant_of"), pk=document_id)
    kind = request.GET.get("show", "")
    kind = kind if kind in {key for key, _, _ in TABS} else ""
    looks, decisions = load_looks(document), load_hold_decisions(document)
    decided = {key for decision in decisions for key in (decision.capture_id, decision.made_id) if key}
    lines = fold(looks, alone=frozenset(decided))
    on = asked_day(request)
    shown = page_of(lines, kind=kind, before=_asked_key(request), on=on)
    standing = next((look for look in reversed(looks) if look.version_id), None)
    counted: Counter[str] = Counter(look.kind for look in looks)
    context = {
        "document": document,
        "variants": document.variants.order_by("pk"),
        "entries": _by_day(request, load_entries(shown.lines, decisions)),
        "next_before": shown.next_before,
        "is_first": _asked_key(request) is None,
        "on": on,
        "kind": kind,
        "tabs": [(key, label, counted[key] if key else len(looks)) for key, label, _ in TABS],
        "empty": next(words for key, _, words in TABS if key == kind),
        "looks": len(looks),
        "oldest": looks[0] if looks else None,
        "latest": looks[-1] if looks else None,
        "standing": standing,
        "before_standing": _before(lines, standing.version_id) if standing else None,
        "versions": len({look.version_id for look in looks if look.version_id}),
        "dates": stated_dates([standing.version_id if standing else None]),
        "first_captured": next((look for look in looks if standing and look.version_id == standing.version_id), None),
        "incident": Incident.objects.filter(document=document, closed_at=None).select_related("opened_by").first(),
    }
    return page(request, "document/archive.html", f"History of {document}", context)


def _by_day(request: HttpRequest, entries: Iterable[Entry]) -> list[tuple[date, list[tuple[Entry, Any]]]]:
    """Entries with the words and addresses of their changes, by the day of their last look."""
    may_follow = request.user.has_perm("atlas.view_change")
    days = groupby(entries, key=lambda entry: entry.line.day)
    return [(day, [(entry, _counted(entry, may_follow=may_follow)) for entry in rows]) for day, rows in days]


def _counted(entry: Entry, *, may_follow: bool) -> list[tuple[str, str]]:
    """How many changes of what kind, each with the list that makes the number where it can be asked for."""
    counts = entry.counts
    sorts = (
        (
            counts.announced,
            "substantive change",
            "substantive changes",
            "significance__exact=substantive&is_return__exact=0",
        ),
        (counts.cosmetic, "cosmetic change", "cosmetic changes", "significance__exact=cosmetic&is_return__exact=0"),
        (counts.returns, "return to an earlier text", "returns to earlier texts", "is_return__exact=1"),
    )
    address = ""
    if may_follow and len(entry.line.news) <= LOOKS_IN_AN_ADDRESS:
        keys = ",".join(str(look.pk) for look in entry.line.news)
        address = f"{reverse('admin:atlas_change_changelist')}?capture__id__in={keys}&"
    return [
        (f"{number:,} {one if number == 1 else many}", address and address + query)
        for number, one, many, query in sorts
        if number
    ]


def _before(lines: Iterable[Line], version_id: int | None) -> int | None:
    """The number of the version that stood before ``version_id`` did."""
    looks = (look for line in lines for look in reversed(line.looks) if look.version_id)
    return next((look.number for look in looks if look.version_id != version_id), None)


def asked_day(request: HttpRequest) -> date | None:
    """The day of ``?on=2026-03-15``; None if it is missing or none."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return None


def _asked_key(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    return min(int(text), LARGEST_KEY) if text.isascii() and text.isdigit() and len(text) < 20 else None


@dataclass
class StayEntry:
    """A wording, or the absence of any, with what is shown of it."""

    stay: Stay
    wording: Wording | None = None
    parts: Sequence[DiffPart] = ()
    before: Wording | None = None
    change: Change | None = None
    publications: list[Publication] = field(default_factory=list)
    changes: dict[int, Change] = field(default_factory=dict)

    @property
    def spells(self) -> list[tuple[Spell, Change | None]]:
        """The latest spells with the change that began each."""
        return [(spell, self.changes.get(spell.first.pk)) for spell in self.stay.shown]


def provision_timeline(request: HttpRequest, provision_id: int) -> HttpResponse:
    """All wordings of a provision, the one in force first, and when it was not in the document."""
    require(request, "atlas.view_provision")
    provision = get_object_or_404(Provision.objects.select_related("document__platform"), pk=provision_id)
    found, after, on = load_spells(provision), _asked_key(request), asked_day(request)
    every = stays(found)
    kind = "substantive" if request.GET.get("show") == "substantive" else ""
    substantive = _beyond_cosmetic(provision, every)
    rest = [stay for stay in (substantive if kind else every) if after is None or stay.latest.first.sequence < after]
    shown = rest[:STAYS_A_PAGE]
    on_spell = spell_on(found, on) if on else None
    wordings = _load_wordings(provision, shown, on_spell)
    placed = {stay.wording_id for stay in every if stay.wording_id}
    context = {
        "provision": provision,
        "document": provision.document,
        "entries": _stay_entries(provision, shown, wordings),
        "kind": kind,
        "tabs": (
            ("", "All wordings and absences", len(every)),
            ("substantive", "Without cosmetic changes", len(substantive)),
        ),
        "next_before": shown[-1].latest.first.sequence if len(rest) > len(shown) else 0,
        "is_first": after is None,
        "now": found[-1] if found else None,
        "first": found[0] if found else None,
        "wordings_total": len(placed),
        "returns": sum(stay.returns for stay in every if stay.wording_id),
        "absences": sum(len(stay.spells) for stay in every if stay.wording_id is None),
        "on": on,
        "on_spell": on_spell,
        "on_wording": wordings.get(on_spell.wording_id) if on_spell and on_spell.wording_id else None,
        "unplaced": provision.wordings.exclude(pk__in=placed).defer("text").order_by("-number"),
        "topics": provision.topics.all(),
        "corrections": provision.topic_corrections.select_related("topic", "corrected_by").order_by("-pk")[:50],
    }
    return page(request, "provision/timeline.html", f"Timeline of {provision}", context)


def _beyond_cosmetic(provision: Provision, every: Sequence[Stay]) -> list[Stay]:
    """Those that began with more than a cosmetic change, or than a change of how we read the page. One query."""
    cosmetic = Change.objects.filter(provision=provision, significance=Significance.COSMETIC, new_wording__isnull=False)
    small = set(cosmetic.order_by().values_list("capture_id", flat=True))
    return [
        stay
        for stay in every
        if stay.before is None or (stay.first.first.pk not in small and stay.first.first.outcome != Outcome.UPGRADED)
    ]


def _load_wordings(provision: Provision, shown: Sequence[Stay], on_spell: Spell | None) -> dict[int, Wording]:
    """The wordings of ``shown`` and those they are compared with. One query."""
    wanted = [spell.wording_id for stay in shown for spell in (stay.first, stay.before) if spell]
    wanted += [on_spell.wording_id] if on_spell else []
    return provision.wordings.in_bulk([key for key in wanted if key])


def _stay_entries(provision: Provision, shown: Sequence[Stay], wordings: dict[int, Wording]) -> list[StayEntry]:
    """With diffs, changes and publications. Three queries."""
    begun = [spell.first.pk for stay in shown for spell in (stay.first, *stay.shown)]
    changes = {row.capture_id: row for row in Change.objects.filter(provision=provision, capture__in=begun)}
    publications: dict[int, list[Publication]] = {}
    for publication in _publications(provision, wordings):
        publications.setdefault(publication.wording_id, []).append(publication)
    entries = []
    for stay in shown:
        wording = wordings.get(stay.wording_id) if stay.wording_id else None
        before = wordings.get(stay.before.wording_id) if stay.before and stay.before.wording_id else None
        entries.append(
            StayEntry(
                stay,
                wording,
                diff_words(before.text, wording.text) if before and wording else (),
                before,
                changes.get(stay.first.first.pk),
                publications.get(wording.pk, []) if wording else [],
                changes,
            )
        )
    return entries


def _publications(provision: Provision, wordings: Iterable[int]) -> Iterable[Publication]:
    rows = provision.publications.filter(wording__in=wordings).prefetch_related("approvals").order_by("-pk")
    return rows.only("title", "wording_id", "major", "minor", "published_at", "provision_id", *_ENDS)


_ENDS = ("superseded_at", "withdrawn_at", "retracted_at", "withdrawal_note", "retraction_note", "public_note")
