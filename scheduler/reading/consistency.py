"""Contradictions between parts of a well-formed problem: cycles, and pins that cannot all be kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from scheduler.advice.eligibility import first_bar
from scheduler.problem import DAY, Pin, Precedence, Problem


def contradictions(problem: Problem, faulty: Collection[str] = ()) -> list[str]:
    """One sentence for each contradiction, by path; an empty list where the problem makes sense.

    `faulty` names rows whose own fields are wrong already (`visits[3]`): their pins are not judged.
    """
    pinned = [
        i
        for i, v in enumerate(problem.visits)
        if v.pinned is not None
        and v.pinned.worker < len(problem.workers)
        and not {f"visits[{i}]", f"workers[{v.pinned.worker}]"} & set(faulty)
    ]
    return [
        *cycles(len(problem.visits), problem.precedences),
        *_pins(problem, pinned),
        *_crossed_pins(problem, pinned),
    ]


def cycles(visits: int, precedences: Sequence[Precedence]) -> list[str]:
    """A sentence where visits wait for each other in a circle, naming those on or behind it."""
    after: dict[int, list[int]] = defaultdict(list)
    waiting = [0] * visits
    for pair in precedences:
        after[pair.before].append(pair.after)
        waiting[pair.after] += 1
    ready = [i for i, count in enumerate(waiting) if not count]
    done = 0
    while ready:
        done += 1
        for j in after[ready.pop()]:
            waiting[j] -= 1
            if not waiting[j]:
                ready.append(j)
    if done == visits:
        return []
    stuck = [i for i, count in enumerate(waiting) if count]
    return [f"precedence holds a cycle: visits {stuck} wait for each other"]


def _pins(problem: Problem, pinned: Sequence[int]) -> list[str]:
    faults = []
    for i in pinned:
        pin = problem.visits[i].pinned
        wrong = "" if pin is None else _why_not(problem, i, pin)
        if wrong:
            faults.append(f"visits[{i}].pinned {wrong}")
    return faults


def _why_not(problem: Problem, i: int, pin: Pin) -> str:
    worker, visit = problem.workers[pin.worker], problem.visits[i]
    day, minute = divmod(pin.start, DAY)
    bar = first_bar(problem, i, pin.worker)
    if bar is not None:
        return f"names worker {pin.worker}, who may not make this visit ({bar.value})"
    if pin.shift >= len(worker.shifts):
        return f"names shift {pin.shift}, but worker {pin.worker} has {len(worker.shifts)}"
    shift = worker.shifts[pin.shift]
    if shift.day != day:
        return f"starts on day {day}, but shift {pin.shift} of worker {pin.worker} is on day {shift.day}"
    if not any(w.day == day and w.earliest <= minute <= w.latest for w in problem.windows(i, "full")):
        return (
            f"starts at minute {minute} of day {day}, outside the windows of the visit, or before it is ready"
        )
    leg = int(problem.travel[problem.base(pin.worker), i])
    back = int(problem.travel[i, problem.base(pin.worker)])
    if (
        minute < shift.opens + leg
        or minute + visit.service_minutes + back > shift.closes + shift.overtime_minutes
    ):
        return f"does not fit into shift {pin.shift} of worker {pin.worker} with the way there and back"
    return ""


def _crossed_pins(problem: Problem, pinned: Sequence[int]) -> list[str]:
    pins = [(i, problem.visits[i].pinned) for i in pinned]
    held = [(pin.worker, pin.start, i) for i, pin in pins if pin is not None]
    faults = []
    for (worker, start, i), (other, begin, j) in zip(sorted(held), sorted(held)[1:], strict=False):
        free = start + problem.visits[i].service_minutes + int(problem.travel[i, j])
        if worker == other and begin < free:
            faults.append(
                f"visits[{i}].pinned and visits[{j}].pinned hold worker {worker} in two places: "
                f"free for the second at minute {free}, pinned at minute {begin}"
            )
    return faults
