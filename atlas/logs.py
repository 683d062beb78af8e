"""How Atlas logs: one line an event, to stderr; colours on a terminal, ``key=value`` for machines; never a secret."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
SHORTEST_SECRET = 6  # characters; hiding shorter ones would tear holes into ordinary words

# Stamped on our own lines and on those of libraries.
STAMPS: Sequence[Processor] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_structlog() -> None:
    """Send structlog's lines through the standard library's handlers, so that there is one stream in one format."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *STAMPS,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_settings(secrets: Iterable[str]) -> dict[str, Any]:
    """Django's LOGGING. ``secrets`` are values that no line may show, wherever they come from."""
    quiet = ("httpx", "httpcore", "LiteLLM", "asyncio", "django-q")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*STAMPS, one_line_for_warnings, structlog.processors.format_exc_info],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer(secrets, is_terminal=sys.stderr.isatty()),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            **{name: {"level": "WARNING"} for name in quiet},
        },
    }


def one_line_for_warnings(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """A refused page is no fault of the program: Django warns of it with a traceback, which nobody can act on."""
    if event.get("level") == "warning":
        event.pop("exc_info", None)
    return event


def renderer(secrets: Iterable[str], *, is_terminal: bool) -> Processor:
    """The last step: an event as one line (and its traceback), with every secret replaced."""
    hidden = sorted({secret for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
    render: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if is_terminal
        else structlog.processors.LogfmtRenderer(
            key_order=["timestamp", "level", "logger", "event"], drop_missing=True, bool_as_flag=False
        )
    )

    def render_without_secrets(logger: WrappedLogger, name: str, event: EventDict) -> str:
        traceback = "" if is_terminal else event.pop("exception", "")
        line = "\n".join(filter(None, [str(render(logger, name, _plain_names(event))), traceback]))
        for secret in hidden:
            line = line.replace(secret, HIDDEN)
        return line

    return render_without_secrets


def _plain_names(event: EventDict) -> EventDict:
    """logfmt refuses names with spaces or quotes; a library may use them."""
    return {"".join(c if c.isalnum() or c in "_.-" else "_" for c in key): value for key, value in event.items()}
