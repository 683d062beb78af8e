"""Text → provisions and clauses, and what they are about. Pure."""
