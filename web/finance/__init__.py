"""Pages for finance: the queue of invoices, one invoice, money out, months, and the funding contract's drawdown."""

from web.finance import books, contract, enter, incoming, invoice, moves, payout, queue, rework
from web.finance.blueprint import blueprint
from web.finance.policy import POLICY
from web.navigation import NavItem
from worksorders.domain.roles import Role

_FINANCE = frozenset({Role.FINANCE})

NAVIGATION = [
    NavItem("finance.queue", "Invoices", _FINANCE),
    NavItem(
        "finance.payments",
        "Payments",
        _FINANCE,
        ("/finance/runs", "/finance/payer", "/finance/retention", "/finance/agreements"),
    ),
    NavItem("finance.clocks", "Clocks", _FINANCE),
    NavItem("finance.months", "Months", _FINANCE),
    NavItem("finance.patterns", "Patterns", frozenset({Role.FINANCE, Role.AUDITOR})),
    NavItem("finance.contract", "Contract", frozenset({Role.FINANCE, Role.AUDITOR})),
]

__all__ = [
    "NAVIGATION",
    "POLICY",
    "blueprint",
    "books",
    "contract",
    "enter",
    "incoming",
    "invoice",
    "moves",
    "payout",
    "queue",
    "rework",
]
