"""However a history is cut into imports, the archive ends up the same: properties over invented histories."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas.archive.collections.importing import import_collection
from atlas.models import Capture, Change, Incident, Placement, Provision, Version
from tests.atlas.collections import CollectionMaker
from tests.atlas.texts import ERROR_PAGE, document

# What a platform's page may hold from day to day: rewordings, a clause less, a clause moved up, a failure, a stub.
TEXTS = (
    document(),
    document(Retention="We keep your Content for 400 days after you delete it, and longer where the law asks us to."),
    document(Retention=None),
    document(Fees="The Service is free of charge until we tell you a price, and then you may leave before you pay."),
    document().replace("Ireland", "France").replace("Dublin", "Paris"),
    document(Use_of_Content=None, Use_of_your_Content="We do not use your Content to train models without asking."),
    "Terms of Marrowmint\n===================\n\n" + " ".join(["A short page that replaced all of the terms."] * 6),
    ERROR_PAGE,
)
HISTORIES = st.lists(
    st.tuples(st.sampled_from(["Terms", "Privacy"]), st.sampled_from(TEXTS), st.booleans()), min_size=2, max_size=12
)


@pytest.mark.long
@pytest.mark.django_db
@given(history=HISTORIES, data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_importing_twice_or_in_two_halves_equals_importing_once(
    history: list[tuple[str, str, bool]], data: st.DataObject, tmp_path: Path
) -> None:
    folder = tmp_path / str(next(NUMBERS))
    cut = data.draw(st.integers(min_value=1, max_value=len(history)))
    whole, half = maker(history).write(folder / "whole"), maker(history[:cut]).write(folder / "half")
    once, twice = archived_after_each(folder, whole, whole)
    assert twice == once
    _, in_halves = archived_after_each(folder, half, whole)
    assert in_halves == once


NUMBERS = count(1)


def maker(history: list[tuple[str, str, bool]]) -> CollectionMaker:
    """Records of one service, twelve hours apart. The first of a document is its first record."""
    made, seen = CollectionMaker(), set()
    for terms_type, text, is_upgrade in history:
        first = terms_type not in seen
        seen.add(terms_type)
        record = made.first if first else made.upgrade if is_upgrade else made.change
        record("Marrowmint", terms_type, text)
    return made


def archived_after_each(folder: Path, *sources: Path) -> list[dict[str, Any]]:
    """What the archive holds after each of ``sources``, imported in turn into an empty one."""
    held = []
    with transaction.atomic():
        for source in sources:
            import_collection(str(source), folder=folder / "copies")
            held.append(archived())
        transaction.set_rollback(True)
    return held


def archived() -> dict[str, Any]:
    """Every row, told apart by what it says and not by its key; provisions by the order in which they were made."""
    numbers = {key: number for number, key in enumerate(Provision.objects.order_by("pk").values_list("pk", flat=True))}
    changes = Change.objects.order_by("pk").values_list(
        "provision", "capture__document__name", "capture__sequence", "kind", "significance", "is_return", "reasons"
    )
    placements = Placement.objects.order_by("version__document__name", "version__number", "ordinal").values_list(
        "wording__provision", "version__document__name", "version__number", "start", "end", "wording__number"
    )
    return {
        "captures": list(
            Capture.objects.order_by("document__name", "sequence").values_list(
                "document__name", "sequence", "outcome", "captured_at", "snapshot__sha256", "source_ref", "reasons"
            )
        ),
        "versions": list(
            Version.objects.order_by("document__name", "number").values_list(
                "document__name", "number", "snapshot__sha256", "first_captured_at"
            )
        ),
        "changes": sorted((numbers[provision], *rest) for provision, *rest in changes),
        "placements": [(numbers[provision], *rest) for provision, *rest in placements],
        "incidents": list(
            Incident.objects.order_by("opened_at", "document__name").values_list("document__name", "cause", "closed_at")
        ),
    }
