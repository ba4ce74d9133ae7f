"""All kinds of fault by name."""

from tests.faults.harness.kinds.clocks import CLOCKS
from tests.faults.harness.kinds.databases import DATABASES
from tests.faults.harness.kinds.harms import KILLS, OF_JOBS, STOPS, fill_disk
from tests.faults.harness.kinds.plans import PLANS
from tests.faults.harness.kinds.races import RACES
from tests.faults.harness.running.room import is_bounded
from tests.faults.harness.storm import Fault
from tests.faults.harness.traffic.deeds import accept, resume

# Writes that leave work to be done in the background.
BEHIND = (resume, resume, resume, accept)


def every_kind():
    """Every kind that this machine can do: filling a disk takes a small disk of our own."""
    found = {name: Fault(harm) for name, harm in (KILLS | STOPS).items()}
    found |= {name: Fault(harm, writes=BEHIND) for name, harm in OF_JOBS.items()}
    found |= RACES | CLOCKS | DATABASES | PLANS
    if is_bounded():
        found["disk full"] = Fault(fill_disk)
    return found
