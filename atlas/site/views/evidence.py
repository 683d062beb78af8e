"""Evidence packs to take away, and the page that checks one, or tells what a checksum belongs to."""

import re
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from atlas.evidence.checking import MOST_BYTES, Checked, NotAPack, check
from atlas.evidence.packing import digest_of, pack
from atlas.models import Publication, UnknownIdentifier, Version, Wording
from atlas.models.identifiers import PublicIdentifier
from atlas.site.coverage import sample_names
from atlas.site.lookup import cited

LARGEST_UPLOAD = MOST_BYTES
SHA256 = re.compile(r"[0-9a-f]{64}")


def evidence(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the evidence pack of a publication is, and its checksum."""
    row = _publication(public_id)
    platform = row.provision.document.platform
    context = {
        "publication": row,
        "platform": platform,
        "document": row.provision.document,
        "sample_platforms": sample_names([platform]),
        "here": "platforms",
    }
    if _has_ended(row):
        return render(request, "atlas/evidence.html", context, status=410)
    packed = pack(row)
    return render(request, "atlas/evidence.html", {**context, "digest": digest_of(packed), "size": len(packed)})


def evidence_pack(request: HttpRequest, public_id: str) -> HttpResponse:
    """The pack itself. Gone with the publication's text."""
    row = _publication(public_id)
    if _has_ended(row):
        return evidence(request, public_id)
    packed = pack(row)
    response = HttpResponse(packed, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.public_id}.zip"'
    response.headers["ETag"] = f'"{digest_of(packed)}"'
    return response


def _publication(public_id: str) -> Publication:
    return cited(Publication.objects.select_related("provision__document__platform"), public_id)


def _has_ended(publication: Publication) -> bool:
    return bool(publication.withdrawn_at or publication.retracted_at)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # it changes nothing, and readers get no cookie
def verify(request: HttpRequest) -> HttpResponse:
    """Check a pack that a reader sends, or find what a checksum belongs to. Nothing is kept."""
    if request.method == "POST":
        return _verify_pack(request)
    asked = request.GET.get("sha256", "").strip().lower()
    context = {"asked": asked, "found": found_by(asked) if SHA256.fullmatch(asked) else []}
    return render(request, "atlas/verify.html", {**context, "is_hash": bool(SHA256.fullmatch(asked))})


def _verify_pack(request: HttpRequest) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_UPLOAD:
        context: dict[str, object] = {"refused": "It is larger than any evidence pack of Atlas."}
        return render(request, "atlas/verify.html", context, status=413)
    sent = request.FILES.get("pack")
    if not isinstance(sent, UploadedFile):
        return render(request, "atlas/verify.html", {"refused": "Choose the ZIP file of a pack first."}, status=400)
    try:
        checked = check(sent.read())
    except NotAPack as error:
        return render(request, "atlas/verify.html", {"refused": str(error)}, status=400)
    return render(request, "atlas/verify.html", {"checked": checked, "ours": _ours(checked), "name": sent.name})


@dataclass(frozen=True)
class Ours:
    """The publication that a pack names, as readers see it, and how far the pack is the same."""

    publication: Publication
    is_same_pack: bool
    is_same_analysis: bool


def _ours(checked: Checked) -> Ours | None:
    """None where readers see no such publication."""
    try:
        key = Publication.key_from(checked.publication)
    except UnknownIdentifier:
        return None
    row = Publication.objects.filter(pk=key, withdrawn_at=None, retracted_at=None).select_related("wording").first()
    if row is None:
        return None
    hashes = (row.content_sha256, row.wording.text_sha256)
    return Ours(row, digest_of(pack(row)) == checked.digest, hashes == (checked.content_sha256, checked.wording_sha256))


def found_by(sha256: str) -> list[PublicIdentifier]:
    """What readers can see that has this checksum: versions, provisions (by a wording), publications. Three queries."""
    versions = Version.objects.filter(snapshot__sha256=sha256).select_related("document__platform")
    wordings = Wording.objects.filter(text_sha256=sha256).select_related("provision__document__platform")
    publications = Publication.objects.filter(content_sha256=sha256, withdrawn_at=None, retracted_at=None)
    provisions = [wording.provision for wording in wordings[:20]]
    return [*versions[:20], *provisions, *publications.select_related("provision__document__platform")[:20]]
