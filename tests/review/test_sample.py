"""The sample: fictional platforms whose stories fill every page and every state, told once."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction

from analysis.models import DraftRun, JobState
from atlas.models import (
    AttributeValue,
    Capture,
    Change,
    ChangeKind,
    Document,
    Incident,
    Outcome,
    Platform,
    Provision,
    Publication,
    Significance,
    User,
    Wording,
)
from review import actions
from review.models import AuthorKind, Edition, Finding, Revision, Severity, State
from review.policies import can_approve, load_case
from review.sample import story
from review.sample.loading import load_sample

pytestmark = pytest.mark.django_db

OURS = ("atlas", "analysis", "review")


@pytest.fixture(scope="module", autouse=True)
def _loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The sample, once for all tests of this file; each test's own changes are rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_catalogue", verbosity=0)
        load_sample()
        yield
        transaction.set_rollback(True)


def count_rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if is_ours(model)}


def is_ours(model: Any) -> bool:
    return model._meta.app_label in OURS and model is not Document.objects.model._meta.model._meta.auto_field


def document(path: str) -> Document:
    platform, slug = path.split("/")
    return Document.objects.get(platform__slug=platform, slug=slug)


def provision(path: str, words: str) -> Provision:
    return document(path).provisions.filter(wordings__text__contains=words).distinct().get()


def outcomes(path: str) -> list[str]:
    return [capture.outcome for capture in document(path).captures.order_by("sequence")]


def announced(path: str) -> list[tuple[str, str]]:
    changes = Change.objects.announced().filter(document=document(path)).order_by("capture", "provision__ordinal")
    return [(change.kind, change.provision.title) for change in changes]
