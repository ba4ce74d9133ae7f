"""Random tiny instances that use every optional field: poor ones where little fits, rich ones where most does."""

import itertools
import random

from scheduler.instance import parse_instance
from scheduler.problem import DAY
from scheduler.reading.fields import InstanceError

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
    data = instance_data("tiny", seed, days, workers, visits)
    links(rng, data, options)
    return data


def instance_data(kind, seed, days, workers, visits):
    """What every instance has around its workers and visits; links between visits come later."""
    return {
        "format": "works-plan/1",
        "name": f"{kind}-{seed}",
        "seed": seed,
        "days": days,
        "objective": {"exposure_per_day": 300, "extra_worker_per_home": 250},
        "workers": workers,
        "visits": visits,
        "precedence": [],
    }


def rich_data(seed):
    """A file-shaped instance of 4 to 7 visits, most of which fit, with each optional field in use often."""
    rng = random.Random(seed)
    team, days = rng.choice([2, 2, 3]), 2
    workers = [rich_worker(rng, k, days) for k in range(team)]
    visits, home = [], 0
    total = rng.choice([4, 5, 6, 7] if team == 2 else [4, 5, 6])
    while len(visits) < total:
        spot = place(rng)
        for _ in range(min(rng.choice([1, 2, 3]), total - len(visits))):
            visits.append(rich_visit(rng, len(visits), home, spot, team))
        home += 1
    data = instance_data("rich", seed, days, workers, visits)
    links(rng, data, options=True)
    return data


def rich_worker(rng, k, days):
    shifts = []
    for day in range(days):
        shifts += rng.choice([[[day, 480, 960]], [[day, 480, 780]], [[day, 480, 630], [day, 720, 960]]])
    worker = {
        "id": k,
        "location": place(rng),
        "region": "G1",
        "trades": rng.choice([TRADES, TRADES, ["alarm", "locksmith"], ["carpenter", "locksmith"]]),
        "regions": ["E7", "G1"] if rng.random() < 0.3 else ["G1"],
        "max_travel_minutes": rng.choice([35, 60]),
        "cost_per_travel_minute": rng.choice([8, 10, 12]),
        "cost_per_shift_used": rng.choice([200, 300]),
        "shifts": shifts,
    }
    if rng.random() < 0.5:
        worker.update(overtime_minutes=rng.choice([20, 45]), overtime_cost_per_minute=rng.choice([3, 30]))
    return worker


def rich_visit(rng, i, home, spot, team):
    late = []
    for day in rng.choice([[0], [1], [0, 1], [0, 1], [0, 1]]):
        begin = rng.choice([480, 540])
        late.append([day, begin, begin + rng.choice([30, 120, 300])])
        if rng.random() < 0.4:
            late.append([day, 850, 850 + rng.choice([0, 60])])
    deadline = rng.choice([late[0][0], 1])
    row = {
        "id": i,
        "home": home,
        "trade": rng.choice([*TRADES, "locksmith"]),
        "location": spot,
        "region": "G1",
        "service_minutes": rng.choice([30, 45, 60, 90]),
        "urgency": rng.randrange(4),
        "ready_day": 0,
        "deadline_day": deadline,
        "start_windows": [w for w in late if w[0] <= deadline],
        "start_windows_late": late,
        "excluded_workers": [k for k in range(team) if rng.random() < 0.06],
        "unassigned_penalty": rng.choice([5000, 10000, 20000]) if rng.random() < 0.85 else 400,
        "late_penalty_per_day": rng.choice([400, 2000]),
    }
    if rng.random() < 0.15:
        row["crew"] = 2
    if rng.random() < 0.25:
        row.update(exposed_since_day=rng.choice([-1, 0, 1]), exposed_cost_per_day=rng.choice([100, 900]))
    return row


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
