"""Typed settings from the environment. Imports nothing of ours.

Every variable is validated once, at the start; a wrong one names itself and says what it should be.
"""

from functools import cache
from pathlib import Path
from typing import Annotated

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, Field, ValidationError
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


class Config(BaseSettings):
    """What an operator can set. Field descriptions are the documentation in README.md."""

    model_config = SettingsConfigDict(env_prefix="ATLAS_", env_ignore_empty=True, extra="ignore")

    database_url: Annotated[str, AfterValidator(_postgres_url)] | None = Field(
        None, validation_alias="DATABASE_URL", description="PostgreSQL to use instead of the embedded one"
    )
    secret_key: str | None = Field(None, min_length=32, description="secret for sessions and signatures")
    allowed_hosts: CommaList = Field(["localhost", "127.0.0.1", "[::1]"], description="host names, comma-separated")
    base_url: AnyHttpUrl = Field(AnyHttpUrl("http://localhost:8000"), description="public address of this site")
    data_dir: Path = Field(BASE_DIR / "var", description="folder for the embedded database and generated secrets")
    debug: bool = Field(False, description="show error details in the browser; never in production")

    llm_model: str = Field("", description="a litellm model name; empty means the outline drafter")
    llm_api_base: str = Field("", description="address of the model service, if not the provider's own")
    llm_api_key: str = Field("", repr=False, description="key of the model service")
    llm_concurrency: int = Field(16, ge=1, le=512, description="model calls at once in one worker")
    llm_timeout: float = Field(120, gt=0, le=240, description="seconds until a model call is given up")

    solo_review: bool = Field(False, description="let a single editor approve their own text; every such page says so")


def describe(error: ValidationError) -> str:
    """One line per wrong variable: its name, what is wrong with it."""
    lines = []
    for problem in error.errors():
        field = str(problem["loc"][0])
        name = field if field.isupper() else f"ATLAS_{field.upper()}"
        lines.append(f"{name}: {problem['msg']}")
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
