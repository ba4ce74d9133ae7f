"""Makes the files of an approved run once and for good: the bank's payment file and the bills for Xero."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.errors import RefusedError
from worksorders.domain.finance.payment import hash_total, payments_of
from worksorders.gateways.payfiles import (
    Payer,
    XeroBill,
    XeroBillLine,
    read_pain001,
    read_xero_totals,
    totals_of,
    write_pain001,
    write_xero_bills,
)
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.payout.gate import INVOICE, as_items
from worksorders.steps.finance.settings import load_settings
from worksorders.store.tables.money.finance import ContractYear, Invoice, InvoiceLine, LedgerEntry
from worksorders.store.tables.money.payouts import PayRun, PayRunFile
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

BANK, BILLS = "bank", "bills"
MEDIA_TYPES = {BANK: "application/xml", BILLS: "text/csv"}


def make_files(session: Session, run: PayRun, now: datetime) -> list[PayRunFile]:
    """Write the files, read them back, and keep them with their hashes; RefusedError where the totals differ.

    Their names hold the run's code and nothing else. A run that only sets credits off has no file for the bank.
    """
    bank = _bank_file(run, now)
    bills = find_bills(session, run)
    pages = write_xero_bills(bills)
    _agree(read_xero_totals(pages) == totals_of(bills), run, "bills")
    rows = [_row(run, BANK, 1, f"{run.code}.xml", bank, now)] if bank else []
    rows += [
        _row(run, BILLS, at, f"{run.code}-bills-{at}.csv", page, now)
        for at, page in enumerate(pages, start=1)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _bank_file(run: PayRun, now: datetime) -> bytes:
    """The payment file, empty where all is set off."""
    payments = payments_of(as_items(run.items))
    if not payments:
        return b""
    data = write_pain001(run.code, payments, Payer(run.payer.name, run.payer.number), run.pay_on, now)
    back = read_pain001(data)
    expected = (len(payments), run.total_cents, hash_total(payments))
    _agree((back.count, back.total_cents, back.hash_total) == expected, run, "bank file")
    return data


def _agree(same: bool, run: PayRun, what: str) -> None:
    if not same:
        raise RefusedError(
            f"The {what} of run {run.code} read back differs from the run: nothing was paid.",
            state=run.state,
            action="approve",
        )


def _row(run: PayRun, kind: str, position: int, name: str, data: bytes, now: datetime) -> PayRunFile:
    return PayRunFile(
        id=uuid.uuid4(),
        run_id=run.id,
        kind=kind,
        position=position,
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        made_at=now,
    )


def find_bills(session: Session, run: PayRun) -> list[XeroBill]:
    """A bill for each invoice of the run: its accepted lines by order and item code, and their GST."""
    wanted = [row.invoice_id for row in run.items if row.part == INVOICE]
    invoices = session.scalars(
        select(Invoice)
        .where(Invoice.id.in_(wanted))
        .options(selectinload(Invoice.lines).selectinload(InvoiceLine.decision), selectinload(Invoice.firm))
        .order_by(Invoice.received_at, Invoice.id)
    ).all()
    tracked = _tracked(session, wanted)
    account = str(load_settings(session).bills_account)
    bills = []
    for invoice in invoices:
        lines = tuple(_lines(invoice))
        region, year = tracked.get(invoice.id, ("", ""))
        due_on = max(run.pay_on, invoice.issued_on)
        bills.append(
            XeroBill(
                invoice.firm.name, invoice.number, invoice.issued_on, due_on, lines, account, region, year
            )
        )
    return bills


def _lines(invoice: Invoice) -> list[XeroBillLine]:
    found = []
    for line in invoice.lines:
        row = line.decision
        if row is not None and row.accepted_cents:
            gst = sum(int(piece["gst_cents"]) for piece in row.explanation)
            found.append(XeroBillLine(line.order_code or "", line.item_code, row.accepted_cents, gst))
    return found


def _tracked(session: Session, invoice_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[str, str]]:
    """The region and the contract year of each invoice; empty where there is more than one of either."""
    found: dict[uuid.UUID, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    rows = session.execute(
        select(LedgerEntry.invoice_id, WorksOrder.region_code, ContractYear.name)
        .join(WorksLine, WorksLine.id == LedgerEntry.line_id)
        .join(WorksOrder, WorksOrder.id == WorksLine.order_id)
        .join(ContractYear, ContractYear.id == LedgerEntry.contract_year_id)
        .where(LedgerEntry.invoice_id.in_(invoice_ids))
        .distinct()
    )
    for invoice_id, region, year in rows:
        if invoice_id is not None:
            found[invoice_id][0].add(region)
            found[invoice_id][1].add(year)
    return {invoice_id: (_only(regions), _only(years)) for invoice_id, (regions, years) in found.items()}


def _only(values: set[str]) -> str:
    return next(iter(values)) if len(values) == 1 else ""


def find_file(session: Session, actor: Actor, file_id: uuid.UUID) -> PayRunFile:
    """A file of a run; raises NotFoundError, and RefusedError where its bytes are not those of its hash."""
    require_finance(actor)
    row = session.get(PayRunFile, file_id)
    if row is None:
        raise NotFoundError("There is no such file.")
    if hashlib.sha256(row.content).hexdigest() != row.sha256:
        raise RefusedError(
            f"{row.name} is not what was approved: do not send it.", state="changed", action="download"
        )
    return row
