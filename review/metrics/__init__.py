"""The desk's figures, each counted anew from the record. Nothing is stored, and no person is ranked."""
