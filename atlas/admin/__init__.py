"""The archive in the admin: platforms and documents can be described, the record read, and judged about."""

from atlas.admin import captures, catalogue, clusters, documents, noise, people, provisions, topics

__all__ = ["captures", "catalogue", "clusters", "documents", "noise", "people", "provisions", "topics"]
