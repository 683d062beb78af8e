"""What editors decide about the archive."""
