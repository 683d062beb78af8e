"""How to cite what Atlas shows: one model of a cited thing, and a writer for each format."""
