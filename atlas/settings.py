"""Django's settings, made from :mod:`atlas.config`. With ``urls.py`` the only place that knows all three floors."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from atlas.config import ConfigError, load_config
from atlas.logs import configure_structlog, logging_settings

CONFIG = load_config()

DEBUG = CONFIG.debug
ALLOWED_HOSTS = CONFIG.allowed_hosts
BASE_URL = str(CONFIG.base_url).rstrip("/")
# Identifiers of feed entries begin with it (RFC 4151). It must stay what it is: readers know entries by it.
TAG_AUTHORITY = CONFIG.tag_authority or f"{(CONFIG.base_url.host or 'localhost').strip('[]').replace(':', '-')},2026"
CSRF_TRUSTED_ORIGINS = [BASE_URL]


def _secret_key(data_dir: Path) -> str:
    """The configured secret, or one made once and kept in the data folder."""
    if CONFIG.secret_key:
        return CONFIG.secret_key
    kept = data_dir / "secret_key"
    try:
        if not kept.exists():
            _make_secret(kept)
        return kept.read_text()
    except OSError as error:
        raise ConfigError(
            f"ATLAS_DATA_DIR: can't keep a secret key in {data_dir} ({error.strerror}: {error.filename})."
            " Get the right to read and write there, or set ATLAS_DATA_DIR to another folder."
        ) from None


def _make_secret(kept: Path) -> None:
    """Whole or not at all, and the same for all processes that start at once: the first one's link stands."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".secret-", dir=kept.parent)
    os.write(handle, secrets.token_urlsafe(50).encode())
    os.close(handle)
    with suppress(FileExistsError):
        os.link(name, kept)
    Path(name).unlink()


SECRET_KEY = _secret_key(CONFIG.data_dir)

INSTALLED_APPS = [
    "review",
    "analysis",
    "atlas",
    "django_q",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "atlas.middleware.content_security_policy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "atlas.urls"
WSGI_APPLICATION = "atlas.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for a libpq URL; what Django has no name for goes to psycopg as it is."""
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "atlas"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 10,
            "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
            **parts,
        },
    }


# Without DATABASE_URL, manage.py starts the embedded server and sets it; this is where that server listens.
EMBEDDED_URL = f"postgresql://postgres@/atlas?host={CONFIG.data_dir / 'postgres'}"
DATABASES: dict[str, dict[str, Any]] = {"default": database_settings(CONFIG.database_url or EMBEDDED_URL)}

AUTH_USER_MODEL = "atlas.User"
AUTHENTICATION_BACKENDS = ["atlas.permissions.OneQueryBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "atlas.formats"  # every date of the admin says that it is UTC
USE_I18N = False
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # straight from the apps' folders: nothing to collect before a start

SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
if BASE_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # gunicorn listens on 127.0.0.1 alone: a proxy ends TLS, and has to set this header itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    # Whether the rest of the domain has https too, and belongs on the browsers' list, is not ours to promise.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# django-q2 wakes and schedules; our own tables say what there is to do. Numbers: docs/decisions/0002.
Q_CLUSTER: dict[str, Any] = {
    "name": "atlas",
    "orm": "default",
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 240,
    "retry": 900,  # > timeout * (1 + ceil((queue_limit + bulk) / workers)) = 720
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "save_limit": 50,
    "poll": 0.5,
    "guard_cycle": 0.5,
    "recycle": 500,
    "max_rss": 700_000,
    "log_level": "WARNING",
    "ALT_CLUSTERS": {},
}

# Called once before the cluster forks, so that its workers share litellm's 160 MB and 4 s of import.
ATLAS_CLUSTER_PRELOAD = ["analysis.llm.preload"] if CONFIG.llm_model else []

# Rooms pull; a finished step only rings the bell of the room after it (atlas/rooms.py).
ATLAS_ROOMS = {
    "changes_recorded": "review.tasks.follow_changes",
    "jobs_queued": "analysis.tasks.drain",
    "drafts_finished": "review.tasks.take_in",
}
# What `verify_archive` checks, floor by floor, in this order.
ATLAS_VERIFIERS = [
    "atlas.archive.verifying.record_checks.CHECKS",
    "analysis.verifying.CHECKS",
    "review.verifying.CHECKS",
]
# What stands in an evidence pack of how a publication was approved.
ATLAS_EVIDENCE = ["review.evidence.history"]
# One editor alone: may approve their own text, and every publication made so says it.
ATLAS_SOLO_REVIEW = CONFIG.solo_review

# What `up` prints beside the sample people's names. Not a secret: `check --deploy` refuses them on a public site.
ATLAS_SAMPLE_PASSWORD = "atlas-sample"

# Every minute all rooms look for work, in case a bell was not heard.
ATLAS_SCHEDULES = {
    "follow changed provisions": "review.tasks.follow_changes",
    "return expired draft jobs": "analysis.tasks.sweep",
    "take in finished drafts": "review.tasks.take_in",
    "publish what is due": "review.tasks.publish_due",
}

configure_structlog()
LOGGING = logging_settings(
    [
        SECRET_KEY,
        CONFIG.llm_api_key,
        *(model.api_key for model in CONFIG.llm_fallbacks),
        str(DATABASES["default"]["PASSWORD"]),
    ]
)
