"""Citations to take away, in the formats of :mod:`atlas.citing`."""

from django.http import Http404, HttpRequest, HttpResponse

from atlas.citing import cited as citing
from atlas.citing.writing import FORMATS
from atlas.models import Change, Provision, Publication, Version
from atlas.site.lookup import cited
from atlas.site.sources import latest_look, version_to_cite

PLACE = ("document__platform", "document__collection")


def provision(request: HttpRequest, public_id: str, suffix: str) -> HttpResponse:
    """The text in force, or the last one, in the version that its page names."""
    row = cited(Provision.objects.select_related(*PLACE), public_id)
    wordings = list(row.wordings.defer("text").select_related("first_capture__version").order_by("-number"))
    version = version_to_cite(row, wordings, latest_look(row))
    wording = next((wording for wording in wordings if wording.pk == row.current_wording_id), None)
    wording = wording or (wordings[0] if wordings else None)
    if wording is None or version is None:
        raise Http404("No text of this provision is archived.")
    return _download(citing.provision_text(row, wording, version), suffix)


def version(request: HttpRequest, public_id: str, suffix: str) -> HttpResponse:
    rows = Version.objects.select_related(*PLACE, "snapshot").defer("snapshot__text")
    return _download(citing.document_version(cited(rows, public_id)), suffix)


def change(request: HttpRequest, public_id: str, suffix: str) -> HttpResponse:
    rows = Change.objects.select_related(*PLACE, "provision", "capture", "old_wording", "new_wording")
    return _download(citing.change(cited(rows, public_id)), suffix)


def publication(request: HttpRequest, public_id: str, suffix: str) -> HttpResponse:
    """Also of one that was withdrawn or retracted: the citation then says so, and has nothing of its text."""
    rows = Publication.objects.select_related(*(f"provision__{name}" for name in PLACE), "version")
    row = cited(rows, public_id)
    return _download(citing.analysis(row, row.approvals.all()), suffix)


def _download(thing: citing.Cited, suffix: str) -> HttpResponse:
    kind = FORMATS.get(suffix)
    if kind is None:
        raise Http404(f"A citation is to be had as {', '.join(FORMATS)}.")
    response = HttpResponse(kind.write(thing), content_type=kind.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{thing.key}.{suffix}"'
    return response
