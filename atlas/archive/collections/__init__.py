"""Open Terms Archive collections: reading, importing, labelling their changes."""
