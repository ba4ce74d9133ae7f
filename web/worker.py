"""An RQ worker that listens to exactly one queue: `python -m web.worker planning`.

With several queues a worker that is killed after taking a job loses it for good. Its work horse dies with it, or a
killed worker's effect could come twice at once.
"""

from __future__ import annotations

import ctypes
import importlib
import logging
import os
import signal
import sys
import uuid

import redis
from rq import Queue, Worker
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer

from web import jobs
from worksorders.steps.outbox import PLANNING, QUEUES

PR_SET_PDEATHSIG = 1


class LoyalWorker(Worker):
    """A worker whose work horse does not outlive it."""

    def main_work_horse(self, job: RqJob, queue: Queue) -> None:
        """Ask the kernel to kill this process when the worker dies, then work."""
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self.pid:
            sys.exit(1)
        super().main_work_horse(job, queue)


def _preload(name: str) -> None:
    """Load before forking what the jobs need, or each of them would spend its first second on it."""
    jobs.prepare()
    if name == PLANNING:
        importlib.import_module("scheduler.engine.warm").warm()


def main(name: str) -> None:
    """Work on one queue until told to stop."""
    if name not in QUEUES:
        sys.exit(f"There is no queue {name!r}; the queues are {' and '.join(QUEUES)}.")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(levelname)s %(message)s")
    _preload(name)
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    connection = redis.Redis.from_url(os.environ["REDIS_URL"])
    queue = Queue(name, connection=connection, serializer=JSONSerializer)
    worker = LoyalWorker(
        [queue],
        name=f"{name}-{uuid.uuid4()}",
        connection=connection,
        serializer=JSONSerializer,
        job_monitoring_interval=5,
    )
    worker.work(logging_level="WARNING", with_scheduler=False)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) == 2 else "")
