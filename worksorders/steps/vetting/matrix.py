"""What each region has and lacks of each trade on the days ahead: cleared and free workers beside the visits that want them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.trade import TRADES, parse_trade
from worksorders.domain.local_time import local_day
from worksorders.gateways import csv_safe, places
from worksorders.steps.people.eligibility import cleared_on
from worksorders.steps.people.workforce import Person, load_workforce, midnight
from worksorders.store.tables.work.orders import Visit, WorksOrder

DAYS = 14
# With less than this left of a day nobody is sent anywhere.
LEAST_FREE_MINUTES = 60
WANTED = ("unplanned", "planned", "published", "offered", "accepted")
WAITING = ("unplanned", "planned")
ORDERS = ("issued", "variation_pending")
Key = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class Cell:
    """A trade in a region on a day: who is known, who is cleared, who of these is free, and visits that want one.

    A visit with a time counts on its day alone; one without counts on every day from its first to its deadline.
    """

    on: date
    known: int
    cleared: int
    free: int
    wanted: int

    @property
    def lacking(self) -> bool:
        return self.free == 0

    @property
    def words(self) -> str:
        """The cell in words, as it is read aloud: "nobody known", "none cleared", "all taken" or "2 free"."""
        if self.free:
            return f"{self.free} free"
        if not self.known:
            return "nobody known"
        return "all taken" if self.cleared else "none cleared"


@dataclass(frozen=True, slots=True)
class Row:
    """One trade in one region over the days; `wanted` counts each visit once."""

    region_code: str
    region: str
    trade: str
    cells: tuple[Cell, ...]
    wanted: int

    @property
    def gaps(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.lacking)

    @property
    def unmet(self) -> tuple[Cell, ...]:
        """Days on which a visit wants somebody and nobody is free."""
        return tuple(cell for cell in self.cells if cell.lacking and cell.wanted)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rows asked for, those with unmet demand first, and the days of their cells."""

    days: tuple[date, ...]
    rows: tuple[Row, ...]


def find_matrix(
    session: Session,
    first_on: date,
    *,
    region: str = "",
    trade: str = "",
    lacking_only: bool = False,
    days: int = DAYS,
) -> Matrix:
    """Regions that are served or wanted, by trade; a constant number of queries whatever the number of people."""
    dates = tuple(first_on + timedelta(days=number) for number in range(days))
    codes = [region] if region else None
    force = load_workforce(session, first_on=dates[0], last_on=dates[-1], case_ids=(), region_codes=codes)
    trades = [trade] if trade in TRADES else list(TRADES)
    supply = _supply(force.people, trades, dates)
    wanted, totals = _demand(session, dates)
    regions = [code for code in _regions(force.people, totals) if not region or code == region]
    names = {row.code: row.name for row in places.regions()}
    rows = [
        Row(
            code,
            names.get(code, code),
            one,
            tuple(Cell(on, *supply.get((code, one, on), (0, 0, 0)), wanted[code, one, on]) for on in dates),
            totals[code, one],
        )
        for code in regions
        for one in trades
    ]
    kept = [row for row in rows if row.gaps] if lacking_only else rows
    place = {code: number for number, code in enumerate(regions)}
    ranked = sorted(kept, key=lambda row: (-len(row.unmet), -row.wanted, place[row.region_code], row.trade))
    return Matrix(dates, tuple(ranked))


def matrix_csv(matrix: Matrix) -> bytes:
    """One line a region, trade and day; safe from formulas."""
    header = (
        "region", "trade", "day", "known", "cleared", "cleared_and_free", "visits_wanting_it", "lacking",
    )  # fmt: skip
    return csv_safe.write_csv(
        header,
        (
            (
                row.region,
                row.trade,
                cell.on,
                cell.known,
                cell.cleared,
                cell.free,
                cell.wanted,
                f"no cleared {row.trade} free" if cell.lacking else "",
            )
            for row in matrix.rows
            for cell in row.cells
        ),
        bom=True,
    )


def _supply(
    people: Iterable[Person], trades: Collection[str], dates: Collection[date]
) -> dict[Key, tuple[int, int, int]]:
    """Known, cleared, and free by region, trade and day."""
    counts: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for person in people:
        mine = [trade for trade in trades if trade in person.trades]
        for on in dates if mine else ():
            free = free_minutes(person, on) >= LEAST_FREE_MINUTES
            agreed = person.agreed_on(on)
            for trade in mine:
                cleared = agreed and cleared_on(person, trade, on)
                for region in person.regions:
                    count = counts[region, trade, on]
                    count[0] += 1
                    count[1] += cleared
                    count[2] += cleared and free
    return {key: (known, cleared, free) for key, (known, cleared, free) in counts.items()}


def free_minutes(person: Person, on: date) -> int:
    """Minutes of a day's working hours that no booking takes."""
    begins = midnight(on)
    taken = [
        (int((start - begins).total_seconds() // 60), int((end - begins).total_seconds() // 60))
        for start, end in person.booked
    ]
    free = 0
    for opens, closes in person.stretches(on):
        free += closes - opens
        free -= sum(max(0, min(closes, end) - max(opens, start)) for start, end in taken)
    return free


def _demand(session: Session, dates: tuple[date, ...]) -> tuple[Counter[Key], Counter[tuple[str, str]]]:
    """Visits that want each trade by region and day, and how many there are in all."""
    until = midnight(dates[-1] + timedelta(days=1))
    rows = session.execute(
        select(WorksOrder.region_code, Visit.trade, Visit.state, Visit.start_at, Visit.ready_on, Visit.due_at)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(
            Visit.state.in_(WANTED),
            WorksOrder.state.in_(ORDERS),
            Visit.ready_on <= dates[-1],
            (Visit.start_at.is_(None)) | ((Visit.start_at >= midnight(dates[0])) & (Visit.start_at < until)),
        )
    )
    by_day: Counter[Key] = Counter()
    totals: Counter[tuple[str, str]] = Counter()
    for row in rows:
        wanted_on = _days(dates, row.state, row.start_at, row.ready_on, row.due_at)
        for trade in parse_trade(row.trade).trades:
            totals[row.region_code, trade] += 1
            by_day.update((row.region_code, trade, on) for on in wanted_on)
    return by_day, totals


def _days(
    dates: tuple[date, ...], state: str, start_at: datetime | None, ready_on: date, due_at: datetime
) -> list[date]:
    """The days on which a visit wants somebody; one that is overdue wants somebody on the first."""
    if start_at is not None and state not in WAITING:
        return [local_day(start_at)]
    due_on = local_day(due_at)
    return [on for on in dates if ready_on <= on <= due_on] or [dates[0]]


def _regions(people: Iterable[Person], totals: Counter[tuple[str, str]]) -> list[str]:
    there = {code for person in people for code in person.regions} | {code for code, _ in totals}
    return [row.code for row in places.regions() if row.code in there]
