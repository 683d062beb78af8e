"""The archive in the admin: platforms and documents can be described, the record can only be read."""

from atlas.admin import captures, catalogue, documents, people, provisions

__all__ = ["captures", "catalogue", "documents", "people", "provisions"]
