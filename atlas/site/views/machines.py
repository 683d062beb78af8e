"""What programs ask for first: robots.txt, sitemaps, and llms.txt."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from atlas.archive.telling.counting import totals
from atlas.models import Change, Document, Platform, Provision, Publication, Version
from atlas.site import sitemaps

XML, PLAIN = "application/xml; charset=utf-8", "text/plain; charset=utf-8"
ROBOTS = "User-agent: *\nDisallow: {admin}\nAllow: /\n\nSitemap: {sitemap}\n"


def robots(request: HttpRequest) -> HttpResponse:
    """Everything that readers see may be read by programs; the editors' desk is none of it."""
    sitemap = f"{settings.BASE_URL}{reverse('site:sitemap')}"
    return HttpResponse(ROBOTS.format(admin=reverse("admin:index"), sitemap=sitemap), content_type=PLAIN)


def sitemap(request: HttpRequest) -> HttpResponse:
    return HttpResponse(sitemaps.index(), content_type=XML)


def sitemap_section(request: HttpRequest, name: str, number: int) -> HttpResponse:
    page = sitemaps.section_page(name, number)
    if page is None:
        raise Http404("The sitemap has no such part; see its index.")
    return HttpResponse(page, content_type=XML)


def llms(request: HttpRequest) -> HttpResponse:
    """What a language model should know before it reads or cites Atlas."""
    context = {
        "base": settings.BASE_URL,
        "totals": totals(),
        "example": {
            "provision": Provision(pk=123).public_id,
            "version": Version(pk=123).public_id,
            "publication": Publication(pk=123).public_id,
            "change": Change(pk=123).public_id,
            "document": Document(pk=123).public_id,
        },
        "only_sample": not Platform.objects.filter(is_sample=False).exists(),
    }
    return render(request, "atlas/llms.txt", context, content_type=PLAIN)
