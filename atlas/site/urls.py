"""Addresses of the public site. None of them ever changes its meaning."""

from django.urls import path

from atlas.site.headers import View, public, revalidated
from atlas.site.views import changes, documents, evidence, law, pages, platforms, provisions, search

app_name = "site"

_PAGES: list[tuple[str, View, str]] = [
    ("", pages.home, "home"),
    ("platforms/", platforms.platforms, "platforms"),
    ("platforms/<slug:slug>/", platforms.platform, "platform"),
    ("platforms/<slug:platform_slug>/<slug:slug>/", documents.document, "document"),
    ("platforms/<slug:platform_slug>/<slug:slug>/captures/", documents.captures, "captures"),
    ("documents/", documents.documents, "documents"),
    ("versions/<str:public_id>/", documents.version, "version"),
    ("incidents/", documents.incidents, "incidents"),
    ("provisions/", provisions.provisions, "provisions"),
    ("provisions/<str:public_id>/", provisions.provision, "provision"),
    ("publications/", provisions.publications, "publications"),
    ("publications/<str:public_id>/", provisions.publication, "publication"),
    ("publications/<str:public_id>/evidence/", evidence.evidence, "evidence"),
    ("publications/<str:public_id>/evidence.zip", evidence.evidence_pack, "evidence_pack"),
    ("changes/", changes.changes, "changes"),
    ("changes/<str:public_id>/", changes.change, "change"),
    ("search/", search.search, "search"),
    ("topics/", law.topics, "topics"),
    ("topics/<slug:key>/", law.topic, "topic"),
    ("law/", law.instruments, "instruments"),
    ("law/<slug:key>/", law.instrument, "instrument"),
    ("methodology/", pages.methodology, "methodology"),
    ("about/", pages.about, "about"),
    ("favicon.ico", pages.favicon, "favicon"),
]
urlpatterns = [
    *(path(route, public(view), name=name) for route, view, name in _PAGES),
    path("verify/", revalidated(evidence.verify), name="verify"),
]
