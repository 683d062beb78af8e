"""What assistants may ask of Atlas over the Model Context Protocol: read-only, over the records of the public API."""
