"""Applies a repair of a draft that asks nobody outside: the visit gets its place, others move as it says."""

from __future__ import annotations

from scheduler.advice.answers.reasons import answer, repairs_of
from scheduler.advice.answers.repair import applied
from scheduler.plan import Repair
from worksorders.domain.errors import RefusedError
from worksorders.steps.advice.keep import keep_places
from worksorders.steps.advice.standing import Draft, Enquiry, breaks_a_rule, load_draft
from worksorders.steps.advice.why import APPLICABLE, key_of

PURPOSE = "repair a plan"
GONE = "The plan has changed since: ask again what would help."


def apply_repair(enquiry: Enquiry, kind: str, key: str | None = None) -> tuple[str, ...]:
    """Give the visit the place that the repair of this kind found; returns the codes of all visits that were placed.

    `key` is the repair as it was shown (`key_of`). Raises RefusedError where the draft no longer has it, or where its result would break a rule.
    """
    draft = load_draft(enquiry, PURPOSE, lock=True)
    repair = _found(draft, kind)
    if key is not None and key != key_of(draft, repair):
        raise RefusedError(GONE, state=draft.plan.state, action="repair")
    _, routes = applied(draft.problem, draft.book.routes(), repair)
    if breaks_a_rule(draft, routes):
        raise RefusedError(GONE, state=draft.plan.state, action="repair")
    places = [(spot.visit, spot.worker, spot.start) for spot in repair.places]
    return keep_places(enquiry.session, enquiry.actor, draft, places, {"repair": repair.kind})


def _found(draft: Draft, kind: str) -> Repair:
    if kind in APPLICABLE and draft.visit not in draft.book.start:
        one = answer(draft.book, draft.visit, proven=False)
        for repair in repairs_of(draft.book, one, moving=True):
            if repair.kind == kind:
                return repair
    raise RefusedError(GONE, state=draft.plan.state, action="repair")
