"""The contracts of the house that import-linter cannot see."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Dockerfile",
    "LICENSE",
    "README.md",
    "analysis",
    "atlas",
    "compose.yaml",
    "docs",
    "manage.py",
    "prompts",
    "pyproject.toml",
    "review",
    "tests",
}


def tracked_files() -> list[str]:
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")


def test_the_top_level_holds_nothing_else() -> None:
    top = {path.split("/")[0] for path in tracked_files() if path and not path.startswith(".")}
    assert top <= TOP_LEVEL


def test_the_public_floor_has_no_relation_to_the_floors_above() -> None:
    for model in apps.get_app_config("atlas").get_models():
        for field in model._meta.get_fields(include_hidden=False):
            if field.is_relation and not field.auto_created and field.related_model is not None:
                assert field.related_model._meta.app_label not in {"analysis", "review"}, field


def test_no_lock_file_and_no_data_folder_is_tracked() -> None:
    assert not [path for path in tracked_files() if path == "uv.lock" or path.startswith("var/")]


def test_web_processes_never_import_litellm() -> None:
    probe = (
        "import django, sys; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "assert 'litellm' not in sys.modules"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "atlas.settings"}
    subprocess.run([sys.executable, "-c", probe], cwd=ROOT, env=environment, check=True)


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
