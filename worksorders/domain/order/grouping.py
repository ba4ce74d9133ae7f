"""Puts lines together into visits without ever making two visits wait for each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from worksorders.domain.order.lines import OrderLine
from worksorders.domain.order.sequence import REKEY, Before


@dataclass(frozen=True, slots=True)
class Key:
    """Lines may share a visit where these agree: the trade, the urgency class, and whether it makes safe."""

    trade: str
    urgency: str
    make_safe: bool


@dataclass(slots=True)
class Grouping:
    """The lines placed so far; `limit_minutes` is what fits one day, for a visit and for what must share its day."""

    lines: Mapping[str, OrderLine]
    order: Sequence[Before]
    keys: Mapping[str, Key]
    offsets: Mapping[str, int]
    limit_minutes: int
    visit_overhead_minutes: int
    groups: list[list[str]] = field(default_factory=list)
    group_of: dict[str, int] = field(default_factory=dict)

    def place(self, line_id: str) -> None:
        """Join the last group that takes the line, or open a new one."""
        for index in reversed(range(len(self.groups))):
            if self._fits(line_id, index):
                self.groups[index].append(line_id)
                self.group_of[line_id] = index
                return
        self.group_of[line_id] = len(self.groups)
        self.groups.append([line_id])

    def _fits(self, line_id: str, index: int) -> bool:
        members = self.groups[index]
        key, group_key = self.keys[line_id], self.keys[members[0]]
        if (key.urgency, key.make_safe) != (group_key.urgency, group_key.make_safe):
            return False
        if key.trade not in {group_key.trade, "any"}:
            return False
        together = {line_id, *members}
        if any(pair.own_visit and {pair.first, pair.then} <= together for pair in self.order):
            return False
        if self._minutes(together) > self.limit_minutes or self._delays_rekeying(together):
            return False
        trial = {**self.group_of, line_id: index}
        return not has_circle(edges_between(self.order, trial)) and self._day_fits(line_id, index)

    def _delays_rekeying(self, together: set[str]) -> bool:
        """Whether rekeying would wait for another line's material: it is the first job, and all wait for it."""
        rekeying = [i for i in together if self.lines[i].item_code == REKEY]
        return bool(rekeying) and max(self.offsets[i] for i in together) > min(
            self.offsets[i] for i in rekeying
        )

    def _minutes(self, line_ids: Iterable[str]) -> int:
        return sum(self.lines[line_id].total_minutes for line_id in line_ids) + self.visit_overhead_minutes

    def _day_fits(self, line_id: str, index: int) -> bool:
        """Whether all that must share the visit's day still fits into it, lines not placed yet included.

        A line that has to be on that day in any case costs nothing more by joining.
        """
        before = self._one_day(set(self.groups[index]))
        if line_id in before:
            return True
        after = self._one_day({line_id, *self.groups[index]})
        if len(after) == len(self.groups[index]) + 1:
            return True
        visits = {self.group_of[member] for member in after if member in self.group_of}
        minutes = sum(self.lines[member].total_minutes for member in after)
        return minutes + len(visits) * self.visit_overhead_minutes <= self.limit_minutes

    def _one_day(self, line_ids: set[str]) -> set[str]:
        """The lines that must be on one day with these: the same visit's, and those that close what one opens."""
        day = set(line_ids)
        while True:
            ends = [{pair.first, pair.then} for pair in self.order if pair.same_day]
            ends += [set(group) for group in self.groups]
            grown = day.union(*(end for end in ends if end & day))
            if grown == day:
                return day
            day = grown


def edges_between(order: Iterable[Before], group_of: Mapping[str, int]) -> set[tuple[str, str]]:
    """The pairs as edges between groups; a line not placed yet stands alone under its own id."""
    names = {line_id: f"#{group}" for line_id, group in group_of.items()}
    edges = {(names.get(pair.first, pair.first), names.get(pair.then, pair.then)) for pair in order}
    return {(first, then) for first, then in edges if first != then}


def has_circle(edges: Iterable[tuple[str, str]]) -> bool:
    """Whether the edges lead back to where they start."""
    followers: dict[str, set[str]] = {}
    waiting: dict[str, int] = {}
    for first, then in set(edges):
        followers.setdefault(first, set()).add(then)
        waiting[then] = waiting.get(then, 0) + 1
        waiting.setdefault(first, 0)
    free = [node for node, count in waiting.items() if not count]
    done = 0
    while free:
        node = free.pop()
        done += 1
        for then in followers.get(node, ()):
            waiting[then] -= 1
            if not waiting[then]:
                free.append(then)
    return done < len(waiting)


def in_order(ids: Sequence[str], edges: Iterable[tuple[str, str]]) -> list[str]:
    """The ids with each after those it waits for, otherwise as given; raises ValueError on a circle."""
    waits_for: dict[str, set[str]] = {line_id: set() for line_id in ids}
    for first, then in edges:
        waits_for[then].add(first)
    ordered: list[str] = []
    left = list(ids)
    while left:
        ready = next((node for node in left if waits_for[node].issubset(ordered)), None)
        if ready is None:
            raise ValueError(f"{', '.join(sorted(left))} wait for each other")
        left.remove(ready)
        ordered.append(ready)
    return ordered
