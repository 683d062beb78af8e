"""Model profiles: which models to draft with, in which order, and how each is reached, paced and paid.

The first is the model of ATLAS_LLM_MODEL; those of ATLAS_LLM_FALLBACKS follow. A later one is asked only where an
earlier is not available, or declines: never because its answer failed a check, which would hide its quality.
"""

from dataclasses import dataclass, field

from analysis.prices import Price
from atlas.config import Config, ModelSettings, load_config


@dataclass(frozen=True)
class Profile:
    """One model. Keys are never stored or shown. Limits of 0 are no limits."""

    name: str
    api_base: str = ""
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 120
    max_tokens: int = 0
    context_tokens: int = 32_000
    price: Price | None = None
    length_scale: float = 1
    requests_per_minute: int = 0
    tokens_per_minute: int = 0


def configured_profiles() -> tuple[Profile, ...]:
    """The models of the settings in their order; none: the outline drafter drafts."""
    config = load_config()
    if not config.llm_model:
        return ()
    return tuple(map(_profile, [_first(config), *config.llm_fallbacks]))


def _first(config: Config) -> ModelSettings:
    return ModelSettings.model_validate({name: getattr(config, f"llm_{name}") for name in ModelSettings.model_fields})


def _profile(settings: ModelSettings) -> Profile:
    return Profile(
        name=settings.model,
        api_base=settings.api_base,
        api_key=settings.api_key,
        timeout_seconds=settings.timeout,
        max_tokens=settings.max_tokens,
        context_tokens=settings.context_tokens,
        price=Price.parse(settings.price) if settings.price else None,
        length_scale=settings.length_scale,
        requests_per_minute=settings.requests_per_minute,
        tokens_per_minute=settings.tokens_per_minute,
    )
