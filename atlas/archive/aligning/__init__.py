"""Which provision of one version is which of another. Pure."""
