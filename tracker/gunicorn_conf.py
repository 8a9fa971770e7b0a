"""How gunicorn serves Vigil: threads, one log, shared metrics. The address comes from the command line."""

from __future__ import annotations

import gc
import os
from typing import Any

from prometheus_client import multiprocess

from tracker import logs

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.setdefault("VIGIL_POOL_SIZE", "8")) or 8
timeout = 120
graceful_timeout = 30
keepalive = 5
accesslog = None  # addresses hold identifiers; RequestLogMiddleware logs routes
control_socket_disable = True
logconfig_dict = logs.configuration(
    level=os.environ.get("LOG_LEVEL", "INFO").upper(), as_json=os.environ.get("VIGIL_ENV") == "production"
)


def post_worker_init(worker: Any) -> None:
    """What is loaded by now lives as long as the process: no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a process that ended."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
