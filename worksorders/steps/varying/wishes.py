"""What is wished for on site, judged against the line or the catalogue, and priced at the rates of the day of issue."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, Faults, FaultsError, RefusedError
from worksorders.domain.order.variation import (
    Change,
    VariationRequest,
    VariedLine,
    apply,
    check_request,
    difference_cents,
    extra_minutes,
)
from worksorders.steps.actor import NotFoundError
from worksorders.steps.site.checklist import checklist_lines
from worksorders.steps.site.openings import is_any_insecure
from worksorders.steps.varying.adding import addable_items, openings_of
from worksorders.steps.varying.figures import varied_line
from worksorders.store.tables.work.orders import Visit
from worksorders.store.tables.work.variations import Variation

LONGEST_REASON = 500


@dataclass(frozen=True)
class Wish:
    """What is entered: another quantity of a line (0: not needed) as it was seen, or a new item at an opening.

    `key` is the form's id, under which each photo is stored once.
    """

    quantity: Decimal
    reason: str
    key: uuid.UUID
    line_id: uuid.UUID | None = None
    seen_revision: int = 0
    item_code: str = ""
    opening_id: uuid.UUID | None = None
    photos: Sequence[bytes] = ()
    urgent: bool = False


def may_be_urgent(session: Session, visit: Visit) -> bool:
    """Whether the quick path is open: an opening of the visit is insecure, or the order is a P1."""
    return visit.order.urgency == "P1" or is_any_insecure(session, visit.id)


def of_line(session: Session, visit: Visit, wish: Wish) -> Variation:
    """A variation of a line, not asked yet; FaultsError, also where somebody else changed the line meanwhile."""
    line = checklist_lines(visit).get(wish.line_id) if wish.line_id else None
    if line is None:
        raise NotFoundError("There is no such line on this visit.")
    seen = varied_line(session, line)
    change = Change.REMOVE if wish.quantity == 0 else Change.CHANGE
    request = VariationRequest(
        change, seen.line_id, wish.seen_revision, wish.quantity, wish.reason, len(wish.photos), wish.urgent
    )
    _check(session, visit, wish, request, seen)
    try:
        apply(seen, request)
    except RefusedError as error:
        raise FaultsError([Fault("quantity", str(error))]) from None
    return _variation(
        visit,
        wish,
        change=change,
        line_id=line.id,
        opening_id=line.opening_id,
        item_code=line.item_code,
        offer_name=line.offer_name,
        unit=line.unit,
        seen_revision=line.revision,
        before_quantity=line.quantity,
        rate=line.rate,
        rate_card_id=line.rate_card_id,
        difference_cents=difference_cents(seen, line.rate, wish.quantity),
        extra_minutes=extra_minutes(line.minutes, line.quantity, wish.quantity),
    )


def of_new(session: Session, visit: Visit, wish: Wish, firm_id: uuid.UUID) -> Variation:
    """A variation that adds an item, not asked yet; FaultsError with every fault."""
    found = addable_items(session, visit, firm_id).get(wish.item_code)
    openings = {opening.id for opening in openings_of(session, visit.order_id)}
    faults = Faults()
    faults.require(
        found is not None,
        "item_code",
        "Choose an item of the list: it holds what you can do now and what your firm has a rate for.",
    )
    faults.require(
        wish.opening_id is None or wish.opening_id in openings,
        "opening_id",
        "Choose one of the openings shown.",
    )
    request = VariationRequest(Change.ADD, "", 0, wish.quantity, wish.reason, len(wish.photos), wish.urgent)
    _check(session, visit, wish, request, None, faults)
    assert found is not None
    item = found.item
    return _variation(
        visit,
        wish,
        change=Change.ADD,
        opening_id=wish.opening_id,
        item_code=item.code,
        offer_name=item.offer_name,
        unit=item.unit,
        seen_revision=0,
        before_quantity=Decimal(0),
        rate=found.rate,
        rate_card_id=found.own.rate_card_id,
        difference_cents=difference_cents(None, found.rate, wish.quantity),
        extra_minutes=extra_minutes(item.minutes, Decimal(0), wish.quantity),
    )


def _check(
    session: Session,
    visit: Visit,
    wish: Wish,
    request: VariationRequest,
    line: VariedLine | None,
    faults: Faults | None = None,
) -> None:
    """Every fault at once: those found before, the rule's, and the ones of this form."""
    found = faults or Faults()
    try:
        check_request(request, line)
    except FaultsError as error:
        for fault in error.faults:
            found.add(fault.field, fault.message)
    found.require(
        len(wish.reason) <= LONGEST_REASON,
        "reason",
        f"This has {len(wish.reason)} characters: {LONGEST_REASON} at the most.",
    )
    found.require(
        not wish.urgent or may_be_urgent(session, visit),
        "urgent",
        "This is only for a P1, or while an opening is insecure: leave it out.",
    )
    found.raise_if_any()


def _variation(visit: Visit, wish: Wish, **values: Any) -> Variation:
    return Variation(
        id=uuid.uuid4(),
        order_id=visit.order_id,
        visit_id=visit.id,
        quantity=wish.quantity,
        reason=wish.reason.strip(),
        urgent=wish.urgent,
        state="asked",
        **values,
    )
