"""The exact optimum of a tiny problem by exhaustive search, which shares the score and nothing else with the engine."""

import itertools

from scheduler.plan import Route, Stop
from scheduler.problem import DAY
from scheduler.score import score


def next_in(problem, variant, i, day, at):
    """The first allowed start of visit i on a day from a minute on, or None."""
    starts = [
        max(at, day * DAY + w.earliest)
        for w in problem.windows(i, variant)
        if w.day == day and day * DAY + w.latest >= at
    ]
    return min(starts, default=None)


def timed(problem, variant, orders, held):
    """Earliest common starts of these ordered routes, or None; `held` maps visits to the start they must have."""
    full = variant != "common"
    start = dict.fromkeys({i for order in orders.values() for i in order}, 0)
    for _ in range(1000):
        before = dict(start)
        for (k, s), order in orders.items():
            shift = problem.workers[k].shifts[s]
            free, here = shift.day * DAY + shift.opens, problem.base(k)
            for i in order:
                low = max(start[i], free + int(problem.travel[here, i]), held.get(i, 0))
                at = next_in(problem, variant, i, shift.day, low)
                if at is None or (i in held and at != held[i]):
                    return None
                start[i] = at
                free, here = at + problem.visits[i].service_minutes, i
            over = free + int(problem.travel[here, problem.base(k)]) - shift.day * DAY - shift.closes
            if over > (shift.overtime_minutes if full else 0):
                return None
        for pair in problem.precedences if full else ():
            if pair.before in start and pair.after in start:
                ends = start[pair.before] + problem.visits[pair.before].service_minutes
                start[pair.after] = max(start[pair.after], ends + pair.least_gap)
                if pair.greatest_gap is not None:
                    low = start[pair.after] - pair.greatest_gap - problem.visits[pair.before].service_minutes
                    start[pair.before] = max(start[pair.before], low)
        if start == before:
            return start
    return None


def slots_of(problem, variant, i):
    """Every shift of workers whom trade, region, exclusion and reach allow."""
    v = problem.visits[i]
    days = {w.day for w in problem.windows(i, variant)}
    return [
        (k, s)
        for k, w in enumerate(problem.workers)
        if v.trade in w.trades
        and v.region in w.regions
        and k not in v.excluded_workers
        and problem.travel[problem.base(k), i] <= w.reach_minutes
        for s, shift in enumerate(w.shifts)
        if shift.day in days
    ]


def optimum(problem, variant):
    """Least objective of any plan that keeps every rule, by exhaustive search; None where no plan keeps all.

    What is cut off: routes that are impossible alone, and whatever costs as much by visits left out, shifts used and
    ways driven as a plan that is known; no way gets shorter by one more stop.
    """
    full = variant != "common"
    alone = {}

    def cost(slot, order):
        """Shift and way of a route, or None where it is impossible alone."""
        if (slot, order) not in alone:
            possible = timed(problem, variant, {slot: order}, {}) is not None
            alone[slot, order] = way(problem, slot, order) if possible else None
        return alone[slot, order]

    slots = [slots_of(problem, variant, i) for i in range(len(problem.visits))]
    best = [None]

    def settle(orders):
        if full and breaks_days(problem, orders):
            return
        pins = {i: v.pinned.start for i, v in enumerate(problem.visits) if full and v.pinned}
        placed = {i for order in orders.values() for i in order}
        who = {i: {k for (k, _), order in orders.items() if i in order} for i in placed}
        for i, v in enumerate(problem.visits):
            if full and v.pinned and v.pinned.worker not in who.get(i, ()):
                return
        told = [
            i
            for i, t in problem.published.items()
            if full and i in placed and t.worker in who[i] and i not in pins
        ]
        if not problem.weights.cost_per_move and problem.max_moves is None:
            told = []
        for many in range(len(told) + 1):
            for kept in itertools.combinations(told, many):
                start = timed(
                    problem, variant, orders, {**{i: problem.published[i].start for i in kept}, **pins}
                )
                if start is None:
                    continue
                routes = [
                    Route(*key, tuple(Stop(i, start[i]) for i in order))
                    for key, order in orders.items()
                    if order
                ]
                cost = score(problem, routes, variant)
                if full and problem.max_moves is not None and cost.moves > problem.max_moves:
                    continue
                if best[0] is None or cost.objective < best[0]:
                    best[0] = cost.objective

    def grow(i, orders, left_out):
        spent = left_out + sum(cost(slot, order) for slot, order in orders.items())
        if best[0] is not None and spent >= best[0]:
            return
        if i == len(problem.visits):
            settle(orders)
            return
        crew = problem.visits[i].crew if full else 1
        for team in itertools.combinations(slots[i], crew):
            days = {problem.workers[k].shifts[s].day for k, s in team}
            if len({k for k, _ in team}) < crew or len(days) > 1:
                continue
            spots = [range(len(orders.get(slot, ())) + 1) for slot in team]
            for at in itertools.product(*spots):
                wider = dict(orders)
                for slot, p in zip(team, at, strict=True):
                    order = orders.get(slot, ())
                    wider[slot] = (*order[:p], i, *order[p:])
                if all(cost(slot, wider[slot]) is not None for slot in team):
                    grow(i + 1, wider, left_out)
        grow(i + 1, orders, left_out + problem.visits[i].unassigned_penalty)

    grow(0, {}, 0)
    return best[0]


def way(problem, slot, order):
    """Cost of a shift and its travel."""
    worker = problem.workers[slot[0]]
    places = [problem.base(slot[0]), *order, problem.base(slot[0])]
    minutes = sum(int(problem.travel[a, b]) for a, b in itertools.pairwise(places))
    return worker.cost_per_shift_used + minutes * worker.cost_per_travel_minute


def breaks_days(problem, orders):
    """Whether a predecessor or a companion of the same day is missing or on another day."""
    day = {i: problem.workers[k].shifts[s].day for (k, s), order in orders.items() for i in order}
    if any(p.after in day and p.before not in day for p in problem.precedences):
        return True
    return any(len({day.get(i) for i in group}) > 1 for group in problem.same_day)
