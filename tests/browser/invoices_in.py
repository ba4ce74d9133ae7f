"""Invoices that came as files, one that was made for its firm, and work that waits to be billed, for the walk."""

from __future__ import annotations

from tests import factories
from tests.steps.finance import paying
from tests.steps.finance.test_billing import OURS
from tests.steps.finance.test_incoming import Desk
from worksorders.steps.finance.billing.make import self_bill
from worksorders.steps.finance.billing.own_details import save_own_details


def fill_invoices_in(session, cipher):
    """A right file, one that was refused, a self-billed invoice, and an order to be billed."""
    save_own_details(session, None, OURS)
    desk = Desk(session, cipher)
    desk.firm.name = "Rimu Glazing Limited"
    desk.receive(desk.xml())
    desk.receive(b"<Invoice>")
    desk.firm.agreements[0].self_billing = True
    made = paying.worked_order(session, desk.firm)
    self_bill(session, desk.finance, made.id, desk.firm.id, factories.NOW)
    paying.worked_order(session, desk.firm)
    session.flush()
