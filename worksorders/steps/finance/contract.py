"""Keeps the funding contract, and finds and locks the one whose year holds a day."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.domain.finance import contract as rules
from worksorders.domain.finance.ledger import At, set_budget
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.posting import Where, post
from worksorders.store.tables.money.finance import ContractYear, FundingContract

KEEPERS = frozenset({Role.FINANCE, Role.ADMINISTRATOR})


def record_contract(
    session: Session,
    actor: Actor | None,
    *,
    code: str,
    name: str,
    gst_basis: str,
    years: Sequence[rules.FundingYear],
    now: datetime,
) -> FundingContract:
    """Keep a new contract and post each year's budget ex GST; None as actor is the product's own set-up.

    Its total is the sum of its years. Raises FaultsError at `code`, `name` or `starts_on` (a day that another
    contract pays for already), and what the rule finds wrong with the years.
    """
    if actor and actor.role not in KEEPERS:
        raise NotFoundError("There is no such page.")
    code = code.strip().upper()
    total = sum(year.budget_cents for year in years)
    faults = Faults()
    faults.require(code, "code", "Give the contract a code, such as NHSS-1.")
    faults.require(name.strip(), "name", "Give the contract's name.")
    if code and session.scalar(select(FundingContract.id).where(FundingContract.code == code)):
        faults.add("code", f"There is a contract {code} already: choose another code.")
    other = _overlapping(session, years)
    if other:
        faults.add(
            "starts_on", f"Contract {other} pays for some of these days already: choose a later start."
        )
    faults.raise_if_any()
    ruled = rules.FundingContract(code, total, rules.GstBasis(gst_basis), tuple(years))
    row = FundingContract(
        id=uuid.uuid4(), code=code, name=name.strip(), total_cents=total, gst_basis=gst_basis
    )
    session.add(row)
    session.flush()
    for year in years:
        kept = ContractYear(
            id=uuid.uuid4(),
            contract_id=row.id,
            name=year.name,
            starts_on=year.starts_on,
            ends_on=year.ends_on,
            budget_cents=year.budget_cents,
            homes_target=year.homes_target,
        )
        session.add(kept)
        session.flush()
        opening = set_budget(At(f"budget:{kept.id}", year.starts_on, year.name), ruled.net_budget(year))
        post(session, opening, Where(kept.id), actor, now)
    audit.record(
        session, actor, "funding_contract.recorded", ("funding_contract", row.id), detail={"total": total}
    )
    session.flush()
    session.refresh(row)
    return row


def _overlapping(session: Session, years: Sequence[rules.FundingYear]) -> str | None:
    if not years:
        return None
    return session.scalar(
        select(FundingContract.code)
        .join(ContractYear, ContractYear.contract_id == FundingContract.id)
        .where(
            ContractYear.starts_on <= max(year.ends_on for year in years),
            ContractYear.ends_on >= min(year.starts_on for year in years),
        )
        .order_by(FundingContract.code)
        .limit(1)
    )


def find_year(session: Session, on: date) -> ContractYear | None:
    """The contract year that holds a day."""
    return session.scalar(
        select(ContractYear)
        .where(ContractYear.starts_on <= on, ContractYear.ends_on >= on)
        .order_by(ContractYear.starts_on, ContractYear.id)
        .limit(1)
    )


def require_year(session: Session, on: date) -> ContractYear:
    """The contract year that holds a day; without one nothing may be committed: NotPermittedError says so."""
    year = find_year(session, on)
    if year is None:
        raise NotPermittedError(
            f"No funding contract covers {on.day} {on:%B %Y}, so nothing can be committed: "
            "finance records the contract and its years first."
        )
    return year


def lock_contracts(session: Session, contract_ids: Collection[uuid.UUID]) -> None:
    """Keep everyone else from posting to these contracts until this transaction ends.

    Whoever changes money locks in one order: firm, orders by id, contracts by id, invoice.
    """
    session.execute(
        select(FundingContract.id)
        .where(FundingContract.id.in_(contract_ids))
        .order_by(FundingContract.id)
        .with_for_update(key_share=True)
    ).all()


def rules_of(row: FundingContract) -> rules.FundingContract:
    """The contract as the rules know it."""
    years = tuple(
        rules.FundingYear(year.name, year.starts_on, year.ends_on, year.budget_cents, year.homes_target)
        for year in row.years
    )
    return rules.FundingContract(row.code, row.total_cents, rules.GstBasis(row.gst_basis), years)


def find_contract(session: Session, code: str) -> FundingContract:
    """A contract by its code; raises NotFoundError."""
    row = session.scalar(select(FundingContract).where(FundingContract.code == code.strip().upper()))
    if row is None:
        raise NotFoundError("There is no such contract.")
    return row


def all_contracts(session: Session) -> Sequence[FundingContract]:
    """Every contract, the latest first."""
    first = (
        select(func.min(ContractYear.starts_on))
        .where(ContractYear.contract_id == FundingContract.id)
        .correlate(FundingContract)
        .scalar_subquery()
    )
    return session.scalars(select(FundingContract).order_by(first.desc(), FundingContract.code)).all()


def require_state(state: str, allowed: Collection[str], action: str, message: str) -> None:
    """Refuse an action on an invoice that is in another state."""
    if state not in allowed:
        raise RefusedError(message, state=state, action=action, possible=tuple(allowed))
