"""Suppliers, agreements and the funding contract as the match sees them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.finance.facts import (
    AgreementFacts,
    BankAccountFacts,
    ContractFacts,
    PartyIndex,
    SupplierFacts,
    YearCap,
    index_parties,
)
from worksorders.domain.finance.ledger import Account
from worksorders.domain.local_time import local_day
from worksorders.steps.finance.keeping.find import shares_on
from worksorders.steps.people.bank_accounts import account_to_pay
from worksorders.store.tables.firms.contractors import Agreement, BankAccount, Firm
from worksorders.store.tables.money.finance import FundingContract, LedgerEntry

DRAWN = (Account.INVOICED.value, Account.RETENTION.value, Account.PAID.value)


def supplier_facts(session: Session, firm: Firm) -> SupplierFacts:
    """A firm with the account that we pay to: the newest verified one."""
    return SupplierFacts(
        supplier_id=str(firm.id),
        name=firm.name,
        active=firm.active,
        nzbn=firm.nzbn or "",
        gst_number=firm.gst_number or "",
        bank=bank_facts(session, firm.id),
        schedular=firm.schedular_tax,
        declaration_on=firm.declaration_on,
    )


def bank_facts(session: Session, firm_id: uuid.UUID) -> BankAccountFacts | None:
    """The verified account; a first version is no change, so it counts as old as the firm's first agreement."""
    row = account_to_pay(session, firm_id)
    if row is None:
        return None
    versions = session.scalars(
        select(BankAccount.id).where(BankAccount.firm_id == firm_id).order_by(BankAccount.entered_at)
    ).all()
    version = versions.index(row.id) + 1
    changed_on = local_day(row.entered_at)
    if version == 1:
        began_on = session.scalar(select(func.min(Agreement.valid_from)).where(Agreement.firm_id == firm_id))
        changed_on = min(changed_on, began_on or changed_on)
    return BankAccountFacts(
        account=row.number,
        version=version,
        changed_on=changed_on,
        entered_by=str(row.entered_by),
        verified_by=str(row.verified_by) if row.verified_by else None,
        verified_on=local_day(row.verified_at) if row.verified_at else None,
    )


def party_index(session: Session, firm: Firm, supplier: SupplierFacts) -> PartyIndex:
    """The firms that share this one's business number or account; all others are beside the point."""
    same = select(BankAccount.firm_id).where(
        BankAccount.number == (supplier.bank.account if supplier.bank else "")
    )
    nzbn = Firm.nzbn == firm.nzbn if firm.nzbn else Firm.id == firm.id
    others = session.scalars(select(Firm).where(Firm.id != firm.id, or_(nzbn, Firm.id.in_(same)))).all()
    return index_parties([supplier, *(supplier_facts(session, other) for other in others)])


def agreement_facts(
    session: Session,
    ids: Collection[str],
    firm_id: uuid.UUID,
    contract_code: str,
    issued_on: date | None = None,
) -> dict[str, AgreementFacts]:
    """The agreements under which the rates were frozen, and those of the supplier, by id.

    What they keep back is what their terms said on the day of issue.
    """
    wanted = {uuid.UUID(one) for one in ids if one}
    rows = session.scalars(
        select(Agreement)
        .where(or_(Agreement.id.in_(wanted), Agreement.firm_id == firm_id))
        .order_by(Agreement.code)
    ).all()
    shares = shares_on(session, [row.id for row in rows], issued_on)
    return {
        str(row.id): AgreementFacts(
            str(row.id),
            str(row.firm_id),
            contract_code,
            row.valid_from,
            row.valid_to,
            row.self_billing,
            retention=shares.get(row.id, Decimal(0)),
        )
        for row in rows
    }


def contract_facts(
    session: Session, codes: Iterable[str], *, but: uuid.UUID | None = None
) -> dict[str, ContractFacts]:
    """The contracts by code, with what all invoices but one have drawn, ex GST."""
    contracts = session.scalars(
        select(FundingContract)
        .where(FundingContract.code.in_({code for code in codes if code}))
        .options(selectinload(FundingContract.years))
    ).all()
    years = [year.id for contract in contracts for year in contract.years]
    query = (
        select(LedgerEntry.contract_year_id, func.sum(LedgerEntry.amount_cents))
        .where(LedgerEntry.contract_year_id.in_(years), LedgerEntry.account.in_(DRAWN))
        .group_by(LedgerEntry.contract_year_id)
    )
    if but is not None:
        query = query.where(LedgerEntry.invoice_id.is_distinct_from(but))
    drawn = {year_id: int(cents) for year_id, cents in session.execute(query)}
    found = {}
    for contract in contracts:
        caps = tuple(
            YearCap(year.name, year.starts_on, year.ends_on, year.budget_cents, drawn.get(year.id, 0))
            for year in contract.years
        )
        found[contract.code] = ContractFacts(
            contract.code,
            caps[0].starts_on,
            caps[-1].ends_on,
            contract.gst_basis == "inclusive",
            contract.total_cents,
            caps,
            sum(cap.drawn_cents for cap in caps),
        )
    return found
