#!/usr/bin/env python
"""Atlas's command line: ``uv run manage.py up`` starts everything."""

import os
import sys

WITHOUT_DATABASE = {
    "help",
    "--help",
    "-h",
    "--version",
    "version",
    "makemigrations",
    "compare_texts",
    "classify_changes",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas.settings")
    from atlas.config import ConfigError, load_config
    from atlas.database import start_embedded

    try:
        config = load_config()
    except ConfigError as error:
        sys.exit(f"The settings in the environment are not usable:\n{error}")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if config.database_url is None and command not in WITHOUT_DATABASE:
        os.environ["DATABASE_URL"] = start_embedded(config.data_dir)
        load_config.cache_clear()

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
