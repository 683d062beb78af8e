"""Platforms beside each other: what stood on a topic at a moment, and what is not known."""
