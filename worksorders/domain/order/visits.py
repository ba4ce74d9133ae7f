"""Splits a works order into visits: who goes, for how long, not before when, not after when, after which other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from catalogue.item import Kind
from catalogue.trade import TradeExpression
from worksorders.domain.order.deadlines import (
    DEFAULT_RULES,
    DeadlineRules,
    Place,
    Urgency,
    end_of_day,
    make_safe_due,
    permanent_due,
)
from worksorders.domain.order.grouping import Grouping, Key, edges_between, in_order
from worksorders.domain.order.lines import OrderLine
from worksorders.domain.order.sequence import Before, dependencies, earliest_offsets, needs_client
from worksorders.domain.workdays import add_working_days

SECURE_CHECK_CODE = "SV06"
SECURE_CHECK_MINUTES = 15
DAY_MINUTES = 480


@dataclass(frozen=True, slots=True)
class After:
    """The visit to wait for until it is done, how many working days more, and why."""

    visit: str
    gap_working_days: int
    why: str


@dataclass(frozen=True, slots=True)
class VisitDraft:
    """One attendance to be planned.

    `key` is unique in the split (V1, V2 …, in an order that obeys `after`); `minutes` include the secure check
    at the visit's end; `ready_on` is the earliest local date; `due_at` is aware UTC; `same_day_with` names the
    visits that must be on the same day, because between them the opening stands open.
    """

    key: str
    line_ids: tuple[str, ...]
    charge_line_ids: tuple[str, ...]
    opening_ids: tuple[str, ...]
    trade: TradeExpression
    crew: int
    minutes: int
    urgency: Urgency
    make_safe: bool
    ready_on: date
    due_at: datetime
    after: tuple[After, ...]
    same_day_with: tuple[str, ...]
    opens_barrier: bool
    client_present: bool


@dataclass(frozen=True, slots=True)
class Raising:
    """What the deadlines hang on: the order's class, when it was raised (aware UTC), where, and the settings."""

    urgency: Urgency
    raised_at: datetime
    place: Place
    rules: DeadlineRules = DEFAULT_RULES


def split_into_visits(
    lines: Sequence[OrderLine],
    insecure_openings: Iterable[str],
    raising: Raising,
    day_minutes: int = DAY_MINUTES,
) -> tuple[VisitDraft, ...]:
    """The visits of an order; each line of work or check is in exactly one, and a call-out with its visit.

    `insecure_openings` are the ids of openings insecure tonight: interim measures there, and work there that
    waits for nothing, are visits of their own with the make-safe deadline. A line whose lead time passes the
    order's class takes the deadline of the most urgent class that leaves it time (made to order).
    """
    visiting = [line for line in lines if line.takes_a_visit]
    insecure = frozenset(insecure_openings)
    make_safe = _make_safe_lines(visiting, insecure)
    order = dependencies(visiting, make_safe)
    offsets = earliest_offsets(visiting, order)
    trades = _chosen_trades(visiting, make_safe)
    keys = {
        line.id: Key(
            str(trades[line.id]),
            _class_for(offsets[line.id], raising, line.id in make_safe),
            line.id in make_safe,
        )
        for line in visiting
    }
    by_id = {line.id: line for line in visiting}
    grouping = Grouping(by_id, order, keys, offsets, day_minutes, SECURE_CHECK_MINUTES)
    for line_id in _placing_order(visiting, order, make_safe):
        grouping.place(line_id)
    return _drafts(grouping, offsets, trades, lines, raising)


def _make_safe_lines(lines: Sequence[OrderLine], insecure: frozenset[str]) -> frozenset[str]:
    """The lines that make an insecure opening safe: interim measures, and work that waits for nothing."""
    waiting = {pair.then for pair in dependencies(lines) if pair.why != "rekey first"}
    return frozenset(
        line.id
        for line in lines
        if line.opening_id in insecure
        and line.kind is Kind.WORK
        and (line.interim_for is not None or (not line.lead_working_days and line.id not in waiting))
    )


def _class_for(offset: int, raising: Raising, makes_safe: bool) -> Urgency:
    """The order's class, or the most urgent one after it whose time is not shorter than the wait."""
    if makes_safe:
        return raising.urgency
    classes = list(Urgency)
    for urgency in classes[classes.index(raising.urgency) :]:
        if offset <= raising.rules.classes[urgency].permanent_working_days:
            return urgency
    return classes[-1]


def _chosen_trades(lines: Sequence[OrderLine], make_safe: frozenset[str]) -> Mapping[str, TradeExpression]:
    """For `a|b` the trade that most of the minutes need anyway; open where they need neither.

    What makes safe tonight looks only at what else makes safe tonight, so that one person may do it all.
    """
    chosen: dict[str, TradeExpression] = {}
    for tonight in (True, False):
        together = [line for line in lines if (line.id in make_safe) is tonight]
        minutes: dict[str, int] = {}
        for line in together:
            if len(line.trade.alternatives) == 1:
                for trade in line.trade.trades:
                    minutes[trade] = minutes.get(trade, 0) + line.total_minutes
        wanted = sorted(minutes, key=lambda trade: (-minutes[trade], trade))
        chosen.update({line.id: line.trade.choose(wanted) for line in together})
    return chosen


def _placing_order(
    lines: Sequence[OrderLine], order: Sequence[Before], make_safe: frozenset[str]
) -> list[str]:
    """Make-safe lines first, then each line after those it waits for, and lines for anybody at the end."""
    sorted_lines = sorted(lines, key=lambda line: (line.trade.is_any, line.id not in make_safe))
    ids = [line.id for line in sorted_lines]
    ordered = in_order(ids, {(pair.first, pair.then) for pair in order})
    anybody = {line.id for line in lines if line.trade.is_any}
    return [i for i in ordered if i not in anybody] + [i for i in ordered if i in anybody]


