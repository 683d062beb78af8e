"""The editors' part of Django's admin: the queue, the desk, publications, and the audit trail to read."""

from django.contrib import admin

from review.admin import audit, publications, queue_pages, requests, snippets

admin.site.site_header = "Atlas editors' desk"
admin.site.site_title = "Atlas editors' desk"
admin.site.index_title = "What waits"

__all__ = ["audit", "publications", "queue_pages", "requests", "snippets"]
