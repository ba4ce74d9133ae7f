"""The operator's figures of paying: terms, how long a new account is watched, and the account of bills."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal

from sqlalchemy.orm import Session

from worksorders.domain.finance.clocks import Terms
from worksorders.store.tables.work.catalogue import Setting

PAYING = "paying"


@dataclass(frozen=True)
class PaySettings:
    """Business days, a share in percent, days, months, and an account number, as their names say."""

    e_invoice_days: int = 5
    other_days: int = 10
    target_percent: int = 95
    bills_account: int = 429
    least_cell: int = 6

    @property
    def terms(self) -> Terms:
        """The terms of payment."""
        return Terms(self.e_invoice_days, self.other_days, Decimal(self.target_percent) / 100)


def load_settings(session: Session) -> PaySettings:
    """The defaults with what the operator changed in the setting `paying`."""
    known = {field.name for field in fields(PaySettings)}
    row = session.get(Setting, PAYING)
    changed = row.value if row else {}
    return PaySettings(**{name: value for name, value in changed.items() if name in known})
