"""Coordinators' pages about the safety of one home: chain of deadlines, suspension, police flag, alarm response, hazards."""

from web.safety import alarm, dangers, making, order, pausing
from web.safety.blueprint import blueprint
from web.safety.policy import POLICY

__all__ = ["POLICY", "alarm", "blueprint", "dangers", "making", "order", "pausing"]
