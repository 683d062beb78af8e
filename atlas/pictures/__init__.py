"""Pictures of the record: pure functions from values to geometry. Templates draw them; nothing here asks for rows."""
