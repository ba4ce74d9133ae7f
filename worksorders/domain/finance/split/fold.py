"""What the exceptions of a line leave of it: accepted, held and disputed cents that sum to the claim."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from worksorders.domain.finance.codes import Severity
from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.split.case import BoundLine, MatchCase

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineFold:
    """A line's claim split three ways, in cents ex GST, and the quantity that the accepted part is for."""

    accepted_quantity: Decimal
    accepted_cents: int
    held_cents: int
    disputed_cents: int


def stops_whole(found: MatchException, line_id: str) -> bool:
    """Whether an exception stops all of a line."""
    stopping = found.severity is not Severity.WARN and found.stops is None
    return stopping and found.line_id in {None, line_id}


def stopped_lines(exceptions: Iterable[MatchException]) -> frozenset[str]:
    """Lines that an exception of their own, not of the document, stops whole."""
    return frozenset(one.line_id for one in exceptions if one.line_id and stops_whole(one, one.line_id))


def fold_line(
    case: MatchCase, bound: BoundLine, exceptions: Collection[MatchException], released: Collection[str] = ()
) -> LineFold:
    """Split one line; `released` names exceptions by key. A release pays at most what is entitled."""
    line_id, claimed = bound.line.line_id, bound.claimed_cents
    standing = [one for one in exceptions if one.key not in released]
    room = case.rooms.get(line_id)
    blocks = [one for one in standing if one.severity is Severity.BLOCK]
    if room is None or any(stops_whole(one, line_id) for one in blocks):
        return LineFold(_ZERO, 0, 0, claimed)
    disputed = _stopped(blocks, line_id) + room.withdrawn_disputed_cents
    holds = [one for one in exceptions if one.severity is Severity.HOLD]
    held = _stopped(holds, line_id) + room.withdrawn_held_cents
    if any(stops_whole(one, line_id) for one in holds if one.key not in released):
        return LineFold(_ZERO, 0, claimed - disputed, disputed)
    accepted = claimed - disputed - held
    freed = _stopped((one for one in holds if one.key in released), line_id)
    back = max(0, min(freed, room.entitled_cents - accepted))
    units = room.entitled_quantity if back else room.payable_quantity
    return LineFold(units, accepted + back, held - back, disputed)


def _stopped(exceptions: Iterable[MatchException], line_id: str) -> int:
    return sum(cents for one in exceptions for at, cents in one.stops or () if at == line_id)
