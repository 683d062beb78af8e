#!/usr/bin/env python
"""Atlas's command line: ``uv run manage.py up`` starts everything."""

import os
import sys

# These work on texts, files or settings alone; everything else finds a database.
WITHOUT_DATABASE = {
    "help",
    "version",
    "--version",
    "check",
    "check_prompts",
    "classify_changes",
    "compare_texts",
}


def needs_database(arguments: list[str]) -> bool:
    asks_for_help = not {"-h", "--help"}.isdisjoint(arguments)
    if arguments[:1] == ["check"]:
        return not asks_for_help and "--database" in arguments
    return bool(arguments) and not asks_for_help and arguments[0] not in WITHOUT_DATABASE


def provide_database() -> None:
    """Join the embedded server of the data folder, or see that the one of DATABASE_URL can be used."""
    from atlas.config import load_config
    from atlas.database import check_reachable, start_embedded

    config = load_config()
    if config.database_url:
        check_reachable(config.database_url)
    else:
        os.environ["DATABASE_URL"] = start_embedded(config.data_dir)
        load_config.cache_clear()


def stop_with(code: int, message: str) -> None:
    print(message, file=sys.stderr)  # noqa: T201
    sys.exit(code)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas.settings")
    from atlas.config import ConfigError, load_config
    from atlas.database import DatabaseUnavailableError

    try:
        load_config()
        if needs_database(sys.argv[1:]):
            provide_database()
        import atlas.settings  # noqa: F401 (so that a data folder we may not write to is told in one line)
    except ConfigError as error:
        stop_with(2, f"The settings in the environment are not usable:\n{error}")
    except DatabaseUnavailableError as error:
        stop_with(1, str(error))

    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output, such as ``head``, has enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        stop_with(130, "Stopped. What was done up to here is kept; run the command again to go on.")


if __name__ == "__main__":
    main()
