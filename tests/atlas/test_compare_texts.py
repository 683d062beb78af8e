"""``manage.py compare_texts``: two files, no database."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    old.write_text("# Terms\n\n## Fees\n\nPay within 30 days.\n\n## Law\n\nIrish law.\n")
    new.write_text("# Terms\n\n## Fees\n\nPay within 14 days.\n\n## Law\n\nIrish law.\n")
    return str(old), str(new)


def test_it_prints_each_change_with_its_reason(files: tuple[str, str]) -> None:
    out = StringIO()
    call_command("compare_texts", *files, stdout=out)
    assert out.getvalue().splitlines() == [
        "modified, substantive: Fees",
        "    A number changed: “30” became “14”.",
        "1 change, 1 of them substantive.",
    ]


def test_as_json_it_gives_kind_significance_reasons_and_texts(files: tuple[str, str]) -> None:
    out = StringIO()
    call_command("compare_texts", *files, "--json", stdout=out)
    (change,) = json.loads(out.getvalue())
    assert change["old_text"].endswith("30 days.") and change["new_text"].endswith("14 days.")
    assert change["heading_path"] == ["Terms", "Fees"]


def test_a_missing_file_is_named(files: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"gone\.md can't be read") as error:
        call_command("compare_texts", files[0], str(tmp_path / "gone.md"))
    assert error.value.returncode == 2
