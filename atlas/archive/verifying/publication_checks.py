"""What verify_archive recomputes of publications, as far as this floor knows of them."""

from django.db.models import Exists, OuterRef

from atlas.archive.verifying.verifying import TEXTS_AT_ONCE, Verdicts, say
from atlas.markup import citations
from atlas.models import TEXT_FIELDS, Obligation, Placement, Publication, content_hash


def publications() -> Verdicts:
    placed = Placement.objects.filter(wording=OuterRef("wording"), version=OuterRef("version"))
    later = Publication.objects.filter(provision=OuterRef("provision"), pk__gt=OuterRef("pk"))
    rows = Publication.objects.select_related("wording").prefetch_related("attribute_values", "cited", "approvals")
    rows = rows.annotate(is_placed=Exists(placed), has_later=Exists(later)).order_by("pk")
    for row in rows.iterator(TEXTS_AT_ONCE):
        yield say(row, _problem(row))


def _problem(row: Publication) -> str:
    if content_hash(row.content()) != row.content_sha256:
        return "its text has another hash than recorded."
    if row.wording.provision_id != row.provision_id:
        return "its wording belongs to another provision."
    if not row.is_placed:  # type: ignore[attr-defined]
        return "its wording does not stand in its version."
    if row.superseded_at and not row.has_later:  # type: ignore[attr-defined]
        return "it is marked as superseded, and no later one took its place."
    if not row.approvals.all():
        return "nobody's approval stands with it."
    return _particulars_problem(row)


def _particulars_problem(row: Publication) -> str:
    """The rows beside the text that readers search by."""
    facts = {(fact.attribute_id, fact.value, fact.quote) for fact in row.attribute_values.all()}
    if facts != {(item["attribute"], item["value"], item.get("quote", "")) for item in row.attributes}:
        return "its coded facts are not those of its text."
    keys = {citation.key for field in TEXT_FIELDS for citation in citations(getattr(row, field))}
    cited = {obligation.pk for obligation in row.cited.all()}
    if not cited <= keys:
        return "it is listed under a citation that its text does not have."
    missing = Obligation.objects.filter(pk__in=keys - cited).exists() if keys - cited else False
    return "it is not listed under a citation that its text has." if missing else ""
