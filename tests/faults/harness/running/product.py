"""The product's own processes on the harness' clock, with its waits shortened: `python -m … relay`, `… worker`.

`app` is what gunicorn serves. Nothing else is changed, but for a mistake that is planted to be found.
"""

import os
import random
import sys
import time

from tests.faults.harness.running import plants, shift
from web import jobs
from worksorders.steps import outbox

DAWDLE_SECONDS = 0.06


def prepare():
    """Shorten the waits between sendings by FAULTS_SCALE, and take the clock from the file."""
    scale = float(os.environ["FAULTS_SCALE"])
    outbox.FIRST_WAIT_SECONDS /= scale
    outbox.LONGEST_WAIT_SECONDS /= scale
    outbox.EARLY_WAIT_SECONDS /= scale
    jobs._now = shift.now
    plants.lay()


def dawdle():
    """Take a moment between the preparation and the effect of each job, so that kills come in the middle."""
    handler_of = jobs.handler_of

    def handler(kind):
        def prepared(job):
            effect = handler_of(kind)(job)
            time.sleep(random.uniform(0, DAWDLE_SECONDS))
            return effect

        return prepared

    jobs.handler_of = handler


prepare()
if __name__ == "__main__":
    part, *rest = sys.argv[1:]
    if part == "relay":
        from web import relay

        relay.main()
    else:
        from web import worker

        dawdle()
        worker.main(*rest)
else:
    import wsgi

    app = wsgi.app
    app.config["CLOCK"] = shift.now
