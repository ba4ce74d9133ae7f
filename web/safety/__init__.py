"""Coordinators' pages about the safety of one home: chain of deadlines, suspension, police flag, alarm response."""

from web.safety import alarm, making, order, pausing
from web.safety.blueprint import blueprint
from web.safety.policy import POLICY

__all__ = ["POLICY", "alarm", "blueprint", "making", "order", "pausing"]
