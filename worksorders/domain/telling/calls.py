"""The calls that the office makes, as data: whom, why, and what may come of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call; one that does not end the task leaves it waiting for the next try."""

    code: str
    label: str
    ends: bool = True


@dataclass(frozen=True, slots=True)
class CallKind:
    """One kind of call: its title in the list, whom to call in a sentence, and its outcomes."""

    code: str
    label: str
    whom: str
    outcomes: tuple[Outcome, ...]

    def choices(self) -> tuple[tuple[str, str], ...]:
        """Pairs of code and label, as a form field takes them."""
        return tuple((outcome.code, outcome.label) for outcome in self.outcomes)

    def outcome(self, code: str) -> Outcome | None:
        """The outcome with the code, None for one that this kind does not know."""
        return next((outcome for outcome in self.outcomes if outcome.code == code), None)


_NOT_REACHED = Outcome("not_reached", "Not reached, try again", ends=False)
_NOT_NOW = Outcome("not_now", "Could not talk, try again", ends=False)
_NO_CALL = Outcome("must_not_call", "Must not be called any more")
_SPOKEN = (Outcome("spoken", "Spoken with"), _NOT_REACHED, _NOT_NOW, _NO_CALL)

_ADVOCATE = "the advocate of this case"
_CLIENT = "the client, by the safe channel and within the safe hours alone"

_ALL = (
    CallKind("advocate", "Call the advocate", _ADVOCATE, _SPOKEN),
    CallKind("no_access", "Nobody could be let in: call the advocate", _ADVOCATE, _SPOKEN),
    CallKind("left_unsafe", "A worker left, unsafe: call the advocate", _ADVOCATE, _SPOKEN),
    CallKind(
        "client_confirmation",
        "Tell the client who comes",
        _CLIENT,
        (
            Outcome("told", "Told, and the visit suits"),
            Outcome("other_time", "The time does not suit"),
            _NOT_REACHED,
            _NOT_NOW,
            Outcome("must_not_call", "Not a safe way to reach them"),
        ),
    ),
    CallKind("client_update", "Tell the client: no message may be sent", _CLIENT, _SPOKEN),
    CallKind(
        "plan_window",
        "Ask whether a visit outside the safe hours is safe",
        _CLIENT,
        (
            Outcome("agreed", "Safe at that time, on that day"),
            Outcome("refused", "Not safe at that time"),
            _NOT_REACHED,
            _NOT_NOW,
            Outcome("must_not_call", "Not a safe way to reach them"),
        ),
    ),
    CallKind(
        "plan_overtime",
        "Ask for a longer day of a worker",
        "the firm’s office",
        (Outcome("agreed", "Agreed"), Outcome("refused", "Not possible"), _NOT_REACHED, _NOT_NOW),
    ),
    CallKind(
        "plan_worker",
        "Ask for a worker at a time that is not theirs",
        "the firm’s office",
        (Outcome("agreed", "Agreed"), Outcome("refused", "Not possible"), _NOT_REACHED, _NOT_NOW),
    ),
    CallKind(
        "plan_checks",
        "Ask for the checks of a worker",
        "the firm’s office",
        (
            Outcome("agreed", "They will send them"),
            Outcome("refused", "Not possible"),
            _NOT_REACHED,
            _NOT_NOW,
        ),
    ),
    CallKind(
        "plan_search",
        "Find one more worker",
        "firms that serve the region, one after another",
        (
            Outcome("agreed", "Found, and entered"),
            Outcome("refused", "Nobody to be had"),
            _NOT_REACHED,
            _NOT_NOW,
        ),
    ),
    CallKind("client_agreement", "Ask the client about the work", _CLIENT, _SPOKEN),
    CallKind(
        "consent",
        "Ask for agreement by phone",
        "the person whose agreement is needed",
        (
            Outcome("agreed", "Agreed"),
            Outcome("refused", "Did not agree"),
            Outcome("wants_letter", "Wants it in writing"),
            _NOT_REACHED,
            _NOT_NOW,
            _NO_CALL,
        ),
    ),
    CallKind("landlord_reminder", "Ask the landlord for an answer", "the landlord or agent", _SPOKEN),
    CallKind("firm", "Call the firm", "the firm’s office", _SPOKEN),
    CallKind("worker", "Call the worker", "the worker", _SPOKEN),
    CallKind("police", "Call the police contact", "the police contact of the region", _SPOKEN),
    CallKind("monitoring", "Call the monitoring centre", "the monitoring centre", _SPOKEN),
    CallKind("review", "Ask how the measures hold", _ADVOCATE, _SPOKEN),
    CallKind("other", "Call about this order", "as agreed", _SPOKEN),
)
KINDS: Mapping[str, CallKind] = MappingProxyType({kind.code: kind for kind in _ALL})


def kind_of(code: str) -> CallKind:
    """The kind with the code; raises ValueError naming the kinds there are."""
    if code not in KINDS:
        raise ValueError(f"{code!r} is no kind of call; there are {', '.join(KINDS)}.")
    return KINDS[code]
