"""For one visit the least change of one kind after which it fits between the others: amount, changes, words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from scheduler.advice.timetable.book import Book, Slot
from scheduler.advice.timetable.places import openings
from scheduler.changes import Change, Cleared, LongerShift, NewWorker, WiderWindow
from scheduler.problem import DAY, Shift, TimeWindow, Worker

MOST_OVERTIME = 240  # minutes; nobody is asked to work longer than that after a shift
ORDINARY_DAY = (480, 1020)
PERSON = {"alarm": "alarm installer", "asbestos": "asbestos remover"}

Remedy = tuple[int, list[Change], str]


class Option(NamedTuple):
    """A stretch of starts for one worker; `price` units are needed at its first start, one more each minute if `rises`."""

    slot: Slot
    low: int
    high: int
    price: int = 0
    rises: bool = False

    def at(self, start: int) -> int:
        """Units needed at this start."""
        return self.price + (start - self.low if self.rises else 0)


class Team(NamedTuple):
    """The least amount at the earliest start that needs no more, with the options taken."""

    amount: int
    start: int
    options: tuple[Option, ...]


def clearance(book: Book, i: int) -> Remedy | None:
    """Valid checks for workers who have the time."""
    low, high = book.bounds(i)
    options = []
    for slot in book.open_slots(i):
        price = 0 if book.cleared(i, slot) else 1
        for window in book.windows(i, book.shift(slot).day):
            options += [Option(slot, a, b, price) for a, b in _gaps(book, i, slot, window, low, high)]
    team = _cheapest(book, i, options)
    if team is None:
        return None
    named = sorted(option.slot[0] for option in team.options if option.price)
    day = team.start // DAY
    text = f"valid checks for worker {' and '.join(map(str, named))} on day {day}"
    return len(named), [Cleared(k, i, day) for k in named], text


def longer(book: Book, i: int) -> Remedy | None:
    """Overtime at the end of a shift (a longer shift where the variant knows no overtime)."""
    low, high = book.bounds(i)
    options = [Option(one.slot, one.low, one.high) for one in openings(book, i)]
    service = book.problem.visits[i].service_minutes
    for slot in book.open_slots(i):
        if book.cleared(i, slot):
            home = service + book.minutes(i, book.problem.base(slot[0])) - book.latest_back(slot)
            last = len(book.stops.get(slot, ()))
            for window in book.windows(i, book.shift(slot).day):
                for a, b in _gaps(book, i, slot, window, low, high, MOST_OVERTIME, last):
                    first = max(a, 1 - home)
                    if first <= b:
                        options.append(Option(slot, first, b, first + home, rises=True))
    team = _cheapest(book, i, options)
    if team is None:
        return None
    late = [(option.slot, option.at(team.start)) for option in team.options if option.price]
    changes: list[Change] = [LongerShift(k, s, minutes, book.full) for (k, s), minutes in late]
    words = [f"{minutes} minutes of overtime for worker {k}" for (k, _), minutes in late]
    return team.amount, changes, f"{' and '.join(words)} on day {team.start // DAY}"


def wider(book: Book, i: int) -> Remedy | None:
    """A window that begins earlier or ends later; a window on a further day only where no day has one to widen."""
    by_day: dict[int, list[Option]] = defaultdict(list)
    low, high = book.bounds(i)
    for slot in book.open_slots(i, any_day=True):
        day = book.shift(slot).day
        if book.cleared(i, slot) and _may_open(book, i, day):
            whole = TimeWindow(day, 0, DAY - 1)
            by_day[day] += [Option(slot, a, b) for a, b in _gaps(book, i, slot, whole, low, high)]
    found = [row for day, options in by_day.items() for row in _widened(book, i, day, options)]
    if not found:
        return None
    _, amount, change, text = min(found, key=lambda row: (row[0], row[1], row[2].day))
    return amount, [change], text


def _may_open(book: Book, i: int, day: int) -> bool:
    visit = book.problem.visits[i]
    return visit.ready_day <= day and (book.full or day <= visit.deadline_day)


def _widened(
    book: Book, i: int, day: int, options: list[Option]
) -> Iterator[tuple[bool, int, WiderWindow, str]]:
    windows = book.windows(i, day)
    service = book.problem.visits[i].service_minutes
    for start in sorted({at for one in options for at in (one.low, one.high)}):
        team = _team(book, i, start, options)
        minute = start - day * DAY
        if team is None or not 0 <= minute < DAY:
            continue
        if not windows:
            yield (
                True,
                service,
                WiderWindow(i, day, minute, minute),
                f"a window on day {day} from {clock(minute)}",
            )
            continue
        earlier = [w for w in windows if w.earliest > minute]
        later = [w for w in windows if w.latest < minute]
        if later:
            edge = max(w.latest for w in later)
            text = f"window until {clock(minute)} on day {day}"
            yield False, minute - edge, WiderWindow(i, day, edge + 1, minute), text
        if earlier and day > 0:
            edge = min(w.earliest for w in earlier)
            text = f"window from {clock(minute)} on day {day}"
            yield False, edge - minute, WiderWindow(i, day, minute, edge - 1), text


def hire(book: Book, i: int) -> Remedy | None:
    """Further workers with the trade, in the region, for one day, working ordinary hours if these are enough."""
    base = _nearest_base(book, i)
    n = len(book.problem.visits)
    minutes = tuple(book.minutes(base, j) for j in range(n))
    best: tuple[int, int, int, Shift] | None = None
    ready = [Option(one.slot, one.low, one.high) for one in openings(book, i)]
    for window in book.problem.windows(i, book.variant):
        for start, shift in _hours(book, i, window, minutes[i], ready):
            free = {one.slot[0] for one in ready if one.low <= start <= one.high}
            missing = book.crew(i) - len(free)
            if missing > 0 and (best is None or (missing, window.day, start) < best[:3]):
                best = (missing, window.day, start, shift)
    if best is None:
        return None
    missing, day, _, shift = best
    worker = _hired(book, i, minutes[i], shift)
    trade = " and ".join(PERSON.get(trade, trade) for trade in sorted(worker.trades))
    plural = "s" if missing > 1 else ""
    text = f"{_number(missing)} cleared {trade}{plural} in {', '.join(worker.regions)} on day {day}"
    return missing, [NewWorker(worker, minutes)] * missing, text


def _hours(
    book: Book, i: int, window: TimeWindow, leg: int, ready: list[Option]
) -> Iterator[tuple[int, Shift]]:
    """Starts inside a window with the shift that a further worker would need for each."""
    opens, closes = _ordinary(book, window.day)
    low, high = book.bounds(i)
    first = max(low, window.day * DAY + window.earliest)
    last = min(high, window.day * DAY + window.latest)
    tried = {first, max(first, window.day * DAY + opens + leg)} | {one.low for one in ready}
    for start in sorted(at for at in tried if first <= at <= last):
        minute = start - window.day * DAY
        back = minute + book.problem.visits[i].service_minutes + leg
        yield start, Shift(window.day, min(opens, minute - leg), max(closes, back))


def _hired(book: Book, i: int, leg: int, shift: Shift) -> Worker:
    visit = book.problem.visits[i]
    have = {trade for worker in book.problem.workers for trade in worker.trades}
    choices = [frozenset(choice.split("+")) for choice in visit.trade.split("|")]
    like = next((w for w in book.problem.workers if w.trades >= choices[0]), None)
    like = like or next(iter(book.problem.workers), None)
    return Worker(
        trades=next((choice for choice in choices if choice <= have), choices[0]),
        regions=frozenset({visit.region}),
        reach_minutes=leg,
        cost_per_travel_minute=like.cost_per_travel_minute if like else 0,
        cost_per_shift_used=like.cost_per_shift_used if like else 0,
        shifts=(shift,),
    )


def _nearest_base(book: Book, i: int) -> int:
    """Row of the travel matrix from which a further worker sets out: the nearest base in use there, else the home."""
    problem = book.problem
    near = [
        (book.minutes(problem.base(k), i), problem.base(k))
        for k, worker in enumerate(problem.workers)
        if problem.visits[i].region in worker.regions
        and book.minutes(problem.base(k), i) <= worker.reach_minutes
    ]
    return min(near, default=(0, i))[1]


def _ordinary(book: Book, day: int) -> tuple[int, int]:
    """The hours that most shifts have, of that day if there are any."""
    shifts = [
        shift for worker in book.problem.workers for shift in worker.shifts if shift.opens < shift.closes
    ]
    today = [shift for shift in shifts if shift.day == day] or shifts
    hours = Counter((shift.opens, shift.closes) for shift in today)
    return min(hours, key=lambda one: (-hours[one], one), default=ORDINARY_DAY)


def _gaps(
    book: Book,
    i: int,
    slot: Slot,
    window: TimeWindow,
    low: int,
    high: int,
    later: int = 0,
    only: int | None = None,
) -> Iterator[tuple[int, int]]:
    for gap in book.gaps(i, slot, later=later):
        first = max(gap.low, low, window.day * DAY + window.earliest)
        last = min(gap.high, high, window.day * DAY + window.latest)
        if first <= last and only in (None, gap.at):
            yield first, last


def _cheapest(book: Book, i: int, options: list[Option]) -> Team | None:
    """The team that needs least at any first start of an option."""
    by_day: dict[int, list[Option]] = defaultdict(list)
    for option in options:
        by_day[option.low // DAY].append(option)
    teams: Iterable[Team | None]
    if book.crew(i) == 1:
        teams = (Team(option.price, option.low, (option,)) for option in options)
    else:
        teams = (
            _team(book, i, start, rows)
            for rows in by_day.values()
            for start in sorted({one.low for one in rows})
        )
    made = [team for team in teams if team is not None and team.amount > 0]
    return min(made, key=lambda team: team[:2], default=None)


def _team(book: Book, i: int, start: int, options: list[Option]) -> Team | None:
    pin = book.problem.visits[i].pinned
    order: Callable[[Option], tuple[bool, int]] = lambda one: (  # noqa: E731 -- a key with two parts reads best here
        pin is not None and one.slot[0] != pin.worker,
        one.at(start),
    )
    chosen: dict[int, Option] = {}
    for one in sorted((one for one in options if one.low <= start <= one.high), key=order):
        if len(chosen) < book.crew(i):
            chosen.setdefault(one.slot[0], one)
    if len(chosen) < book.crew(i):
        return None
    return Team(sum(one.at(start) for one in chosen.values()), start, tuple(chosen.values()))


def clock(minute: int) -> str:
    """A minute of the day as hours and minutes, 16:00."""
    return f"{minute // 60}:{minute % 60:02d}"


def _number(count: int) -> str:
    return "one" if count == 1 else str(count)
