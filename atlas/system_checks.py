"""What a wrong configuration looks like, told by ``manage.py check`` (and at each start) with what to do about it."""

import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.http.request import validate_host


def is_public() -> bool:
    """An address with https is one that others reach; without it this is somebody's own machine."""
    return str(settings.BASE_URL).startswith("https://")


@register(Tags.security)
def base_url_is_an_allowed_host(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    host = urlsplit(settings.BASE_URL).hostname or ""
    if validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        return []
    return [
        Error(
            f"ATLAS_BASE_URL names the host {host}, which ATLAS_ALLOWED_HOSTS lacks, so every page would be refused.",
            hint=f"Add {host} to ATLAS_ALLOWED_HOSTS.",
            id="atlas.E001",
        )
    ]


@register("queue")
def queue_repeats_nothing_that_still_runs(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """django-q2 counts ``retry`` from when a task was fetched, not from when it began (docs/decisions/0002)."""
    queue = settings.Q_CLUSTER
    needed = queue["timeout"] * (1 + math.ceil((queue["queue_limit"] + queue["bulk"]) / queue["workers"]))
    if queue["retry"] > needed:
        return []
    return [
        Error(
            f"Q_CLUSTER['retry'] is {queue['retry']} s, so tasks that still run would be started again.",
            hint=f"Set it above timeout * (1 + ceil((queue_limit + bulk) / workers)) = {needed} s.",
            id="atlas.E002",
        )
    ]


@register("queue")
def connections_are_not_pooled(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.DATABASES["default"].get("OPTIONS", {}).get("pool"):
        return []
    return [
        Error(
            "DATABASES has a psycopg pool, whose connections the cluster's processes would share and corrupt.",
            hint="Remove OPTIONS['pool']; use pgbouncer if there are too many connections.",
            id="atlas.E003",
        )
    ]


@register(Tags.security, deploy=True)
def errors_are_not_shown_to_readers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not (settings.DEBUG and is_public()):
        return []
    return [Error("ATLAS_DEBUG is on for a public site.", hint="Unset ATLAS_DEBUG.", id="atlas.E004")]


@register(Tags.security, deploy=True)
def secret_key_is_set(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.CONFIG.secret_key or not is_public():
        return []
    return [
        Warning(
            "ATLAS_SECRET_KEY is not set: this machine uses a key of its own that no other machine knows.",
            hint="Set ATLAS_SECRET_KEY to the same 50 random characters wherever Atlas runs.",
            id="atlas.W005",
        )
    ]


@register(Tags.database, deploy=True)
def sample_people_are_gone(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Runs with ``check --deploy --database default``."""
    from atlas.models import User

    if not databases or not is_public() or not User.objects.filter(is_sample=True, is_active=True).exists():
        return []
    return [
        Error(
            "The people of the sample data can log in, and their password stands in the documentation.",
            hint="Start a public site with `up --no-sample`, or deactivate those users in the admin.",
            id="atlas.E006",
        )
    ]
