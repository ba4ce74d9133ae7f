"""The product's own worker with one more kind of work, whose effect can be counted: `python … default`."""

import sys
import time
import uuid

from web.worker import main
from worksorders.steps import audit, jobs

KIND = "test.count"


@jobs.handles(KIND)
def count(job):
    """Take a moment, so that kills come in the middle, then leave one audit row."""
    time.sleep(0.05)
    thing = uuid.UUID(job.payload["thing_id"])
    return lambda session, _now: audit.record(session, None, "thing.counted", ("thing", thing))


if __name__ == "__main__":
    main(sys.argv[1])
