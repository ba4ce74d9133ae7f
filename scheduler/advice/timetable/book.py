"""A plan as a timetable that is asked where one more visit fits while every other visit keeps its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from scheduler.advice.eligibility import cleared, eligible_workers
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Precedence, Problem, Shift, TimeWindow, Variant

Slot = tuple[int, int]  # worker, position among the worker's shifts


class Gap(NamedTuple):
    """Room before position `at` of a route: starts from `low` to `high`, absolute minutes, windows not asked."""

    at: int
    low: int
    high: int


class Book:
    """Routes by shift with the rules around them; `put` and `take` change it, `copy` makes a fork of it.

    Every other visit keeps its worker, its shift and its order. Strict questions also keep its start; loose
    ones let visits behind a new one start later, as far as every rule and every visit linked with them allows.
    Visits in `rigid` never start later.
    """

    def __init__(
        self,
        problem: Problem,
        routes: Iterable[Route],
        variant: Variant = "full",
        rigid: Iterable[int] = (),
    ) -> None:
        self.problem, self.variant, self.full = problem, variant, variant != "common"
        self.rigid = frozenset(rigid)
        self.stops: dict[Slot, tuple[Stop, ...]] = {}
        self.start: dict[int, int] = {}
        self.slots: dict[int, tuple[Slot, ...]] = {}
        self.at_home: dict[int, dict[int, int]] = defaultdict(dict)
        self.before: dict[int, list[Precedence]] = defaultdict(list)
        self.after: dict[int, list[Precedence]] = defaultdict(list)
        self.group: dict[int, tuple[int, ...]] = {}
        self.only_day: dict[int, int] = {}
        self._able: dict[int, list[int]] = {}
        if self.full:
            self._link()
        for route in routes:
            for stop in route.stops:
                self._enter((route.worker, route.shift), stop)

    def _link(self) -> None:
        for pair in self.problem.precedences:
            self.before[pair.after].append(pair)
            self.after[pair.before].append(pair)
        for group in self.problem.same_day:
            joined = tuple(sorted({j for i in group for j in self.group.get(i, (i,))}))
            self.group.update(dict.fromkeys(joined, joined))

    def copy(self) -> Book:
        """A fork that shares nothing that changes."""
        fork = object.__new__(Book)
        fork.__dict__.update(self.__dict__)
        fork.stops, fork.start, fork.slots = dict(self.stops), dict(self.start), dict(self.slots)
        fork.at_home = defaultdict(dict, {h: dict(found) for h, found in self.at_home.items()})
        return fork

    def routes(self) -> tuple[Route, ...]:
        """The plan as it stands."""
        return tuple(Route(*slot, stops) for slot, stops in sorted(self.stops.items()) if stops)

    def minutes(self, a: int, b: int) -> int:
        """Travel between two rows of the matrix."""
        return int(self.problem.travel.item(a, b))

    def shift(self, slot: Slot) -> Shift:
        """The shift of a slot."""
        return self.problem.workers[slot[0]].shifts[slot[1]]

    def latest_back(self, slot: Slot) -> int:
        """The absolute minute by which the worker must be back at the base."""
        shift = self.shift(slot)
        return shift.day * DAY + shift.closes + (shift.overtime_minutes if self.full else 0)

    def crew(self, i: int) -> int:
        """Workers that visit i needs at once."""
        return self.problem.visits[i].crew if self.full else 1

    def waiting(self, i: int) -> tuple[int, ...]:
        """Visits without a place that must have one before visit i may: predecessors, companions of the day."""
        missing = [pair.before for pair in self.before.get(i, ()) if pair.before not in self.start]
        missing += [j for j in self.group.get(i, ()) if j != i and j not in self.start]
        return tuple(dict.fromkeys(missing))

    def bounds(self, i: int) -> tuple[int, int]:
        """First and last start of visit i that its pin and the linked visits where they are now allow."""
        visit = self.problem.visits[i]
        low, high = 0, self.problem.days * DAY
        for pair in self.before.get(i, ()):
            if pair.before in self.start:
                ends = self.start[pair.before] + self.problem.visits[pair.before].service_minutes
                low = max(low, ends + pair.least_gap)
                high = high if pair.greatest_gap is None else min(high, ends + pair.greatest_gap)
        for pair in self.after.get(i, ()):
            if pair.after in self.start:
                begins = self.start[pair.after] - visit.service_minutes
                high = min(high, begins - pair.least_gap)
                low = low if pair.greatest_gap is None else max(low, begins - pair.greatest_gap)
        days = [self.start[j] // DAY for j in self.group.get(i, ()) if j != i and j in self.start]
        for day in [*days, *([self.only_day[i]] if i in self.only_day else [])]:
            low, high = max(low, day * DAY), min(high, day * DAY + DAY - 1)
        if self.full and visit.pinned is not None:
            low, high = max(low, visit.pinned.start), min(high, visit.pinned.start)
        return low, high

    def windows(self, i: int, day: int) -> list[TimeWindow]:
        """The windows of visit i on a day, in order."""
        return sorted(w for w in self.problem.windows(i, self.variant) if w.day == day)

    def open_slots(self, i: int, any_day: bool = False) -> Iterator[Slot]:
        """Shifts of workers who may make visit i, on its days unless `any_day`, its pin respected."""
        if i not in self._able:
            self._able[i] = eligible_workers(self.problem, i)
        days = {window.day for window in self.problem.windows(i, self.variant)}
        pin = self.problem.visits[i].pinned if self.full and self.crew(i) == 1 else None
        for k in self._able[i] if pin is None else [pin.worker]:
            for s, shift in enumerate(self.problem.workers[k].shifts):
                if (any_day or shift.day in days) and (pin is None or pin.shift == s):
                    yield k, s

    def cleared(self, i: int, slot: Slot) -> bool:
        """Whether this worker's checks allow visit i on the day of the slot."""
        return cleared(self.problem, i, slot[0], self.shift(slot).day)

    def gaps(self, i: int, slot: Slot, loose: bool = False, later: int = 0) -> Iterator[Gap]:
        """Where visit i fits between the stops of a slot, worker rules and windows not asked.

        `later` minutes are added to the end of the shift.
        """
        base, stops = self.problem.base(slot[0]), self.stops.get(slot, ())
        service, shift = self.problem.visits[i].service_minutes, self.shift(slot)
        limits = self.latest(slot, self.linked(i)) if loose else [stop.start for stop in stops]
        free, here = shift.day * DAY + shift.opens, base
        for p, stop in enumerate(stops):
            low = free + self.minutes(here, i)
            high = limits[p] - service - self.minutes(i, stop.visit)
            if low <= high:
                yield Gap(p, low, high)
            free, here = stop.start + self.problem.visits[stop.visit].service_minutes, stop.visit
        low = free + self.minutes(here, i)
        high = self.latest_back(slot) + later - service - self.minutes(i, base)
        if low <= high:
            yield Gap(len(stops), low, high)

    def linked(self, i: int) -> frozenset[int]:
        """The visits that a precedence ties to visit i."""
        return frozenset(pair.before for pair in self.before.get(i, ())) | {
            pair.after for pair in self.after.get(i, ())
        }

    def latest(self, slot: Slot, firm: Container[int] = ()) -> list[int]:
        """Latest start of each stop of a slot that harms nobody else, `firm` ones not moving; never before its own."""
        stops = self.stops.get(slot, ())
        found = [stop.start for stop in stops]
        last, there = self.latest_back(slot), self.problem.base(slot[0])
        for p in range(len(stops) - 1, -1, -1):
            i, start = stops[p]
            last -= self.minutes(i, there) + self.problem.visits[i].service_minutes
            last = (
                start
                if i in firm or self.held(i)
                else self._last_start(i, min(last, self.bounds(i)[1]), start)
            )
            found[p], there = last, i
        return found

    def held(self, i: int) -> bool:
        """Whether visit i may not start later: rigid, pinned, or made by a crew."""
        return i in self.rigid or len(self.slots[i]) > 1 or self.problem.visits[i].pinned is not None

    def _last_start(self, i: int, limit: int, start: int) -> int:
        day = start // DAY
        ends = [
            min(limit, day * DAY + w.latest) for w in self.windows(i, day) if day * DAY + w.earliest <= limit
        ]
        return max([start, *ends])

    def pushed(self, i: int, slot: Slot, at: int, start: int) -> tuple[Stop, ...]:
        """The stops behind position `at` that start later when visit i starts there at `start`."""
        later = []
        free, here = start + self.problem.visits[i].service_minutes, i
        for j, begins in self.stops.get(slot, ())[at:]:
            wanted = self._next_start(j, free + self.minutes(here, j), begins)
            if wanted == begins:
                break
            later.append(Stop(j, wanted))
            free, here = wanted + self.problem.visits[j].service_minutes, j
        return tuple(later)

    def _next_start(self, j: int, least: int, begins: int) -> int:
        if least <= begins:
            return begins
        day = begins // DAY
        return min(
            max(least, day * DAY + w.earliest) for w in self.windows(j, day) if day * DAY + w.latest >= least
        )

    def put(self, i: int, start: int, members: Iterable[tuple[Slot, int]]) -> None:
        """Give visit i its place: (slot, position) of each of its workers; stops behind it that must start later do."""
        for slot, at in members:
            later = dict(self.pushed(i, slot, at, start))
            for j, begins in later.items():
                self.restart(j, begins)
            stops = self.stops.get(slot, ())
            self.stops[slot] = (*stops[:at], Stop(i, start), *stops[at:])
            self._attend(i, start, slot)

    def restart(self, i: int, start: int) -> None:
        """Give visit i another start where it is; the order of its route must stay."""
        for slot in self.slots[i]:
            self.stops[slot] = tuple(Stop(j, start if j == i else at) for j, at in self.stops[slot])
        self.start[i] = start

    def take(self, i: int) -> tuple[Slot, ...]:
        """Take visit i out of the plan; the slots where it was."""
        slots = self.slots.pop(i)
        del self.start[i]
        people = self.at_home[self.problem.visits[i].home]
        for slot in slots:
            self.stops[slot] = tuple(stop for stop in self.stops[slot] if stop.visit != i)
            people[slot[0]] -= 1
            if not people[slot[0]]:
                del people[slot[0]]
        return slots

    def _enter(self, slot: Slot, stop: Stop) -> None:
        self.stops[slot] = (*self.stops.get(slot, ()), stop)
        self._attend(stop.visit, stop.start, slot)

    def _attend(self, i: int, start: int, slot: Slot) -> None:
        self.start[i] = start
        self.slots[i] = (*self.slots.get(i, ()), slot)
        people = self.at_home[self.problem.visits[i].home]
        people[slot[0]] = people.get(slot[0], 0) + 1
