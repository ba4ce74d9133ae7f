"""All kinds of fault by name."""

from tests.faults.harness.kinds.clocks import CLOCKS
from tests.faults.harness.kinds.databases import DATABASES
from tests.faults.harness.kinds.harms import KILLS, STOPS, fill_disk
from tests.faults.harness.kinds.races import RACES
from tests.faults.harness.running.room import is_bounded
from tests.faults.harness.storm import Fault


def every_kind():
    """Every kind that this machine can do: filling a disk takes a small disk of our own."""
    found = {name: Fault(harm) for name, harm in (KILLS | STOPS).items()}
    found |= RACES | CLOCKS | DATABASES
    if is_bounded():
        found["disk full"] = Fault(fill_disk)
    return found
