"""What django-q2 wakes in this room. Without arguments: the rows say what there is to do."""

from analysis import drafting, leases
from atlas.rooms import wake
from atlas.stopping import stop_requested

BUDGET_SECONDS = 60.0  # for new claims; with a call on top it stays below the cluster's timeout


def drain() -> int:
    """Draft for a minute; ring again if work is left. Returns how many drafts were made."""
    summary = drafting.drain(budget_seconds=BUDGET_SECONDS)
    if not stop_requested() and not summary.blocked and leases.ready().exists():
        wake("jobs_queued")
    return summary.drafted


def sweep() -> int:
    """Take back jobs of workers that died."""
    return leases.sweep()
