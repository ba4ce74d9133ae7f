"""Make planning instances around real towns for the benchmark; the same seed gives the same instance."""

import math
import random
from typing import Any

from worksorders.gateways import places

DAYS = 10
# Share of homes that need the trade, shortest and longest service in minutes.
TRADES = {
    "carpenter": (0.6, 120, 300),
    "locksmith": (0.7, 30, 120),
    "electrician": (0.5, 60, 180),
    "alarm": (0.4, 45, 120),
    "glazier": (0.25, 45, 150),
}
# Days until the deadline, cost of leaving the visit out, cost of a late day; by urgency.
CLASSES = ((1, 40_000, 4_000), (2, 20_000, 2_000), (5, 10_000, 800), (10, 5_000, 400))
SHIFTS = ([(480, 1020)], [(480, 720)], [(780, 1020)], [(480, 630), (780, 1020)], [])
WINDOWS = ([(480, 1020)], [(540, 690), (780, 900)], [(570, 870)])


def make_instance(visits: int, workers: int, regions: tuple[str, ...] | None, seed: int) -> dict[str, Any]:
    """An instance of the form `works-plan/1`, in some regions (codes) or, with None, in the whole country."""
    rng = random.Random(seed)
    towns = [town for town in places.towns().values() if regions is None or town.region_code in regions]
    people = [town.population for town in towns]

    def somewhere() -> tuple[str, list[float]]:
        """A point near a town, larger ones more often, and its region."""
        town = rng.choices(towns, people)[0]
        away, angle = abs(rng.gauss(0, 1 + math.sqrt(town.population) / 60)) / 111, rng.uniform(0, math.tau)
        east = away * math.sin(angle) / math.cos(math.radians(town.latitude))
        return town.region_code, [
            round(town.latitude + away * math.cos(angle), 5),
            round(town.longitude + east, 5),
        ]

    crew = [_worker(rng, number, *somewhere()) for number in range(workers)]
    made: list[dict[str, Any]] = []
    precedence: list[list[int]] = []
    home = 0
    while len(made) < visits:
        needed = [trade for trade, (share, _, _) in TRADES.items() if rng.random() < share]
        region, location = somewhere()
        first = len(made)
        common = {"home": home, "location": location, "region": region}
        made += _home_visits(rng, needed[: visits - first], first, common)
        precedence += [[before, before + 1] for before in range(first, len(made) - 1) if rng.random() < 0.3]
        home += 1
    return {
        "format": "works-plan/1",
        "name": f"{visits} visits, {workers} workers, seed {seed}",
        "seed": seed,
        "days": DAYS,
        "objective": {"exposure_per_day": 300, "extra_worker_per_home": 250},
        "workers": crew,
        "visits": made,
        "precedence": precedence,
    }


def _worker(rng: random.Random, number: int, region: str, location: list[float]) -> dict[str, Any]:
    shifts = [[day, *shift] for day in range(DAYS) for shift in rng.choices(SHIFTS, (4, 1, 1, 1, 3))[0]]
    return {
        "id": number,
        "location": location,
        "region": region,
        "trades": sorted(rng.sample(list(TRADES), rng.choice((1, 2, 2, 3)))),
        "regions": [region],
        "max_travel_minutes": rng.choice((45, 60, 90, 120)),
        "cost_per_travel_minute": rng.choice((8, 10, 12)),
        "cost_per_shift_used": rng.choice((200, 300, 400)),
        "shifts": shifts,
    }


def _home_visits(
    rng: random.Random, trades: list[str], first: int, common: dict[str, Any]
) -> list[dict[str, Any]]:
    """The visits of one home, one a trade, which share urgency and the hours that are safe there."""
    urgency = rng.choices(range(4), (1, 2, 4, 3))[0]
    until, left_out, late = CLASSES[urgency]
    ready = 0 if urgency == 0 else rng.choice((0, 0, 0, 2, 4))
    deadline = min(DAYS - 1, ready + until)
    safe = rng.choice(WINDOWS)
    made = []
    for number, trade in enumerate(trades, first):
        _, shortest, longest = TRADES[trade]
        minutes = rng.randrange(shortest, longest + 1, 15)
        starts = [[begin, end - minutes] for begin, end in safe if end - minutes >= begin] or [
            [480, 1020 - minutes]
        ]
        windows = [[day, *start] for day in range(ready, DAYS) for start in starts]
        made.append(
            common
            | {
                "id": number,
                "trade": trade,
                "service_minutes": minutes,
                "urgency": urgency,
                "ready_day": ready,
                "deadline_day": deadline,
                "start_windows": [window for window in windows if window[0] <= deadline],
                "start_windows_late": windows,
                "excluded_workers": [],
                "unassigned_penalty": left_out,
                "late_penalty_per_day": late,
            }
        )
    return made
