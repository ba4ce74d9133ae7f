"""Finds why a visit is impossible: minimal sets of rules, each such that taking any one rule away lets it in.

A visit is *possible* when it has a start with every route empty: some start at which enough workers could make it,
each allowed by trade, region, reach, exclusion and checks, within a shift with the way there and back, inside its
windows, and such that the visits that must have a place with it (predecessors, companions of the same day, and
theirs) have starts that keep the gaps. Two visits of such a chain are not asked whether one worker would have to be
in two places: `impossible` is therefore only said of what no plan at all could place.

Taking a rule away takes it from this visit alone:

| rule | without it |
|---|---|
| trade, region, reach, exclusion, vetting | no worker is barred by it |
| ready | it may start before the day on which it is ready |
| window | it may start at any minute of any day |
| shift | a worker may make it outside of working hours |
| crew | one worker is enough |
| predecessor | no visit must come before it |
| least_gap, greatest_gap | it may start at any time around its predecessors |
| same_day | it needs no companion on its day |
| pinned | it may go to anybody at any time |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from scheduler.advice.answers.bars import Alone
from scheduler.problem import Precedence, Problem, Variant

Spans = list[tuple[int, int]]
MOST_ROUNDS = 100


class Rule(StrEnum):
    """Rules that can make a visit impossible, the ones found out first coming first."""

    TRADE = "trade"
    REGION = "region"
    REACH = "reach"
    EXCLUSION = "exclusion"
    VETTING = "vetting"
    SHIFT = "shift"
    READY = "ready"
    WINDOW = "window"
    CREW = "crew"
    PREDECESSOR = "predecessor"
    LEAST_GAP = "least_gap"
    GREATEST_GAP = "greatest_gap"
    SAME_DAY = "same_day"
    PINNED = "pinned"


EVERY = frozenset(Rule)
COMMON = frozenset({Rule.CREW, Rule.PINNED})  # what the common variant does not know of a visit


def possible(problem: Problem, i: int, variant: Variant, without: Iterable[str] = ()) -> bool:
    """Whether visit i could have a place in any plan with these rules taken away from it (see above)."""
    return _Question(problem, i, variant).possible(without)


def conflicts(problem: Problem, i: int, variant: Variant, most: int = 6) -> list[tuple[Rule, ...]]:
    """Minimal sets of rules that make visit i impossible, at most `most`; empty where it is possible.

    With the rules of one set alone it is impossible; take any one of them away and it is possible. Where one set
    is all there is, that holds with every other rule in force too.
    """
    found: list[tuple[Rule, ...]] = []
    question = _Question(problem, i, variant)
    queue: list[frozenset[Rule]] = [frozenset()]
    seen: set[frozenset[Rule]] = set()
    while queue and len(found) < most:
        without = queue.pop(0)
        if without in seen or question.possible(without):
            continue
        seen.add(without)
        one = next((rules for rules in found if not without.intersection(rules)), None)
        if one is None:
            one = _shrunk(question, without)
            found.append(one)
        queue += [without | {rule} for rule in one]
    return found


def _shrunk(question: _Question, without: frozenset[Rule]) -> tuple[Rule, ...]:
    """A minimal set: rules are left out one after another wherever the rest is enough to bar the visit."""
    kept = EVERY - without
    for rule in reversed(Rule):
        if rule in kept and not question.possible(EVERY - kept | {rule}):
            kept -= {rule}
    return tuple(rule for rule in Rule if rule in kept)


class _Question:
    """Whether one visit is possible, asked again and again with other rules taken away."""

    def __init__(self, problem: Problem, i: int, variant: Variant) -> None:
        self.problem, self.i, self.variant = problem, i, variant
        self.known: dict[int, Alone] = {}

    def possible(self, without: Iterable[str]) -> bool:
        dropped = frozenset(Rule(name) for name in without)
        if self.variant == "common":
            dropped |= COMMON | {Rule.PREDECESSOR, Rule.SAME_DAY}
        return _Chain(self, dropped).possible()

    def starts(self, j: int, dropped: frozenset[Rule]) -> Spans:
        if j not in self.known:
            self.known[j] = Alone(self.problem, j, self.variant)
        return self.known[j].starts(dropped)


class _Chain:
    """A visit with those that it needs, as stretches of possible starts that links narrow."""

    def __init__(self, question: _Question, dropped: frozenset[Rule]) -> None:
        self.question, self.problem, self.target = question, question.problem, question.i
        self.dropped = dropped
        self.pairs: list[Precedence] = []
        self.groups: list[tuple[int, ...]] = []
        self.members = [self.target]
        if question.variant != "common":
            for j in self.members:
                self.members += [one for one in dict.fromkeys(self._needs(j)) if one not in self.members]

    def _needs(self, j: int) -> Iterator[int]:
        mine = j == self.target
        for pair in self.problem.precedences:
            if pair.after == j and not (mine and Rule.PREDECESSOR in self.dropped):
                self.pairs.append(pair)
                yield pair.before
        for group in self.problem.same_day:
            if j not in group or (self.target in group and Rule.SAME_DAY in self.dropped):
                continue
            if group not in self.groups:
                self.groups.append(group)
            yield from group

    def possible(self) -> bool:
        spans = {}
        for j in self.members:
            spans[j] = self.question.starts(j, self.dropped if j == self.target else frozenset())
            if not spans[j]:
                return False
        return self._settled(spans)

    def _settled(self, spans: dict[int, Spans]) -> bool:
        for _ in range(MOST_ROUNDS):
            before = dict(spans)
            for pair in self.pairs:
                self._narrow(spans, pair)
            for group in self.groups:
                _same_days(spans, group)
            if not all(spans.values()):
                return False
            if spans == before:
                break
        return True

    def _narrow(self, spans: dict[int, Spans], pair: Precedence) -> None:
        first, then = spans[pair.before], spans[pair.after]
        if not first or not then:
            return
        free = self.dropped if pair.after == self.target else ()
        served = self.problem.visits[pair.before].service_minutes
        if Rule.LEAST_GAP not in free:
            least = served + pair.least_gap
            then = clipped(then, first[0][0] + least, None)
            first = clipped(first, None, then[-1][1] - least) if then else []
        if Rule.GREATEST_GAP not in free and pair.greatest_gap is not None and first and then:
            most = served + pair.greatest_gap
            then = clipped(then, None, first[-1][1] + most)
            first = clipped(first, then[0][0] - most, None) if then else []
        spans[pair.before], spans[pair.after] = first, then


def clipped(spans: Spans, low: int | None, high: int | None) -> Spans:
    """Stretches cut to [low, high]; None is no limit."""
    cut = [(a if low is None else max(a, low), b if high is None else min(b, high)) for a, b in spans]
    return [(a, b) for a, b in cut if a <= b]


def _same_days(spans: dict[int, Spans], group: tuple[int, ...]) -> None:
    day = 1440
    days = set.intersection(*({d for a, b in spans[j] for d in range(a // day, b // day + 1)} for j in group))
    for j in group:
        spans[j] = [span for d in sorted(days) for span in clipped(spans[j], d * day, d * day + day - 1)]