def _drafts(
    grouping: Grouping,
    offsets: Mapping[str, int],
    trades: Mapping[str, TradeExpression],
    lines: Sequence[OrderLine],
    raising: Raising,
) -> tuple[VisitDraft, ...]:
    edges = edges_between(grouping.order, grouping.group_of)
    names = in_order([f"#{index}" for index in range(len(grouping.groups))], edges)
    key_of = {int(name[1:]): f"V{position}" for position, name in enumerate(names, start=1)}
    charges = [line for line in lines if line.kind is Kind.CHARGE and line.unit == "visit"]
    drafts: list[VisitDraft] = []
    for index, key in key_of.items():
        members = [grouping.lines[line_id] for line_id in grouping.groups[index]]
        draft = _draft(key, members, grouping.keys[members[0].id], trades, raising)
        after = _after(index, grouping, key_of)
        days = max(offsets[line.id] for line in members)
        draft = _with_times(replace(draft, after=after), days, drafts, raising)
        drafts.append(_with_charge(draft, charges))
    return tuple(_with_same_day(draft, grouping, key_of) for draft in drafts)


def _draft(
    key: str,
    members: Sequence[OrderLine],
    group: Key,
    trades: Mapping[str, TradeExpression],
    raising: Raising,
) -> VisitDraft:
    trade = next((trades[line.id] for line in members if not line.trade.is_any), trades[members[0].id])
    counted = any(line.item_code == SECURE_CHECK_CODE for line in members)
    minutes = sum(line.total_minutes for line in members)
    return VisitDraft(
        key=key,
        line_ids=tuple(line.id for line in members),
        charge_line_ids=(),
        opening_ids=tuple(dict.fromkeys(line.opening_id for line in members)),
        trade=trade,
        crew=max(line.crew for line in members),
        minutes=minutes if counted else minutes + SECURE_CHECK_MINUTES,
        urgency=Urgency(group.urgency),
        make_safe=group.make_safe,
        ready_on=raising.place.local_date(raising.raised_at),
        due_at=raising.raised_at,
        after=(),
        same_day_with=(),
        opens_barrier=any(line.replaces_barrier for line in members),
        client_present=any(needs_client(line) for line in members),
    )


def _after(index: int, grouping: Grouping, key_of: Mapping[int, str]) -> tuple[After, ...]:
    """The visits waited for, the longest gap of each; one that another of them waits for anyway is left out."""
    found: dict[str, After] = {}
    for pair in grouping.order:
        first, then = grouping.group_of[pair.first], grouping.group_of[pair.then]
        if then != index or first == index:
            continue
        known = found.get(key_of[first])
        if known is None or known.gap_working_days < pair.gap_working_days:
            found[key_of[first]] = After(key_of[first], pair.gap_working_days, pair.why)
    edges = {
        (key_of[int(first[1:])], key_of[int(then[1:])])
        for first, then in edges_between(grouping.order, grouping.group_of)
    }
    implied = {first for first, then in _closure(edges) if then in found}
    return tuple(
        after for key, after in sorted(found.items()) if after.gap_working_days or key not in implied
    )


def _closure(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every pair that the edges connect, directly or through others."""
    reached = set(edges)
    while True:
        further = {(a, d) for a, b in reached for c, d in edges if b == c} - reached
        if not further:
            return reached
        reached |= further


def _with_times(draft: VisitDraft, days: int, earlier: Sequence[VisitDraft], raising: Raising) -> VisitDraft:
    """The draft with its ready date, behind those it waits for, and its deadline, never before the ready date."""
    raised_on = raising.place.local_date(raising.raised_at)
    ready_on = _later(raised_on, days, raising)
    by_key = {visit.key: visit for visit in earlier}
    for after in draft.after:
        ready_on = max(ready_on, _later(by_key[after.visit].ready_on, after.gap_working_days, raising))
    return replace(draft, ready_on=ready_on, due_at=_due(draft, ready_on, raising))


def _later(on: date, days: int, raising: Raising) -> date:
    """So many working days later; with none the day itself, be it a Sunday: locksmiths come on Sundays."""
    return add_working_days(on, days, raising.rules.calendar) if days else on


def _due(draft: VisitDraft, ready_on: date, raising: Raising) -> datetime:
    if draft.make_safe:
        due = make_safe_due(raising.urgency, raising.raised_at, raising.place, raising.rules)
        if due is None:
            due = make_safe_due(Urgency.P4, raising.raised_at, raising.place, raising.rules)
        if due is not None:
            return due
    due = permanent_due(draft.urgency, raising.raised_at, raising.place, raising.rules)
    return max(due, end_of_day(ready_on, raising.place))


def _with_charge(draft: VisitDraft, charges: list[OrderLine]) -> VisitDraft:
    """Give the visit the first call-out line of its trade that no visit has yet."""
    for line in charges:
        if line.trade == draft.trade:
            charges.remove(line)
            return replace(draft, charge_line_ids=(line.id,))
    return draft


def _with_same_day(draft: VisitDraft, grouping: Grouping, key_of: Mapping[int, str]) -> VisitDraft:
    others: set[str] = set()
    for pair in grouping.order:
        ends = {key_of[grouping.group_of[pair.first]], key_of[grouping.group_of[pair.then]]}
        if pair.same_day and draft.key in ends:
            others |= ends - {draft.key}
    return replace(draft, same_day_with=tuple(sorted(others)))
