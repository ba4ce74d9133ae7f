"""Lines between their rows and the values that the rules work with."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.item import CatalogueItem, ConsentNeeded, Evidence, Kind
from catalogue.trade import parse_trade
from worksorders.domain.order.lines import LineInput, OrderLine
from worksorders.steps.admin import catalogue
from worksorders.steps.admin.catalogue import Catalogue
from worksorders.steps.ordering.rates import RatesInForce
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.catalogue import CatalogueVersion
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

WHOLE_HOME = ""
HOME_KIND = "home"


def new_row(
    item: CatalogueItem,
    line: LineInput,
    position: int,
    rates: RatesInForce,
    *,
    because: str = "",
) -> WorksLine:
    """A row with the item's own figures, so that a new catalogue changes nothing, and the highest rate in force.

    Without a rate in force it shows the catalogue's price and has no rate card; such an order cannot be issued.
    `minutes` are of one unit.
    """
    in_force = rates.of(item.code, str(item.trade))
    return WorksLine(
        id=uuid.uuid4(),
        position=position,
        opening_id=uuid.UUID(line.opening_id) if line.opening_id else None,
        item_code=item.code,
        measure=item.measure,
        offer_name=item.offer_name,
        kind=str(item.kind),
        quantity=line.quantity,
        unit=item.unit,
        rate=in_force[0].rate if in_force else item.price,
        rate_card_id=in_force[0].rate_card_id if in_force else None,
        minutes=item.minutes,
        trade=str(item.trade),
        crew=item.crew,
        lead_working_days=item.lead_working_days,
        consent_group=str(item.consent),
        evidence="|".join(item.evidence),
        interim=line.interim_for is not None,
        interim_for=line.interim_for,
        because=because,
    )


def as_domain(
    rows: Sequence[WorksLine],
    openings: Mapping[uuid.UUID, Opening],
    items: Mapping[str, CatalogueItem],
) -> tuple[OrderLine, ...]:
    """The rows that were not removed, as the rules see them; `after` comes from the order's own catalogue version."""
    return tuple(_order_line(row, openings, items) for row in rows if row.removed_at is None)


def _order_line(
    row: WorksLine, openings: Mapping[uuid.UUID, Opening], items: Mapping[str, CatalogueItem]
) -> OrderLine:
    item = items.get(row.item_code)
    return OrderLine(
        id=str(row.id),
        opening_id=str(row.opening_id) if row.opening_id else WHOLE_HOME,
        opening_kind=openings[row.opening_id].kind if row.opening_id else HOME_KIND,
        item_code=row.item_code,
        kind=Kind(row.kind),
        unit=row.unit,
        quantity=row.quantity,
        trade=parse_trade(row.trade),
        crew=row.crew,
        minutes=row.minutes,
        lead_working_days=row.lead_working_days,
        after=item.after if item else (),
        replaces_barrier=item is not None and item.interim_item is not None,
        consent=ConsentNeeded(row.consent_group),
        evidence=tuple(Evidence(part) for part in row.evidence.split("|") if part),
        interim_for=row.interim_for,
    )


def catalogue_of(session: Session, order: WorksOrder) -> Catalogue:
    """The version with which the order was raised, so that its rules stay the same until it is issued."""
    number = session.scalar(
        select(CatalogueVersion.number).where(CatalogueVersion.id == order.catalogue_version_id)
    )
    return catalogue.current(session) if number is None else catalogue.version(session, number)
