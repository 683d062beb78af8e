"""The documentation is true: every setting and every command stands in the README, and what readers are told holds."""

from pathlib import Path

import pytest

from analysis.exposure import HIGH_FROM, MEDIUM_FROM
from atlas.config import Config

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def setting_name(field: str) -> str:
    alias = Config.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"ATLAS_{field.upper()}"


@pytest.mark.parametrize("field", Config.model_fields)
def test_every_setting_is_documented(field: str) -> None:
    assert f"| `{setting_name(field)}` |" in README


@pytest.mark.parametrize(
    "command", sorted(path.stem for path in ROOT.glob("*/management/commands/*.py") if path.stem != "__init__")
)
def test_every_command_is_documented(command: str) -> None:
    assert f"| `{command}" in README


def test_the_methodology_states_the_thresholds_of_exposure() -> None:
    page = (ROOT / "atlas/templates/atlas/methodology.html").read_text()
    assert f"A sum of {HIGH_FROM} or more is high, of {MEDIUM_FROM} to {HIGH_FROM - 1} medium" in page
