"""Random tiny instances that use every optional field, and their exact optimum by exhaustive search."""

import itertools
import random
from dataclasses import replace

from scheduler.instance import parse_instance
from scheduler.plan import Route, Stop
from scheduler.problem import DAY
from scheduler.reading.fields import InstanceError
from scheduler.score import score

TRADES = ["alarm", "carpenter", "locksmith"]


def place(rng):
    return [round(-37.8 + rng.uniform(-0.12, 0.12), 4), round(175.3 + rng.uniform(-0.15, 0.15), 4)]


def tiny_data(seed, options=True):
    """A file-shaped instance of 3 to 6 visits; the same seed gives the same instance."""
    rng = random.Random(seed)
    days = rng.choice([2, 2, 3])
    workers = []
    for k in range(rng.choice([1, 2, 2, 3])):
        shifts = []
        for day in range(days):
            if rng.random() < 0.35:
                continue
            begin = rng.choice([480, 540, 720])
            shifts.append([day, begin, begin + rng.choice([180, 240, 330])])
        workers.append(
            {
                "id": k,
                "location": place(rng),
                "region": "G1",
                "trades": sorted(rng.sample(TRADES, rng.choice([2, 2, 3]))),
                "regions": ["G1"] if rng.random() < 0.93 else ["E7"],
                "max_travel_minutes": rng.choice([20, 45, 60]),
                "cost_per_travel_minute": rng.choice([8, 10, 12]),
                "cost_per_shift_used": rng.choice([200, 300]),
                "shifts": shifts,
            }
        )
        if options and rng.random() < 0.4:
            workers[-1].update(
                overtime_minutes=rng.choice([20, 45]), overtime_cost_per_minute=rng.choice([3, 30])
            )
    visits, home = [], 0
    total = rng.choice([3, 4, 5, 6] if options else [4, 5, 6, 7])
    while len(visits) < total:
        spot = place(rng)
        for _ in range(min(rng.choice([1, 2, 3]), total - len(visits))):
            visits.append(visit_data(rng, len(visits), home, spot, days, len(workers), options))
        home += 1
    data = {
        "format": "works-plan/1",
        "name": f"tiny-{seed}",
        "seed": seed,
        "days": days,
        "objective": {"exposure_per_day": 300, "extra_worker_per_home": 250},
        "workers": workers,
        "visits": visits,
        "precedence": [],
    }
    links(rng, data, options)
    return data


def visit_data(rng, i, home, spot, days, workers, options):
    service, day_set = rng.choice([45, 60, 90, 120]), sorted(rng.sample(range(days), rng.choice([1, days])))
    late = []
    for day in day_set:
        begin = rng.choice([480, 540, 600])
        late.append([day, begin, begin + rng.choice([0, 60, 200])])
        if rng.random() < 0.3:
            late.append([day, 840, 840 + rng.choice([0, 60])])
    deadline = rng.choice(day_set)
    row = {
        "id": i,
        "home": home,
        "trade": rng.choice(TRADES),
        "location": spot,
        "region": "G1",
        "service_minutes": service,
        "urgency": rng.randrange(4),
        "ready_day": 0,
        "deadline_day": deadline,
        "start_windows": [w for w in late if w[0] <= deadline],
        "start_windows_late": late,
        "excluded_workers": [k for k in range(workers) if rng.random() < 0.06],
        "unassigned_penalty": rng.choice([5000, 10000, 20000]) if rng.random() < 0.9 else 300,
        "late_penalty_per_day": rng.choice([400, 2000]),
    }
    if options and rng.random() < 0.12:
        row["crew"] = 2
    if options and rng.random() < 0.15:
        row.update(exposed_since_day=rng.choice([-1, 0, 1]), exposed_cost_per_day=rng.choice([100, 900]))
    return row


def links(rng, data, options):
    """Precedences inside homes, and with options same days, published visits, a pin and a limit of moves."""
    visits = data["visits"]
    for a, b in itertools.combinations(range(len(visits)), 2):
        if visits[a]["home"] == visits[b]["home"] and rng.random() < 0.5:
            gap = rng.choice([[], [], [30], [0, 60], [15, 400], [0, 2000]]) if options else []
            data["precedence"].append([a, b, *gap])
    if not options:
        return
    if rng.random() < 0.25:
        data["same_day"] = [sorted(rng.sample(range(len(visits)), 2))]
    if rng.random() < 0.3:
        data["published"] = {
            str(i): {"worker": rng.randrange(len(data["workers"])), "start": spot_in(rng, v)}
            for i, v in enumerate(visits)
            if rng.random() < 0.6 and v["start_windows_late"]
        }
        data["objective"]["cost_per_move"] = rng.choice([0, 150, 700])
        if rng.random() < 0.3:
            data["max_moves"] = rng.choice([1, 2, 3])
    if rng.random() < 0.25:
        add_pin(rng, data)


def spot_in(rng, visit):
    day, a, b = rng.choice(visit["start_windows_late"])
    return day * DAY + rng.choice([a, b, (a + b) // 2])


def add_pin(rng, data):
    """Pin one visit where the reader accepts it, if anywhere."""
    for i in rng.sample(range(len(data["visits"])), len(data["visits"])):
        for k, worker in enumerate(data["workers"]):
            for s in range(len(worker["shifts"])):
                data["visits"][i]["pinned"] = {
                    "worker": k,
                    "shift": s,
                    "start": spot_in(rng, data["visits"][i]),
                }
                try:
                    parse_instance(data)
                except InstanceError:
                    del data["visits"][i]["pinned"]
                else:
                    return


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
    """Least objective of any plan that keeps every rule, by exhaustive search; None where no plan keeps all."""
    full = variant != "common"
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

    def grow(i, orders):
        if i == len(problem.visits):
            settle(orders)
            return
        grow(i + 1, orders)
        crew = problem.visits[i].crew if full else 1
        for team in itertools.combinations(slots[i], crew):
            if (
                len({k for k, _ in team}) < crew
                or len({problem.workers[k].shifts[s].day for k, s in team}) > 1
            ):
                continue
            spots = [range(len(orders.get(slot, ())) + 1) for slot in team]
            for at in itertools.product(*spots):
                wider = dict(orders)
                for slot, p in zip(team, at, strict=True):
                    order = orders.get(slot, ())
                    wider[slot] = (*order[:p], i, *order[p:])
                if all(
                    timed(problem, "common" if not full else variant, {s: wider[s]}, {}) for s in team
                ) or (
                    full
                    and any(len(wider[s]) > 1 for s in team)
                    and timed_alone(problem, variant, team, wider)
                ):
                    grow(i + 1, wider)

    grow(0, {})
    return best[0]


def timed_alone(problem, variant, team, orders):
    """Routes of a team are possible one by one when links between visits are set aside."""
    bare = problem if not problem.precedences else without_links(problem)
    return all(timed(bare, variant, {slot: orders[slot]}, {}) is not None for slot in team)


def without_links(problem):
    return replace(problem, precedences=(), travel=problem.travel.copy())


def breaks_days(problem, orders):
    """Whether a predecessor or a companion of the same day is missing or on another day."""
    day = {i: problem.workers[k].shifts[s].day for (k, s), order in orders.items() for i in order}
    if any(p.after in day and p.before not in day for p in problem.precedences):
        return True
    return any(len({day.get(i) for i in group}) > 1 for group in problem.same_day)
