"""The next rates of an agreement as a draft: written on a page or brought as CSV, compared, and handed in as a version."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from catalogue import compare, rates
from catalogue.faults import FileFaultsError
from catalogue.item import CatalogueItem
from catalogue.table import decimal_number
from worksorders.domain.errors import Faults
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.admin import agreements, catalogue
from worksorders.steps.admin.files import BrokenFilesError
from worksorders.steps.pricing.open_draft import open_draft
from worksorders.store.tables.exchange import RateCardDraft
from worksorders.store.tables.firms.contractors import RateCard

LEAST_PERCENT, MOST_PERCENT = Decimal(-50), Decimal(100)
CENT = Decimal("0.01")
ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class RateDraftView:
    """A draft with its rates, and what differs from the newest card (nothing where there is none)."""

    draft: RateCardDraft
    card: rates.RateCard
    items: Mapping[str, CatalogueItem]
    newest: RateCard | None
    differences: tuple[compare.Difference, ...]


def begin(session: Session, actor: Actor, agreement_id: uuid.UUID, now: datetime) -> RateCardDraft:
    """Begin with the newest card's rates, or the catalogue's prices; an open draft of the agreement is gone on with."""
    agreement = agreements.find_agreement(session, agreement_id)
    found = session.scalar(_open_of(agreement_id))
    if found is not None:
        return found
    items = catalogue.current(session).items
    newest = _newest(session, agreement_id)
    lines = {
        code: line
        for code, line in (newest.lines if newest else {}).items()
        if code in items and items[code].unit == line.unit
    }
    start = rates.card_from_catalogue(items, agreement=agreement.code, version=1, valid_from=ANY_DAY)
    row = RateCardDraft(
        id=uuid.uuid4(),
        agreement_id=agreement_id,
        lines_csv=_as_csv(lines or start.lines),
        state="open",
        created_at=now,
        created_by=actor.user_id,
        changed_at=now,
        changed_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    _note(session, actor, "rate_card_draft.begun", row)
    return row


def find(session: Session, draft_id: uuid.UUID) -> RateDraftView:
    """A draft with its differences; raises NotFoundError."""
    row = session.get(RateCardDraft, draft_id)
    if row is None:
        raise NotFoundError("There is no such draft.")
    items = catalogue.current(session).items
    card = _read(row.lines_csv, items)
    newest = agreements.cards_of(session, row.agreement_id)
    before = _newest(session, row.agreement_id)
    differences = compare.rate_differences(before, card) if before else ()
    return RateDraftView(row, card, items, newest[-1] if newest else None, differences)


def write_rates(
    session: Session, actor: Actor, draft_id: uuid.UUID, given: Mapping[str, str], now: datetime
) -> RateCardDraft:
    """Replace the rates: item code to dollars before GST, nothing for an item without a rate.

    Raises FaultsError at `rate_<code>` for every text that is no rate, and at the form where none is left.
    """
    row, items, faults = (
        open_draft(session, RateCardDraft, draft_id),
        catalogue.current(session).items,
        Faults(),
    )
    lines: dict[str, rates.RateLine] = {}
    for code, item in items.items():
        text = given.get(code, "").strip().removeprefix("$").replace(",", "")
        if not text:
            continue
        try:
            lines[code] = rates.RateLine(code, item.unit, decimal_number(text))
        except ValueError as error:
            faults.add(f"rate_{code}", f"{code}: {error}.")
    faults.require(lines or faults, "", "Give at least one rate.")
    faults.raise_if_any()
    return _write(session, actor, row, lines, now, "written")


def change_by(
    session: Session, actor: Actor, draft_id: uuid.UUID, percent: Decimal, now: datetime
) -> RateCardDraft:
    """Raise or lower every rate by so many percent, each rounded to the cent, halves up."""
    row = open_draft(session, RateCardDraft, draft_id)
    faults = Faults()
    faults.require(
        LEAST_PERCENT <= percent <= MOST_PERCENT and percent,
        "percent",
        f"{percent} percent: give a number from {LEAST_PERCENT} to {MOST_PERCENT}, not 0.",
    )
    faults.raise_if_any()
    card = _read(row.lines_csv, catalogue.current(session).items)
    factor = 1 + percent / 100
    lines = {
        code: rates.RateLine(code, line.unit, (line.rate * factor).quantize(CENT, ROUND_HALF_UP))
        for code, line in card.lines.items()
    }
    return _write(session, actor, row, lines, now, "changed by percent")


def bring(session: Session, actor: Actor, draft_id: uuid.UUID, data: bytes, now: datetime) -> RateCardDraft:
    """Replace the rates by those of a CSV; raises BrokenFilesError with every fault of it."""
    row = open_draft(session, RateCardDraft, draft_id)
    try:
        card = _read(data, catalogue.current(session).items)
    except FileFaultsError as error:
        raise BrokenFilesError(agreements.RATE_FILE, error.faults) from None
    return _write(session, actor, row, card.lines, now, "brought")


def hand_in(
    session: Session,
    actor: Actor,
    draft_id: uuid.UUID,
    *,
    valid_from: date,
    valid_to: date | None,
    now: datetime,
) -> RateCard:
    """Make the draft the agreement's next version; the rules are those of `agreements.add_rate_card`."""
    row = open_draft(session, RateCardDraft, draft_id)
    card = agreements.add_rate_card(
        session, actor, row.agreement_id, row.lines_csv, valid_from=valid_from, valid_to=valid_to, now=now
    )
    row.state, row.card_id, row.valid_from = "handed_in", card.id, valid_from
    _note(session, actor, "rate_card_draft.handed_in", row)
    return card


def discard(session: Session, actor: Actor, draft_id: uuid.UUID) -> RateCardDraft:
    """Give a draft up."""
    row = open_draft(session, RateCardDraft, draft_id)
    row.state = "discarded"
    _note(session, actor, "rate_card_draft.discarded", row)
    return row


def _open_of(agreement_id: uuid.UUID) -> Select[RateCardDraft]:
    return select(RateCardDraft).where(
        RateCardDraft.agreement_id == agreement_id, RateCardDraft.state == "open"
    )


def _newest(session: Session, agreement_id: uuid.UUID) -> rates.RateCard | None:
    cards = agreements.cards_of(session, agreement_id)
    if not cards:
        return None
    card = agreements.find_card(session, cards[-1].id)
    first, last = agreements.first_and_last(card)
    lines = {one.item_code: rates.RateLine(one.item_code, one.unit, one.rate) for one in card.lines}
    return rates.RateCard(card.agreement.code, card.version, first, last, lines)


def _read(data: bytes | str, items: Mapping[str, CatalogueItem]) -> rates.RateCard:
    return rates.load_rate_card(data, items, agreement="draft", version=1, valid_from=ANY_DAY)


def _as_csv(lines: Mapping[str, rates.RateLine]) -> str:
    return compare.rate_card_csv(rates.RateCard("draft", 1, ANY_DAY, None, lines))


def _write(
    session: Session,
    actor: Actor,
    row: RateCardDraft,
    lines: Mapping[str, rates.RateLine],
    now: datetime,
    how: str,
) -> RateCardDraft:
    row.lines_csv = _as_csv(lines)
    row.changed_at, row.changed_by = now, actor.user_id
    session.flush()
    detail = {"how": how, "rates": len(lines)}
    audit.record(session, actor, "rate_card_draft.changed", ("rate_card_draft", row.id), detail=detail)
    return row


def _note(session: Session, actor: Actor, action: str, row: RateCardDraft) -> None:
    detail = {"agreement": str(row.agreement_id)}
    audit.record(session, actor, action, ("rate_card_draft", row.id), detail=detail)
