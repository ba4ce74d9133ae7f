"""The demo's funding contract: the figures of the public articles, in years around today."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from worksorders.domain.finance.contract.funding import FundingYear
from worksorders.steps.actor import Actor
from worksorders.steps.finance.billing.own_details import OwnDetails, save_own_details
from worksorders.steps.finance.contract import record_contract
from worksorders.steps.finance.payout import payer

# NZD 3.6 million over three years for 237, 350 and 400 homes; shared out by homes, GST basis assumed.
BUDGETS_CENTS = (86_400_000, 127_600_000, 146_000_000)
HOMES = (237, 350, 400)
PAYER = ("Home Safety Example", "01-902-0068389-00")


def make_contract(session: Session, today: date, now: datetime) -> None:
    """Record who we are, and the contract so that today lies in its second year, 1 July to 30 June."""
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
    save_own_details(session, None, OwnDetails("National Home Safety Service", "9429033591476", "35901981"))


def make_payer(session: Session, enterer: Actor, verifier: Actor, now: datetime) -> None:
    """The account that the programme pays from, which two people have looked at."""
    name, number = PAYER
    row = payer.enter(session, enterer, name=name, number=number, now=now)
    payer.verify(session, verifier, row.id, now)
