"""Advice as plain JSON data: the same facts as the lines that people read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from scheduler.advice.moving.replan import Replanned
from scheduler.advice.options.alternatives import Alternatives
from scheduler.advice.options.contractor import ContractorView
from scheduler.advice.options.slots import Slot
from scheduler.plan import Score


def alternatives_data(found: Alternatives) -> dict[str, Any]:
    """The ranked alternatives of a visit and the rule in the way of everybody else."""
    return {
        "visit": found.visit,
        "present": found.present._asdict(),
        "alternatives": [one._asdict() for one in found.ranked if not one.present],
        "not_possible": [one._asdict() for one in found.barred],
    }


def contractor_data(view: ContractorView | None) -> dict[str, Any]:
    """A contractor's view; an empty object where there is nothing for that contractor to see."""
    return {} if view is None else asdict(view)


def slot_data(one: Slot) -> dict[str, Any]:
    """One slot."""
    later = [stop._asdict() for stop in one.later]
    return {**one._asdict(), "day": one.day, "risk": one.risk._asdict(), "later": later}


def replanned_data(made: Replanned, before: Score, after: Score) -> dict[str, Any]:
    """What a new plan changes, term by term."""
    terms = {name: (getattr(before, name), getattr(after, name)) for name in before.__dataclass_fields__}
    return {
        "objective": {"before": before.objective, "after": after.objective},
        "terms": {name: {"before": a, "after": b} for name, (a, b) in terms.items() if a != b},
        "moves": [asdict(move) for move in made.moves],
        "added": list(made.added),
        "avoided": [
            {
                "visit": one.visit,
                "workers": one.place.workers,
                "start": one.place.start,
                "saving": one.saving,
            }
            for one in made.avoided
        ],
        "within_limit": made.within_limit,
        "stopped": made.stopped,
    }
