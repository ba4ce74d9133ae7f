"""Which line of an order must be finished before which, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalogue.item import AFTER_EVERYTHING, Evidence, Kind
from worksorders.domain.order.lines import OrderLine

REKEY = "LK03"
PAINTING = "DR12"
PLACES = frozenset({"home", "inside", "person", "approach"})


@dataclass(frozen=True, slots=True)
class Before:
    """`first` is finished before `then` begins.

    `own_visit` keeps the two in different visits; `gap_working_days` lie between them at the least (a
    laboratory's time); `same_day` means that `then` closes the opening which `first` takes apart.
    """

    first: str
    then: str
    why: str
    own_visit: bool = False
    gap_working_days: int = 0
    same_day: bool = False


def dependencies(lines: Sequence[OrderLine], make_safe: frozenset[str] = frozenset()) -> tuple[Before, ...]:
    """Every pair of lines that has an order, each pair once; `make_safe` are the ids that wait for nothing.

    Rules, from works-orders.md: rekey first; asbestos sample before a door; board-up before reglazing; door
    before the lock in it; re-hang before the safe room; painting a later visit than the door; alarm last.
    An item waits for another at the same opening, or where either belongs to the home as a whole.
    """
    visiting = [line for line in lines if line.takes_a_visit]
    pairs: dict[tuple[str, str], Before] = {}
    for rule in (_interim_first, _catalogue_order, _rekey_first, _last_of_all):
        for before in rule(visiting, make_safe):
            if before.then not in make_safe or before.first in make_safe:
                pairs.setdefault((before.first, before.then), before)
    return tuple(pairs.values())


def _same_scope(a: OrderLine, b: OrderLine) -> bool:
    return a.opening_id == b.opening_id or a.opening_kind in PLACES or b.opening_kind in PLACES


def _catalogue_order(lines: Sequence[OrderLine], make_safe: frozenset[str]) -> Iterable[Before]:
    for then in lines:
        for first in lines:
            if first.item_code not in then.after or first.id == then.id or not _same_scope(first, then):
                continue
            yield Before(
                first.id,
                then.id,
                f"{first.item_code} before {then.item_code}",
                own_visit=then.item_code == PAINTING or first.is_sample or first.id in make_safe,
                gap_working_days=first.lead_working_days if first.is_sample else 0,
                same_day=first.replaces_barrier and _closes(then),
            )


def _closes(line: OrderLine) -> bool:
    """Whether a door without this line would stand unlocked overnight: the locks fitted to a new door."""
    return line.consent.value == "locks" and line.kind is Kind.WORK


def _interim_first(lines: Sequence[OrderLine], _make_safe: frozenset[str]) -> Iterable[Before]:
    for first in lines:
        for then in lines:
            stands_in = first.interim_for is not None and then.interim_for is None
            if stands_in and first.opening_id == then.opening_id and first.interim_for == then.item_code:
                yield Before(
                    first.id, then.id, f"interim {first.item_code} before {then.item_code}", own_visit=True
                )


def _rekey_first(lines: Sequence[OrderLine], make_safe: frozenset[str]) -> Iterable[Before]:
    """Rekeying before all but what makes safe tonight, unless the catalogue lets rekeying itself wait."""
    for first in lines:
        if first.item_code != REKEY or first.after:
            continue
        for then in lines:
            if then.item_code != REKEY and then.interim_for is None and then.id not in make_safe:
                yield Before(first.id, then.id, "rekey first")


def _last_of_all(lines: Sequence[OrderLine], _make_safe: frozenset[str]) -> Iterable[Before]:
    """What comes after everything else: the work among it first (the alarm), then its checks."""
    last = [line for line in lines if AFTER_EVERYTHING in line.after]
    for then in last:
        for first in lines:
            if AFTER_EVERYTHING not in first.after:
                yield Before(first.id, then.id, f"{then.item_code} after everything else")
            elif first.kind is Kind.WORK and then.kind is Kind.CHECK:
                yield Before(first.id, then.id, f"{then.item_code} after {first.item_code}")


def needs_client(line: OrderLine) -> bool:
    """Whether the client has to be there: a live test of the alarm, or the family's walk-through."""
    return Evidence.LIVE_TEST in line.evidence or (line.kind is Kind.CHECK and line.trade.is_any)


def earliest_offsets(lines: Sequence[OrderLine], order: Iterable[Before]) -> Mapping[str, int]:
    """For each line the working days after raising before which it cannot start.

    A line waits for its material, for its predecessors and for a laboratory; a door waits until the locks that
    close it the same day are there too. The order must be free of circles.
    """
    pairs = tuple(order)
    offsets = {line.id: 0 if line.is_sample else line.lead_working_days for line in lines}
    changed = True
    while changed:
        changed = False
        for pair in pairs:
            least = offsets[pair.first] + pair.gap_working_days
            if offsets[pair.then] < least:
                offsets[pair.then] = least
                changed = True
            if pair.same_day and offsets[pair.first] < offsets[pair.then]:
                offsets[pair.first] = offsets[pair.then]
                changed = True
    return offsets
