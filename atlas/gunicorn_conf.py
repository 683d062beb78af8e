"""The web server: ``gunicorn -c atlas/gunicorn_conf.py --bind 127.0.0.1:8000``. `up` starts it like this."""

import gc
from pathlib import Path
from typing import Any

wsgi_app = "atlas.wsgi:application"
workers = 2
threads = 4
worker_class = "atlas.web_worker.FairWorker"
preload_app = True  # import once, then fork: quicker to start, and the memory is shared
graceful_timeout = 10  # seconds for running requests when stopping
loglevel = "warning"
control_socket_disable = True
if Path("/dev/shm").is_dir():  # heartbeats in memory: a slow disk can't make a worker look dead
    worker_tmp_dir = "/dev/shm"


def when_ready(server: Any) -> None:
    """What was imported stays for good: collecting garbage need not walk through it in every worker, nor so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 100)
