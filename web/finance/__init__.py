"""Pages for finance: the queue of invoices, one invoice, payments, and the funding contract's drawdown."""

from web.finance import contract, enter, invoice, moves, payments, queue, rework
from web.finance.blueprint import blueprint
from web.finance.policy import POLICY
from web.navigation import NavItem
from worksorders.domain.roles import Role

_FINANCE = frozenset({Role.FINANCE})

NAVIGATION = [
    NavItem("finance.queue", "Invoices", _FINANCE),
    NavItem("finance.payments", "Payments", _FINANCE),
    NavItem("finance.contract", "Contract", frozenset({Role.FINANCE, Role.AUDITOR})),
]

__all__ = [
    "NAVIGATION",
    "POLICY",
    "blueprint",
    "contract",
    "enter",
    "invoice",
    "moves",
    "payments",
    "queue",
    "rework",
]
