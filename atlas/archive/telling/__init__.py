"""What the archive tells of itself: histories, comparisons, counts."""
