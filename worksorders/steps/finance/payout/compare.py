"""Reads an exported file again and holds it against its run: the same totals, the same hash total."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from worksorders.domain.errors import DomainError, Fault, FaultsError
from worksorders.domain.finance.payment import hash_total, payments_of
from worksorders.domain.money import format_cents
from worksorders.gateways.einvoice.safe_xml import RefusedXmlError
from worksorders.gateways.payfiles import read_pain001, read_xero_totals, totals_of
from worksorders.gateways.payfiles.xero import MOST_BILLS
from worksorders.steps.actor import Actor
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.payout.files import find_bills
from worksorders.steps.finance.payout.gate import as_items
from worksorders.steps.finance.payout.runs import load_run
from worksorders.store.tables.money.payouts import PayRun


@dataclass(frozen=True, slots=True)
class Compared:
    """Figure by figure: what the run says and what the file says."""

    kind: str
    rows: tuple[tuple[str, str, str], ...]

    @property
    def agrees(self) -> bool:
        return all(ours == theirs for _, ours, theirs in self.rows)


def compare_file(session: Session, actor: Actor, run_id: uuid.UUID, data: bytes, *, largest: int) -> Compared:
    """Compare a bank file or a bills file with a run; FaultsError at `file` where it cannot be read."""
    require_finance(actor)
    run = load_run(session, run_id)
    if len(data) > largest:
        raise FaultsError([Fault("file", f"The file is larger than {largest // 1_000_000} MB.")])
    try:
        return _bank(run, data) if data.lstrip()[:1] == b"<" else _bills(session, run, data)
    except (DomainError, ValueError, KeyError, ArithmeticError, RefusedXmlError) as error:
        message = "This is neither a bank file nor a bills file of ours: take it from the run's page."
        raise FaultsError([Fault("file", message)]) from error


def _bank(run: PayRun, data: bytes) -> Compared:
    payments, found = payments_of(as_items(run.items)), read_pain001(data)
    return Compared(
        "Bank file",
        (
            ("Run", run.code, found.message_id),
            ("Pays on", run.pay_on.isoformat(), found.pay_on.isoformat()),
            ("Payments", str(len(payments)), str(found.count)),
            ("Total", format_cents(run.total_cents), format_cents(found.total_cents)),
            ("Hash total of accounts", str(hash_total(payments)), str(found.hash_total)),
        ),
    )


def _bills(session: Session, run: PayRun, data: bytes) -> Compared:
    """Bills go out in pages of at most 500; the page with most in common is the one compared with."""
    bills, found = find_bills(session, run), read_xero_totals([data])
    pages = [bills[at : at + MOST_BILLS] for at in range(0, len(bills), MOST_BILLS)] or [[]]
    ours = min((totals_of(page) for page in pages), key=lambda one: abs(one.hash_total - found.hash_total))
    return Compared(
        "Bills",
        (
            ("Bills", str(ours.bills), str(found.bills)),
            ("Lines", str(ours.lines), str(found.lines)),
            ("Before GST", format_cents(ours.net_cents), format_cents(found.net_cents)),
            ("GST", format_cents(ours.gst_cents), format_cents(found.gst_cents)),
            ("Hash total of lines", str(ours.hash_total), str(found.hash_total)),
        ),
    )
