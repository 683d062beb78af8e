"""What a job is doing, or why it does nothing: one sentence instead of five columns of codes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince

from analysis import outcomes
from analysis.holds import Holds
from analysis.leases import LEASE
from analysis.models import DraftJob, JobState
from analysis.profiles import Profile


@dataclass(frozen=True)
class Moment:
    """What jobs are judged by at one moment."""

    at: datetime
    holds: Holds
    profiles: tuple[Profile, ...]

    def hold_words(self, job: DraftJob) -> str:
        """Why a job that is due waits all the same; empty: it does not."""
        if self.profiles:
            chosen, hold = self.holds.choose(self.profiles, job.profile_index)
            return hold.words if chosen is None and hold else ""
        hold = self.holds.of_everything()
        return hold.words if hold else ""

    def sentence(self, job: DraftJob) -> str:
        """What is the matter with ``job``."""
        if job.state == JobState.QUEUED:
            return self._waits(job)
        if job.state == JobState.RUNNING:
            return f"Being drafted{self._sign_of_life(job)}"
        if job.state == JobState.PAUSED:
            return "Paused until somebody lets it go on"
        if job.state == JobState.FAILED:
            return f"Failed{_after(job)}: {failure(job)}"
        ended = f" on {when(job.finished_at)}" if job.finished_at else ""
        return f"{job.get_state_display()}{ended}{_because(job)}"

    def _waits(self, job: DraftJob) -> str:
        held = self.hold_words(job)
        if held:
            return f"Waits: {held}"
        if job.run_after > self.at:
            return f"Waits until {when(job.run_after)}{_after(job)}: {failure(job)}"
        return "Waits for its turn" + (f"; last time: {failure(job)}" if job.error_kind or job.last_error else "")

    def _sign_of_life(self, job: DraftJob) -> str:
        """A claim keeps no time of its own; the lease tells when its worker was heard of last."""
        if job.lease_until is None:
            return ""
        heard = max(self.at - (job.lease_until - LEASE), timedelta(0))
        return f"; its worker was heard of {int(heard.total_seconds())} seconds ago"


def moment_now(holds: Holds, profiles: tuple[Profile, ...]) -> Moment:
    return Moment(timezone.now(), holds, profiles)


def failure(job: DraftJob) -> str:
    """What went wrong, first in our words, then in those of the error."""
    words, detail = outcomes.in_words(job.error_kind), job.last_error.strip()
    if detail and (not job.error_kind or detail.startswith(words)):
        return detail
    return f"{words}. {detail}" if detail else words


def when(at: datetime) -> str:
    return f"{date_format(at, 'j F Y, H:i')} UTC"


def age(at: datetime) -> str:
    return timesince(at, timezone.now(), depth=1)


def _after(job: DraftJob) -> str:
    return f" after {job.attempts} attempts" if job.attempts > 1 else ""


def _because(job: DraftJob) -> str:
    return f": {outcomes.in_words(job.error_kind)}" if job.state == JobState.CANCELLED and job.error_kind else ""
