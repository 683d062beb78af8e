"""The documentation is true: every setting and every command stands in the README."""

from pathlib import Path

import pytest

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
