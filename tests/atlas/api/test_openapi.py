"""The API against its own document: whatever is asked, the answer is one that the document describes."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from atlas.models import (
    Attribute,
    Change,
    Document,
    Instrument,
    Obligation,
    Platform,
    Provision,
    Publication,
    Topic,
    Version,
)
from atlas.wsgi import application
from tests.atlas.serving import one_connection
from tests.atlas.site_rows import allow_publications_past_review, make_rows, publish, reword
from tests.factories import NOON, make_document, make_platform, make_provision

pytestmark = [pytest.mark.django_db, pytest.mark.long]
EXAMPLES = 100  # of each way of asking: as the document says, and otherwise
KEYS = {"topics": Topic, "instruments": Instrument, "obligations": Obligation, "attributes": Attribute}
CITED = {
    "documents": Document,
    "versions": Version,
    "provisions": Provision,
    "changes": Change,
    "publications": Publication,
}
HOSTILE = "<script>alert(1)</script> \u202e =1+1 \x01 “[@gdpr-art-5-1-b]” 💩 " + "x" * 2000


@pytest.fixture
def _one_connection() -> Iterator[None]:
    with one_connection():
        yield


@pytest.fixture
def _archive(_one_connection: None) -> None:
    """Ordinary rows and hostile ones, in every state."""
    allow_publications_past_review()
    provisions = make_rows(2, provisions=2)
    publish(provisions[0])
    Publication.objects.filter(provision=provisions[1]).update(withdrawn_at=NOON, withdrawal_note=HOSTILE)
    Publication.objects.filter(provision=provisions[2]).update(retracted_at=NOON, retraction_note="=Wrong.")
    platform = make_platform(HOSTILE[:190], slug="hostile", description=HOSTILE, website="javascript:alert(1)")
    document = make_document(platform, HOSTILE[:95], slug="hostile", source_urls=[HOSTILE, 7], language="xx")
    provision = make_provision(HOSTILE, document=document, title=HOSTILE[:290])
    reword(provision, HOSTILE[::-1], reasons=[HOSTILE])
    publish(
        provision, title=HOSTILE[:290], summary=HOSTILE, exposure_level="", topics=[HOSTILE[:70]], drafter=HOSTILE[:290]
    )
    make_document(platform, "Never captured", slug="never")


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=SchemathesisConfig())
    return [result.ok() for result in schema.get_all_operations()]


def asked(operation: Any, mode: GenerationMode) -> st.SearchStrategy[Case]:
    """Requests of one operation; every other one for a thing that there is."""
    values = known(operation.path)
    if not values:
        return operation.as_strategy(generation_mode=mode)

    def named(case: Case, values: dict[str, str]) -> Case:
        case.path_parameters.update(values)
        return case

    positive = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    names = st.fixed_dictionaries({name: st.sampled_from(those) for name, those in values.items()})
    return st.one_of(st.builds(named, positive, names), operation.as_strategy(generation_mode=mode))


def known(path: str) -> dict[str, list[str]]:
    """For each variable of a path: what there is."""
    kind = path.split("/")[1]
    values = {
        "public_id": [row.public_id for row in CITED[kind].objects.all()] if kind in CITED else [],
        "key": [row.pk for row in KEYS[kind].objects.all()] if kind in KEYS else [],
        "slug": [row.slug for row in Platform.objects.all()],
        "day": ["2026-06-01", "2026-06-03", "0001-01-01", "9999-12-31", "2026-02-30"],
    }
    return {name: those for name, those in values.items() if f"{{{name}}}" in path}


def answered(case: Case) -> int:
    """The status of the answer, which is one that the document describes."""
    # Whether some answer gave a cursor, and whether a publication has ended, no schema can say.
    is_unsaid = case.query.get("cursor") or case.path == "/publications/{public_id}"
    excluded = [CHECKS.get_one("positive_data_acceptance")] if is_unsaid else []
    return int(case.call_and_validate(excluded_checks=excluded).status_code)


def test_everything_that_there_is_is_answered_as_the_document_describes(_archive: None) -> None:
    statuses = set()
    for operation in operations():
        values = known(operation.path)
        for chosen in product(*values.values()):
            statuses.add(answered(operation.Case(path_parameters=dict(zip(values, chosen, strict=True)))))
    assert statuses == {200, 404, 410}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "otherwise"])
def test_no_request_makes_an_answer_that_the_document_does_not_describe(_archive: None, mode: GenerationMode) -> None:
    of_every_operation = [asked(operation, mode) for operation in operations()]
    assert len(of_every_operation) == 30
    statuses = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(of_every_operation))
    def every(case: Case) -> None:
        statuses.add(answered(case))

    every()
    assert statuses >= {200, 400}
    assert statuses & {404, 410}
