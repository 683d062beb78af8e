"""Evidence packs: a publication with all that it rests on, to keep, hand on, and check without Atlas' database."""
