"""Addresses of the public site. None of them ever changes its meaning."""

from django.urls import path

from atlas.site.headers import View, public
from atlas.site.views import (
    changes,
    citations,
    documents,
    dossier,
    evidence,
    feeds,
    law,
    machines,
    pages,
    platforms,
    provisions,
)

app_name = "site"

_PAGES: list[tuple[str, View, str]] = [
    ("", pages.home, "home"),
    ("platforms/", platforms.platforms, "platforms"),
    ("platforms/<slug:slug>/", platforms.platform, "platform"),
    ("platforms/<slug:platform_slug>/<slug:slug>/", documents.document, "document"),
    ("platforms/<slug:platform_slug>/<slug:slug>/captures/", documents.captures, "captures"),
    ("documents/", documents.documents, "documents"),
    ("versions/<str:public_id>/", documents.version, "version"),
    ("versions/<str:public_id>/citation.<str:suffix>", citations.version, "version_citation"),
    ("incidents/", documents.incidents, "incidents"),
    ("provisions/", provisions.provisions, "provisions"),
    ("provisions/<str:public_id>/", provisions.provision, "provision"),
    ("provisions/<str:public_id>/dossier.pdf", dossier.dossier, "dossier"),
    ("provisions/<str:public_id>/citation.<str:suffix>", citations.provision, "provision_citation"),
    ("publications/", provisions.publications, "publications"),
    ("publications/<str:public_id>/", provisions.publication, "publication"),
    ("publications/<str:public_id>/citation.<str:suffix>", citations.publication, "publication_citation"),
    ("publications/<str:public_id>/evidence/", evidence.evidence, "evidence"),
    ("publications/<str:public_id>/evidence.zip", evidence.evidence_pack, "evidence_pack"),
    ("changes/", changes.changes, "changes"),
    ("changes/<str:public_id>/", changes.change, "change"),
    ("changes/<str:public_id>/citation.<str:suffix>", citations.change, "change_citation"),
    ("topics/", law.topics, "topics"),
    ("topics/<slug:key>/", law.topic, "topic"),
    ("law/", law.instruments, "instruments"),
    ("law/<slug:key>/", law.instrument, "instrument"),
    ("methodology/", pages.methodology, "methodology"),
    ("about/", pages.about, "about"),
    ("feeds/", feeds.feeds, "feeds"),
    ("feeds/everything.atom", feeds.everything, "feed"),
    ("feeds/changes.atom", feeds.changes, "changes_feed"),
    ("feeds/analyses.atom", feeds.analyses, "analyses_feed"),
    ("feeds/platforms/<slug:slug>.atom", feeds.platform, "platform_feed"),
    ("feeds/documents/<str:public_id>.atom", feeds.document, "document_feed"),
    ("feeds/topics/<slug:key>.atom", feeds.topic, "topic_feed"),
    ("robots.txt", machines.robots, "robots"),
    ("sitemap.xml", machines.sitemap, "sitemap"),
    ("sitemap-<slug:name>-<int:number>.xml", machines.sitemap_section, "sitemap_section"),
    ("llms.txt", machines.llms, "llms"),
    ("favicon.ico", pages.favicon, "favicon"),
]
urlpatterns = [
    *(path(route, public(view), name=name) for route, view, name in _PAGES),
    path("verify/", evidence.verify, name="verify"),
]
