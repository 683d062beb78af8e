"""The bells between rooms: a finished step wakes the room after it, without knowing it.

A bell is a django-q2 task without arguments; the rows say what there is to do, so a lost or doubled bell is harmless.
"""

from typing import Literal

from django.conf import settings

Bell = Literal["changes_recorded", "jobs_queued", "drafts_finished"]


def wake(bell: Bell) -> None:
    """Ring ``bell``. Joins the caller's transaction: a rollback takes the ring back with it."""
    from django_q.tasks import async_task

    async_task(settings.ATLAS_ROOMS[bell])
