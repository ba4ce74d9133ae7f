"""Every posting of a month as a file, for whoever checks the books."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.finance.months import Month
from worksorders.domain.local_time import local_day
from worksorders.gateways.csv_safe import Cell, write_csv
from worksorders.steps.finance.months.find import within
from worksorders.store.tables.money.finance import ContractYear, Invoice, LedgerEntry
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

JOURNAL = (
    "At", "Event", "Entry", "Contract year", "Order", "Item", "Invoice", "Account", "Debit", "Credit",
)  # fmt: skip


def journal_csv(session: Session, month: Month) -> bytes:
    """Every posting of a month, safe from formulas: orders and invoices by code and number only."""
    rows = session.execute(
        select(
            LedgerEntry.at,
            LedgerEntry.event,
            LedgerEntry.event_key,
            ContractYear.name,
            WorksOrder.code,
            WorksLine.item_code,
            Invoice.number,
            LedgerEntry.account,
            LedgerEntry.amount_cents,
        )
        .join(ContractYear, ContractYear.id == LedgerEntry.contract_year_id)
        .outerjoin(WorksOrder, WorksOrder.id == LedgerEntry.order_id)
        .outerjoin(WorksLine, WorksLine.id == LedgerEntry.line_id)
        .outerjoin(Invoice, Invoice.id == LedgerEntry.invoice_id)
        .where(within(month))
        .order_by(LedgerEntry.at, LedgerEntry.event_key, LedgerEntry.account)
    )
    entries: dict[str, int] = defaultdict(lambda: len(entries) + 1)
    cells: list[list[Cell]] = []
    for at, event, key, year, order, item, invoice, account, cents in rows:
        dollars = f"{abs(cents) // 100}.{abs(cents) % 100:02}"
        cells.append(
            [
                local_day(at),
                event,
                str(entries[key]),
                year,
                order or "",
                item or "",
                invoice or "",
                account,
                dollars if cents > 0 else "",
                dollars if cents < 0 else "",
            ]
        )
    return write_csv(JOURNAL, cells, bom=True)
