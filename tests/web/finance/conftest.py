"""A firm with finished work whose invoices come in, for the pages of finance and of the firm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, document, typed_line
from worksorders.steps.finance.receive import receive_typed


@pytest.fixture
def world(services):
    with services.sessions.begin() as session:
        firm = paying.paid_firm(session)
        order = paying.worked_order(session, firm, visits=2, rates=("70.00", "45.50"), cipher=services.cipher)
        return World(services, firm, order)


class World:
    received = 0

    def __init__(self, services, firm, order):
        self.services, self.firm, self.order, self.lines = services, firm, order, list(order.lines)

    def receive(self, number="INV-100", rate=None, **values):
        with self.services.sessions.begin() as session:
            line = typed_line(self.lines[0], self.order.code, rate=rate)
            paper = document(self.firm, line, number=number, **values)
            self.received += 1
            at = NOW + timedelta(minutes=self.received)
            return receive_typed(session, paying.finance(session), paper, at).invoice.id

    def one(self, query):
        with self.services.sessions() as session:
            return session.scalar(query)
