"""Why a visit of a draft is where it is and what else there is, or why it has no place and what would help.

Differences of cost are told in coarse steps only: exact ones would be a home's travel times from several bases.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scheduler.advice.answers.reasons import answer, repairs_of
from scheduler.advice.options.alternatives import Alternative, Alternatives, alternatives
from scheduler.changes import Change, Cleared, LongerShift, NewWorker, WiderWindow
from scheduler.plan import Repair
from worksorders.steps.advice.standing import Draft
from worksorders.steps.advice.whom_to_ask import questions
from worksorders.steps.planning.seen import repair_key
from worksorders.steps.planning.when import wall

STEP_CENTS = 2000
MOST_SHOWN = 12
APPLICABLE = ("place", "moves")
ASKABLE = ("window", "overtime", "worker", "clearance")


@dataclass(frozen=True)
class Spot:
    """A place: workers with their firms, and the times."""

    workers: tuple[str, ...]
    start_at: datetime
    end_at: datetime
    late: bool


@dataclass(frozen=True)
class Other:
    """A place that the visit could have instead: how much dearer in coarse steps, and which visits start later then."""

    spot: Spot
    step: int
    later: tuple[str, ...]

    @property
    def dearer_cents(self) -> int:
        """The step's upper end in cents; negative where it would cost less."""
        return self.step * STEP_CENTS


@dataclass(frozen=True)
class Help:
    """One repair: its kind, the amount in the unit of its kind, and what it takes, as far as the kind has it."""

    kind: str
    amount: int
    spot: Spot | None = None
    people: tuple[str, ...] = ()
    trade: str = ""
    day: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    visits: tuple[str, ...] = ()
    search: bool = False
    key: str = ""

    @property
    def applicable(self) -> bool:
        """Whether a button can apply it: it asks nobody outside for anything."""
        return self.kind in APPLICABLE

    @property
    def askable(self) -> bool:
        """Whether a button can put the call to whoever decides on the list."""
        return self.kind in ASKABLE


@dataclass(frozen=True)
class Why:
    """All that the page says of one visit; `present` is None where it has no place."""

    code: str
    present: Spot | None
    others: tuple[Other, ...] = ()
    hidden: int = 0
    barred: dict[str, tuple[str, ...]] = field(default_factory=dict)
    answer: str = ""
    reason: str = ""
    rules: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    helps: tuple[Help, ...] = ()


def explain(draft: Draft, refused: Collection[uuid.UUID] = ()) -> Why:
    """The answer for the draft's visit; a further worker is nobody of `refused`."""
    if draft.visit in draft.book.start:
        return _placed(draft, alternatives(draft.book, draft.visit))
    one = answer(draft.book, draft.visit, proven=False)
    return Why(
        code=draft.frame.visits[draft.visit].code,
        present=None,
        answer=str(one.answer),
        reason=str(one.reason),
        rules=one.rules,
        blockers=draft.codes(one.blockers),
        helps=tuple(_help(draft, repair, refused) for repair in repairs_of(draft.book, one, moving=True)),
    )


def _placed(draft: Draft, found: Alternatives) -> Why:
    others = [_other(draft, one) for one in found.ranked if not one.present]
    barred: dict[str, list[str]] = defaultdict(list)
    for bar in found.barred:
        barred[bar.rule].append(_name(draft, bar.worker))
    return Why(
        code=draft.frame.visits[draft.visit].code,
        present=spot_of(draft, found.present.workers, found.present.start),
        others=tuple(others[:MOST_SHOWN]),
        hidden=max(0, len(others) - MOST_SHOWN),
        barred={rule: tuple(sorted(names)) for rule, names in barred.items()},
    )


def _other(draft: Draft, one: Alternative) -> Other:
    step = -(-one.difference // STEP_CENTS) if one.difference > 0 else -(one.difference // -STEP_CENTS)
    return Other(spot_of(draft, one.workers, one.start), step, draft.codes(one.later))


def spot_of(draft: Draft, workers: tuple[int, ...], start: int) -> Spot:
    """A place in words: who, from when to when; by positions and the absolute minute."""
    visit = draft.frame.visits[draft.visit]
    start_at = draft.frame.instant(start)
    end_at = start_at + timedelta(minutes=visit.minutes)
    names = tuple(_name(draft, k) for k in workers if k < len(draft.frame.people))
    return Spot(names, start_at, end_at, end_at > visit.due_at)


def _name(draft: Draft, worker: int) -> str:
    person = draft.frame.people[worker]
    return f"{person.first_name}, {person.firm_name}"


def _help(draft: Draft, repair: Repair, refused: Collection[uuid.UUID]) -> Help:
    own = [spot for spot in repair.places if spot.visit == draft.visit]
    moved = dict.fromkeys(spot.visit for spot in repair.places if spot.visit != draft.visit)
    facts = [_fact(draft, change) for change in repair.changes]
    wanted = questions(draft, repair, refused)
    further = {one.worker_id for one in wanted if one.kind == "worker"}
    return Help(
        kind=repair.kind,
        amount=repair.amount,
        spot=spot_of(draft, tuple(spot.worker for spot in own), own[0].start),
        people=tuple(dict.fromkeys(name for fact in facts for name in fact.people))
        or tuple(_name(draft, k) for k, one in enumerate(draft.frame.people) if one.worker_id in further),
        search=any(one.kind == "search" for one in wanted),
        trade=next((fact.trade for fact in facts), ""),
        day=next((fact.day for fact in facts), None),
        earliest=next((fact.earliest for fact in facts), None),
        latest=next((fact.latest for fact in facts), None),
        visits=draft.codes(moved),
        key=key_of(draft, repair),
    )


def key_of(draft: Draft, repair: Repair) -> str:
    """A repair by the places that it gives, so that a button applies what was shown or nothing."""
    people = draft.frame.people
    return repair_key(
        (draft.frame.visits[spot.visit].id, people[spot.worker].worker_id, spot.start)
        for spot in repair.places
        if spot.worker < len(people)
    )


@dataclass(frozen=True)
class _Fact:
    day: datetime
    people: tuple[str, ...] = ()
    trade: str = ""
    earliest: datetime | None = None
    latest: datetime | None = None


def _fact(draft: Draft, change: Change) -> _Fact:
    """What one change of a repair asks for, in the words of the app."""
    if isinstance(change, NewWorker):
        day = change.worker.shifts[0].day
        return _Fact(_day(draft, day), trade=" and ".join(sorted(change.worker.trades)))
    if isinstance(change, Cleared):
        return _Fact(_day(draft, change.day), people=(_name(draft, change.worker),))
    if isinstance(change, LongerShift):
        shift = draft.problem.workers[change.worker].shifts[change.shift]
        return _Fact(_day(draft, shift.day), people=(_name(draft, change.worker),))
    if isinstance(change, WiderWindow):
        minutes = draft.frame.visits[draft.visit].minutes
        on = _day(draft, change.day)
        return _Fact(
            on,
            earliest=on + timedelta(minutes=change.earliest),
            latest=on + timedelta(minutes=change.latest + minutes),
        )
    raise TypeError(f"no repair asks for {type(change).__name__}")


def _day(draft: Draft, day: int) -> datetime:
    return wall(draft.frame.starts_on + timedelta(days=day), 0)
