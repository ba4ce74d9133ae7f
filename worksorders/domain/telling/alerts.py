"""What the person on duty is called for, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class AlertKind:
    """One kind of alert: its words on the page and what to do first."""

    code: str
    label: str
    first_step: str


_ALL = (
    AlertKind("overdue", "A worker has not checked out", "Call the worker; if nobody answers, call 111."),
    AlertKind("left_unsafe", "A worker left, unsafe", "Call the worker, then the advocate."),
    AlertKind("no_access", "A visit found no access", "Call the advocate before anybody goes again."),
    AlertKind("insecure", "A home is insecure", "Find somebody who makes it safe before dark."),
    AlertKind("deadline", "A deadline is near", "See who is on it, and what holds it up."),
    AlertKind("deadline_passed", "A deadline has passed", "See who is on it, and find somebody now."),
    AlertKind("nobody_accepts", "Nobody takes an urgent visit", "Call firms by phone."),
    AlertKind("tell_client_now", "An urgent visit was accepted", "Tell the client who comes, now."),
    AlertKind("police", "Police must be told", "Call the police contact of the region."),
    AlertKind("alarm", "An alarm of a home needs somebody", "Follow the alarm-response plan of the order."),
    AlertKind("safety", "Something about safety was reported", "Read the order’s history, then act."),
    AlertKind(
        "claim", "A payment claim runs out", "Tell finance: it needs an answer now, or all of it is due."
    ),
    AlertKind("other", "The person on duty is asked for", "Look at the order."),
)
# Somebody may be in danger at this moment: these come before what only waits longer.
DANGER = ("overdue", "left_unsafe", "alarm")
KINDS: Mapping[str, AlertKind] = MappingProxyType({kind.code: kind for kind in _ALL})


def kind_of(code: str) -> AlertKind:
    """The kind with the code; raises ValueError naming the kinds there are."""
    if code not in KINDS:
        raise ValueError(f"{code!r} is no kind of alert; there are {', '.join(KINDS)}.")
    return KINDS[code]
