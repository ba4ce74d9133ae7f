"""Rework inside a warranty is found (F05); what is billed twice on one order, or once the warranty ended, is none."""

from __future__ import annotations

from datetime import timedelta

from tests import dispatching
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW
from worksorders.steps.finance import own_invoice
from worksorders.steps.finance.gather.rework import rework_billed
from worksorders.store.tables.work.offers import LineDone


def bill(session, firm, *, opening_id=None, days=0, **values):
    order = paying.worked_order(session, firm, **values)
    for line in order.lines:
        line.item_code, line.opening_id = "GL01", opening_id or order.lines[0].opening_id
        for row in session.query(LineDone).filter_by(line_id=line.id):
            row.done_at = NOW + timedelta(days=days)
    session.flush()
    office = dispatching.account(session, firm)
    outcome = own_invoice.submit(session, office, order.id, f"{order.code}-1", NOW + timedelta(days=days))
    assert outcome.decision.accepted_net_cents == 14_000 * len(order.lines), paying.codes(outcome)
    return order


def test_the_same_item_at_the_same_opening_billed_again_too_soon_is_found(session):
    firm = paying.paid_firm(session, workers=2)
    first = bill(session, firm, visits=2)
    assert rework_billed(session) == ()
    opening_id = first.lines[0].opening_id
    again = bill(session, firm, opening_id=opening_id, days=60)
    bill(session, firm, opening_id=opening_id, days=200)
    (found,) = rework_billed(session)
    assert (found.code, found.evidence, found.difference_cents) == ("F05", (first.code, again.code), 14_000)
