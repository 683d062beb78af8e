"""The worker of the web server that leaves a new connection to a worker that is free to answer it."""

from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class FairWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's own takes whatever comes, however much it has to do: readers would wait beside an idle worker."""

    @property
    def worker_connections(self) -> int:
        """How many it may have now: those that wait for their reader to ask again, and one for each thread."""
        idle = len(self.keepalived_conns) + len(self.pending_conns)
        return min(int(self.cfg.worker_connections), int(self.cfg.threads) + idle)

    @worker_connections.setter
    def worker_connections(self, value: Any) -> None:
        """gunicorn sets what is configured, which is read above."""
