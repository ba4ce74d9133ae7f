"""What an order is called in lists: computed from its state, visits and lines, never stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from worksorders.domain.lifecycle.machine import words
from worksorders.domain.lifecycle.openings import OpeningState, home_state

_WORKED_ON = frozenset({"issued", "variation_pending"})
_BOOKED = frozenset({"accepted", "en_route", "on_site", "done"})
_ON_THE_WAY = frozenset({"en_route", "on_site"})


@dataclass(frozen=True, slots=True)
class VisitFact:
    """A visit's state, and whether it makes the home safe for the time being."""

    state: str
    make_safe: bool = False


@dataclass(frozen=True, slots=True)
class LineFact:
    """Of one line the quantities ordered, done, accepted and invoiced."""

    ordered: Decimal
    done: Decimal = Decimal(0)
    accepted: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)


def shown_state(
    state: str,
    visits: Sequence[VisitFact],
    lines: Iterable[LineFact] = (),
    openings: Iterable[OpeningState] = (),
) -> str:
    """The words for the list, the furthest that holds.

    One of: to be planned, offered, part scheduled, scheduled, in progress, made safe, works complete,
    accepted, invoiced. An order that is not being worked on shows its own state.
    """
    if state not in _WORKED_ON:
        return words(state)
    live = [visit for visit in visits if visit.state != "cancelled"]
    if live and all(visit.state == "done" for visit in live):
        return _finished([line for line in lines if line.ordered])
    if _made_safe(live, openings):
        return "made safe"
    return _on_its_way(live)


def _finished(lines: Sequence[LineFact]) -> str:
    if lines and all(line.invoiced >= line.accepted > 0 for line in lines):
        return "invoiced"
    if lines and all(line.accepted >= line.done > 0 for line in lines):
        return "accepted"
    return "works complete"


def _made_safe(live: Sequence[VisitFact], openings: Iterable[OpeningState]) -> bool:
    """All that makes safe is done, and no opening is insecure; an order without such visits is never so called."""
    tonight = [visit for visit in live if visit.make_safe]
    done = bool(tonight) and all(visit.state == "done" for visit in tonight)
    return done and home_state(openings) is not OpeningState.INSECURE


def _on_its_way(live: Sequence[VisitFact]) -> str:
    states = {visit.state for visit in live}
    if states & _ON_THE_WAY or "done" in states:
        return "in progress"
    if states and states <= _BOOKED:
        return "scheduled"
    if states & _BOOKED:
        return "part scheduled"
    if "offered" in states:
        return "offered"
    return "to be planned"
