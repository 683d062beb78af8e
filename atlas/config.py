"""Typed settings from the environment. Imports nothing of ours.

Every variable is validated once, at the start; a wrong one names itself and says what it should be.
"""

import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, AnyHttpUrl, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting is missing or wrong; the message names each variable and what it should be."""


def _split_commas(value: object) -> object:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _postgres_url(value: str) -> str:
    """Without what libpq says about it, for that repeats the password."""
    try:
        if not value.startswith(("postgres://", "postgresql://")):
            raise ValueError
        int(conninfo_to_dict(value).get("port") or 5432)
    except (ProgrammingError, ValueError, TypeError):
        raise ValueError("should be like postgresql://user:password@host:5432/atlas") from None
    return value


CommaList = Annotated[list[str], NoDecode, BeforeValidator(_split_commas)]

_PRICE = re.compile(r"\d+(\.\d+)?/\d+(\.\d+)?(/\d+(\.\d+)?)?")


def _price(value: str) -> str:
    if value and not _PRICE.fullmatch(value):
        raise ValueError("should be USD per million tokens, as input/output or input/output/cached input: 2.50/10/1.25")
    return value


_TAG_AUTHORITY = re.compile(r"([a-z0-9-]+\.)*[a-z0-9-]+,[0-9]{4}(-[01][0-9](-[0-3][0-9])?)?")


def _tag_authority(value: str) -> str:
    """As RFC 4151 has it: a host name, and a date on which it was yours."""
    if value and not _TAG_AUTHORITY.fullmatch(value):
        raise ValueError("should be a host name and a date on which it was yours, like atlas.example,2026-11-01")
    return value


Price = Annotated[str, AfterValidator(_price)]


class ModelSettings(BaseModel):
    """A model to fall back on, as an entry of ATLAS_LLM_FALLBACKS; each field as the setting of that name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(min_length=1)
    api_base: str = ""
    api_key: str = Field("", repr=False)
    timeout: float = Field(120, gt=0, le=240)
    max_tokens: int = Field(0, ge=0)
    context_tokens: int = Field(32_000, ge=4_000)
    price: Price = ""
    length_scale: float = Field(1, ge=0.2, le=1)
    requests_per_minute: int = Field(0, ge=0)
    tokens_per_minute: int = Field(0, ge=0)


def _fallbacks(value: object) -> object:
    """``a, b`` or a JSON list of names and objects. Never with the text itself: it may hold keys."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [{"model": name.strip()} for name in value.split(",") if name.strip()]
    try:
        entries = json.loads(value)
    except ValueError:
        raise ValueError("should be model names with commas between, or a JSON list of objects") from None
    return [{"model": entry} if isinstance(entry, str) else entry for entry in entries]


class Config(BaseSettings):
    """What an operator can set. Field descriptions are the documentation in README.md."""

    model_config = SettingsConfigDict(env_prefix="ATLAS_", env_ignore_empty=True, extra="ignore")

    database_url: Annotated[str, AfterValidator(_postgres_url)] | None = Field(
        None, validation_alias="DATABASE_URL", description="PostgreSQL to use instead of the embedded one"
    )
    secret_key: str | None = Field(None, min_length=32, description="secret for sessions and signatures")
    allowed_hosts: CommaList = Field(["localhost", "127.0.0.1", "[::1]"], description="host names, comma-separated")
    base_url: AnyHttpUrl = Field(AnyHttpUrl("http://localhost:8000"), description="public address of this site")
    tag_authority: Annotated[str, AfterValidator(_tag_authority)] = Field(
        "", description="`host,date` in the identifiers of feed entries; must never change once feeds are read"
    )
    data_dir: Path = Field(BASE_DIR / "var", description="folder for the embedded database and generated secrets")
    debug: bool = Field(False, description="show error details in the browser; never in production")

    llm_model: str = Field("", description="a litellm model name; empty means the outline drafter")
    llm_api_base: str = Field("", description="address of the model service, if not the provider's own")
    llm_api_key: str = Field("", repr=False, description="key of the model service")
    llm_concurrency: int = Field(16, ge=1, le=512, description="model calls at once in one worker")
    llm_timeout: float = Field(120, gt=0, le=240, description="seconds until a model call is given up")
    llm_max_tokens: int = Field(0, ge=0, description="longest answer in tokens; 0 means what the prompt says")
    llm_context_tokens: int = Field(32_000, ge=4_000, description="tokens that question and answer may have together")
    llm_price: Price = Field("", description="USD per million tokens, `input/output` or `input/output/cached input`")
    llm_length_scale: float = Field(1, ge=0.2, le=1, description="how much is asked for: less for a small model")
    llm_requests_per_minute: int = Field(0, ge=0, description="requests a minute of one worker; 0 means no limit")
    llm_tokens_per_minute: int = Field(0, ge=0, description="tokens a minute of one worker; 0 means no limit")
    llm_daily_budget: Decimal | None = Field(None, gt=0, description="USD a day (UTC); drafts beyond it wait")
    llm_fallbacks: Annotated[list[ModelSettings], NoDecode, BeforeValidator(_fallbacks)] = Field(
        [], repr=False, description="models to use when the first is not available, or declines"
    )

    solo_review: bool = Field(False, description="let a single editor approve their own text; every such page says so")


def describe(error: ValidationError) -> str:
    """One line per wrong variable: its name, what is wrong with it."""
    lines = []
    for problem in error.errors():
        field, *place = map(str, problem["loc"])
        name = field if field.isupper() else f"ATLAS_{field.upper()}"
        lines.append(f"{'.'.join([name, *place])}: {problem['msg']}")
    return "\n".join(lines)


@cache
def load_config() -> Config:
    """The settings of this process.

    Raises:
        ConfigError: if a variable does not validate.
    """
    try:
        return Config()
    except ValidationError as error:
        raise ConfigError(describe(error)) from None
