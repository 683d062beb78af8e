"""The write path: captures, versions, provisions, changes."""
