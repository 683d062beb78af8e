"""The django-q2 cluster that fails fast (docs/decisions/0002-queue.md).

The stock ``qcluster`` can look alive and do nothing after one of its processes was killed, because that process took
a shared queue's lock with it. Ours ends as a whole with exit code 70, and whoever supervises it starts a fresh one.
"""

import ctypes
import multiprocessing
import os
import platform
import signal
import sys
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, NoReturn

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections, transaction
from django.utils.module_loading import import_string
from django_q import cluster as stock
from django_q.models import Schedule

from atlas import stopping

EXIT_START_ME_AGAIN = 70
FLUSH_SECONDS = 5  # for a worker that ran into its timeout to hand over the record of it
PR_SET_PDEATHSIG = 1

logger = structlog.get_logger(__name__)


class StrictSentinel(stock.Sentinel):  # type: ignore[misc]  # django_q has no types
    """Guards the pool; the first process that was killed ends the cluster."""

    def start(self) -> None:
        """Its children inherit the ignored SIGTERM: a signal to the whole group is as graceful as one to the main."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        super().start()

    def stop(self) -> None:
        """Long drains hand back what they have not begun (atlas.stopping); short tasks run to their end."""
        for worker in self.pool:
            if worker.is_alive():
                os.kill(worker.pid, signal.SIGUSR1)
        super().stop()

    def reincarnate(self, process: BaseProcess) -> None:
        if process.exitcode is not None and process.exitcode < 0:
            self.abort("process killed", process)
        if process in self.pool and process.timer.value == 0:  # type: ignore[attr-defined]  # set by django_q
            process.join(FLUSH_SECONDS)
            if process.is_alive():
                self.abort("worker stuck after its timeout", process)
        super().reincarnate(process)

    def abort(self, reason: str, process: BaseProcess) -> NoReturn:
        logger.critical("cluster aborted", reason=reason, process=process.pid, exit_code=process.exitcode)
        for other in (*self.pool, self.monitor, self.pusher):
            if other is not None and other.is_alive():
                other.kill()
        os._exit(EXIT_START_ME_AGAIN)


class HeedfulCluster(stock.Cluster):  # type: ignore[misc]  # django_q has no types
    """Heeds a SIGTERM that comes before its sentinel lives; django-q2 forgets that one and runs on.

    It comes when whoever supervises the cluster is killed while the cluster starts.
    """

    is_asked_to_stop = False

    def sig_handler(self, signum: int, frame: FrameType | None) -> None:
        self.is_asked_to_stop = True
        if self.sentinel is not None:
            super().sig_handler(signum, frame)

    def start(self) -> int:
        pid: int = super().start()
        if self.is_asked_to_stop:
            self.stop()  # does nothing if the handler could
        return pid


class Command(BaseCommand):
    help = "Run background tasks. Ends with exit code 70 when it should be started again; SIGTERM stops it gracefully."

    def handle(self, *args: Any, **options: Any) -> None:
        sync_schedules()
        for preload in settings.ATLAS_CLUSTER_PRELOAD:
            import_string(preload)()
        connections.close_all()  # a fork must not share them
        multiprocessing.set_start_method("fork", force=True)  # as django-q2 does; its locks have to match
        os.register_at_fork(after_in_child=_prepare_child)
        stock.Sentinel = StrictSentinel
        sys.exit(run(HeedfulCluster()))


def run(cluster: stock.Cluster) -> int:
    """Run until the cluster ends; the exit code."""
    try:
        cluster.start()
    except RuntimeError as error:
        raise CommandError(f"The cluster did not start: {error}. Is the database there?") from None
    logger.info("cluster started", workers=settings.Q_CLUSTER["workers"])
    while cluster.sentinel.is_alive():
        cluster.sentinel.join(1)
    logger.info("cluster ended", exit_code=cluster.sentinel.exitcode)
    return EXIT_START_ME_AGAIN if cluster.sentinel.exitcode else 0


def sync_schedules() -> None:
    """Make django-q2's rows say what ATLAS_SCHEDULES says, each once a minute and without arguments.

    Only code makes these rows: one with arguments that can't be read stops all schedules.
    """
    wanted = settings.ATLAS_SCHEDULES
    try:
        with transaction.atomic():
            Schedule.objects.exclude(name__in=wanted).delete()
            for name, function in wanted.items():
                _sync_schedule(name, function)
    except DatabaseError as error:
        raise CommandError(f"The schedules can't be written ({error}). Is the database migrated?") from None


def _sync_schedule(name: str, function: str) -> None:
    every_minute = {"func": function, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
    plain = {"args": None, "kwargs": None, "hook": None, "cluster": None}
    rows = Schedule.objects.filter(name=name, **every_minute)
    if rows.count() != 1 or Schedule.objects.filter(name=name).count() != 1:
        Schedule.objects.filter(name=name).delete()
        Schedule.objects.create(name=name, **every_minute, **plain)
    else:
        rows.update(**plain)


def _prepare_child() -> None:
    """In each process of the cluster: die with the parent (Linux), and hear SIGUSR1."""
    if platform.system() == "Linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    stopping.listen(signal.SIGUSR1)
