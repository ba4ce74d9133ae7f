"""In which regions the service is there on a day: the region's own first day, or a setting on top of it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from worksorders.domain.order.assessment import service_available
from worksorders.gateways import places
from worksorders.store.tables.work.catalogue import Setting

SERVICE_REGIONS = "service_regions"


def region_has_service(session: Session, region_code: str, on: date) -> bool:
    """Whether homes of the region may be served on the day.

    The setting `service_regions` is `{region code: {"from": ISO date or null, "until": ISO date or null}}`; a
    region that it does not list has the service from its own first day on.
    """
    row = session.get(Setting, SERVICE_REGIONS)
    term = (row.value if row else {}).get(region_code)
    if term is None:
        return service_available(places.region(region_code).service_from, None, on)
    return service_available(_day(term.get("from")), _day(term.get("until")), on)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
