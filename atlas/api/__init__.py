"""The public API: what the site shows, as JSON and CSV, read-only and without log-in. docs/decisions/0021."""
