"""What other steps use of telling and duty, in one place."""

from worksorders.steps.duty.alerts import alert_duty, call_off
from worksorders.steps.tell.barred import Receiver, bars, is_barred
from worksorders.steps.tell.calls import complete_call, raise_call_task, withdraw_calls
from worksorders.steps.tell.client import notify_client
from worksorders.steps.tell.messages import notify_firm, notify_user, notify_users

__all__ = [
    "Receiver",
    "alert_duty",
    "bars",
    "call_off",
    "complete_call",
    "is_barred",
    "notify_client",
    "notify_firm",
    "notify_user",
    "notify_users",
    "raise_call_task",
    "withdraw_calls",
]
