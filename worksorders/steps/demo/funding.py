"""The demo's funding contract: the figures of the public articles, in years around today."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from worksorders.domain.finance.contract.funding import FundingYear
from worksorders.steps.finance.contract import record_contract

# NZD 3.6 million over three years for 237, 350 and 400 homes; shared out by homes, GST basis assumed.
BUDGETS_CENTS = (86_400_000, 127_600_000, 146_000_000)
HOMES = (237, 350, 400)


def make_contract(session: Session, today: date, now: datetime) -> None:
    """Record the contract so that today lies in its second year, 1 July to 30 June."""
    second = today.year if today.month >= 7 else today.year - 1
    years = [
        FundingYear(
            f"{second - 1 + at}/{(second + at) % 100:02}",
            date(second - 1 + at, 7, 1),
            date(second + at, 6, 30),
            budget,
            homes,
        )
        for at, (budget, homes) in enumerate(zip(BUDGETS_CENTS, HOMES, strict=True))
    ]
    record_contract(
        session,
        None,
        code="NHSS-1",
        name="National Home Safety Service",
        gst_basis="exclusive",
        years=years,
        now=now,
    )
