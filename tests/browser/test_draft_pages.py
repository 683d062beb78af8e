"""An operator looks after drafting in a real browser: what waits and why, what a draft was made of, once more."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from analysis import holds
from analysis.models import DraftJob, DraftRun, HoldCause, JobState
from atlas.models import User
from tests.analysis import traces
from tests.analysis.catalogue_rows import make_small_catalogue
from tests.analysis.jobs import queued_job
from tests.browser.conftest import come_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def problems(page: Page) -> Iterator[list[str]]:
    """What the browser complains about, a broken Content-Security-Policy among it; nothing, when the test ends."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield found
    assert found == []


@pytest.fixture
def run(transactional_db: None) -> DraftRun:
    """A mended draft beside jobs that wait, failed and are held."""
    make_small_catalogue()
    User.objects.create_superuser("ada")
    queued_job(), queued_job(state=JobState.PAUSED), traces.failed()
    holds.hold(HoldCause.CONFIG, "The model service refuses our key; check ATLAS_LLM_API_KEY", profile=traces.MODEL)
    return traces.mended()


@pytest.mark.usefixtures("problems")
def test_from_the_list_to_a_run_and_once_more(page: Page, live_server: LiveServer, run: DraftRun) -> None:
    come_in(page, live_server, "ada")
    page.goto(f"{live_server.url}/admin/analysis/draftjob/")
    expect(page.get_by_text("check ATLAS_LLM_API_KEY").first).to_be_visible()
    _does_not_run_over(page)

    page.goto(f"{live_server.url}/admin/analysis/draftrun/{run.pk}/change/")
    expect(page.get_by_text("What became of")).to_be_visible()
    _does_not_run_over(page)

    page.get_by_role("button", name="Repeat this run").click()
    page.wait_for_load_state()
    assert DraftJob.objects.get(repeats=run).state == JobState.QUEUED


@pytest.mark.usefixtures("problems")
def test_drafting_is_paused_with_a_reason_and_goes_on(page: Page, live_server: LiveServer, run: DraftRun) -> None:
    come_in(page, live_server, "ada")
    page.goto(f"{live_server.url}/admin/analysis/draftjob/")
    page.get_by_text("Pause drafting …").click()
    page.get_by_label("Reason, which your colleagues read").fill("We change the prompt today.")
    page.get_by_role("button", name="Pause drafting").click()
    expect(page.get_by_text("We change the prompt today.").first).to_be_visible()

    page.get_by_role("button", name="Go on").first.click()
    page.wait_for_load_state()
    assert holds.Holds.now().of_everything() is None


def _does_not_run_over(page: Page) -> None:
    """On a telephone neither, the page itself has no sideways scroll; wide tables scroll inside their own frame."""
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth + 1")
