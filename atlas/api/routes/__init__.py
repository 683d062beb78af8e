"""Addresses of the API, and what each answers. What an answer is made of: :mod:`atlas.api.records`."""
