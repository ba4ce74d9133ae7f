"""Minimal sets of rules for visits tied to others, against trying every start of all of them; and what firms may see."""

import itertools
import random
from dataclasses import replace

from scheduler.advice.answers.rules import EVERY, conflicts
from scheduler.advice.options.alternatives import alternatives
from scheduler.advice.options.contractor import for_contractor
from scheduler.advice.timetable.book import Book
from scheduler.instance import parse_instance
from scheduler.problem import DAY, TimeWindow, qualifies
from tests.scheduler.advice.plans import planned, short_windows
from tests.scheduler.tiny import rich_data, tiny_data

MOST_LINKED = 3


def linked(seeds):
    """(problem, visit) for visits that others must be planned with, whose chain is short enough to try it all."""
    for seed, make in itertools.product(seeds, (tiny_data, rich_data)):
        problem = short_windows(parse_instance(make(seed)), 10 + 5 * (seed % 4))
        rng = random.Random(seed)
        visits = tuple(
            replace(
                v,
                ready_day=rng.choice([0, 0, 1]),
                uncleared={
                    k: frozenset({rng.randrange(2)})
                    for k in range(len(problem.workers))
                    if rng.random() < 0.2
                },
            )
            for v in problem.visits
        )
        problem = replace(problem, visits=visits)
        for i in range(len(visits)):
            if 1 < len(chain(problem, i, set())) <= MOST_LINKED:
                yield problem, i


def chain(problem, i, dropped):
    """Visit i with those that must have a place with it, and theirs."""
    members = [i]
    for j in members:
        own = dropped if j == i else set()
        needs = [p.before for p in problem.precedences if p.after == j and "predecessor" not in own]
        groups = [g for g in problem.same_day if j in g and not (i in g and "same_day" in dropped)]
        needs += [one for group in groups for one in group]
        members += [one for one in dict.fromkeys(needs) if one not in members]
    return members


def starts(problem, i, dropped):
    """Every absolute minute at which enough workers could make visit i with empty routes, a rule at a time."""
    visit, found = problem.visits[i], []
    windows = (
        [TimeWindow(d, 0, DAY - 1) for d in range(problem.days)]
        if "window" in dropped
        else visit.windows_late
    )
    crew = 1 if "crew" in dropped else visit.crew
    for day, first, last in sorted(set(windows)):
        if day < visit.ready_day and "ready" not in dropped:
            continue
        able = [k for k in range(len(problem.workers)) if may(problem, i, k, day, dropped)]
        for minute in range(first, last + 1):
            there = [k for k in able if "shift" in dropped or works(problem, i, k, day, minute)]
            if visit.pinned and "pinned" not in dropped:
                there = (
                    there
                    if (visit.pinned.worker in there and visit.pinned.start == day * DAY + minute)
                    else []
                )
            if len(there) >= crew:
                found.append(day * DAY + minute)
    return sorted(set(found))


def may(problem, i, k, day, dropped):
    visit, worker = problem.visits[i], problem.workers[k]
    return (
        ("trade" in dropped or qualifies(visit.trade, worker.trades))
        and ("region" in dropped or visit.region in worker.regions)
        and ("reach" in dropped or problem.travel[problem.base(k), i] <= worker.reach_minutes)
        and ("exclusion" in dropped or k not in visit.excluded_workers)
        and ("vetting" in dropped or day not in visit.uncleared.get(k, ()))
    )


def works(problem, i, k, day, minute):
    out, back = problem.travel[problem.base(k), i], problem.travel[i, problem.base(k)]
    ends = minute + problem.visits[i].service_minutes + back
    shifts = [s for s in problem.workers[k].shifts if s.day == day]
    return any(s.opens + out <= minute and ends <= s.closes + s.overtime_minutes for s in shifts)


def possible_by_trying(problem, i, dropped):
    """Whether any starts of the whole chain keep all its gaps and days."""
    members = chain(problem, i, dropped)
    free = [starts(problem, j, dropped if j == i else set()) for j in members]
    if not all(free):
        return False
    if len(members) == 1:
        return True
    thin = [row if len(row) < 200 else sorted({*row[::5], row[0], row[-1]}) for row in free]
    return any(
        fits(problem, i, dict(zip(members, row, strict=True)), dropped) for row in itertools.product(*thin)
    )


def fits(problem, i, start, dropped):
    for group in problem.same_day:
        bound = (i not in group or "same_day" not in dropped) and set(group) <= start.keys()
        if bound and len({start[j] // DAY for j in group}) > 1:
            return False
    for pair in problem.precedences:
        own = dropped if pair.after == i else set()
        if pair.before not in start or pair.after not in start or "predecessor" in own:
            continue
        wait = start[pair.after] - start[pair.before] - problem.visits[pair.before].service_minutes
        if "least_gap" not in own and wait < pair.least_gap:
            return False
        if "greatest_gap" not in own and pair.greatest_gap is not None and wait > pair.greatest_gap:
            return False
    return True


def test_sets_of_linked_visits_are_impossible_and_any_rule_less_makes_them_possible():
    sets, seen = 0, set()
    for problem, i in linked(range(25)):
        found = conflicts(problem, i, "full")
        if not found:
            assert possible_by_trying(problem, i, set()), (problem.name, i)
        for rules in found[:2]:
            rest = {str(rule) for rule in EVERY - set(rules)}
            assert not possible_by_trying(problem, i, rest), (problem.name, i, rules)
            for rule in rules:
                assert possible_by_trying(problem, i, rest | {str(rule)}), (problem.name, i, rules, rule)
            sets, seen = sets + 1, seen | set(rules)
    assert sets > 20
    assert len(seen) >= 8, seen


def secrets(rng, problem, i, present, start):
    """The visit with another conflict, other checks or other safe hours, under which it may stay where it is."""
    visit, day = problem.visits[i], start // DAY
    others = [k for k in range(len(problem.workers)) if k not in present]
    yield replace(visit, excluded_workers=frozenset(k for k in others if rng.random() < 0.6))
    yield replace(visit, uncleared={k: frozenset(range(problem.days)) for k in others if rng.random() < 0.6})
    yield replace(visit, windows=(only := (TimeWindow(day, start % DAY, start % DAY),)), windows_late=only)
    yield replace(visit, urgency=0, unassigned_penalty=10**6, exposed_since_day=0, exposed_cost_per_day=900)


def test_a_firm_sees_the_same_of_every_random_plan_whatever_conflict_check_or_safe_hours_there_are():
    compared = 0
    for seed in range(100):
        problem, variant, routes = planned(seed)
        book, rng = Book(problem, routes, variant), random.Random(seed)
        for i, start in book.start.items():
            present = {k for k, _ in book.slots[i]}
            own = [k for k in range(len(problem.workers)) if rng.random() < 0.5]
            view = for_contractor(alternatives(book, i), own)
            for secret in secrets(rng, problem, i, present, start):
                visits = (*problem.visits[:i], secret, *problem.visits[i + 1 :])
                other = Book(replace(problem, visits=visits), routes, variant)
                assert for_contractor(alternatives(other, i), own) == view, (problem.name, i)
                compared += 1
    assert compared > 300
