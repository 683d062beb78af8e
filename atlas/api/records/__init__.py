"""What answers are made of: each resource as a typed record, and how it is made from rows. No HTTP here; the MCP
server answers with the same records."""
