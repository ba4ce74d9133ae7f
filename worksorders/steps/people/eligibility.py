"""Who may be sent to a visit on a day, and the first rule in the way of anyone else; asked by offers and planning."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache

from sqlalchemy.orm import Session

from catalogue.trade import TradeExpression, parse_trade
from worksorders.domain.people.check_kinds import Register
from worksorders.domain.people.vetting import Check, may_attend
from worksorders.steps.people.workforce import Person, Workforce, load_workforce


class Obstacle(StrEnum):
    """The first rule in the way; `BARRED` is for coordinators alone and never shown or sent to a contractor."""

    TRADE = "trade"
    REGION = "region"
    BARRED = "barred"
    AGREEMENT = "agreement"
    CHECKS = "checks"
    ABSENT = "absent"


def obstacle(
    workforce: Workforce, person: Person, *, case_id: uuid.UUID, trade: str, region_code: str, on: date
) -> Obstacle | None:
    """The first rule that keeps this person from the visit on that day; None where there is none."""
    tests = (
        (Obstacle.TRADE, _expression(trade).could_join(person.trades)),
        (Obstacle.REGION, region_code in person.regions),
        (Obstacle.BARRED, not workforce.barred(case_id, person)),
        (Obstacle.AGREEMENT, person.agreed_on(on)),
        (Obstacle.CHECKS, cleared_on(person, trade, on)),
        (Obstacle.ABSENT, not person.is_away(on) and (person.on_call or bool(person.stretches(on)))),
    )
    return next((found for found, passed in tests if not passed), None)


def cleared_on(person: Person, trade: str, on: date) -> bool:
    """Whether the checks of the person and of the firm allow the trade on that day."""
    return _cleared(
        person.register, _expression(trade), person.trades, person.checks + person.firm_checks, on
    )


def uncleared_days(person: Person, trade: str, days: Iterable[date]) -> frozenset[date]:
    """Of these days, those on which the checks or the firm's agreement are not valid for the trade."""
    return frozenset(on for on in days if not (person.agreed_on(on) and cleared_on(person, trade, on)))


def eligible_workers(
    session: Session, *, case_id: uuid.UUID, trade: str, region_code: str, on: date
) -> list[Person]:
    """Everybody who may be sent on that day, in no order of merit; whether they are free then, `Person.is_free` says."""
    force = load_workforce(session, first_on=on, last_on=on, case_ids=[case_id], region_codes=[region_code])
    return [
        person
        for person in force.people
        if obstacle(force, person, case_id=case_id, trade=trade, region_code=region_code, on=on) is None
    ]


@lru_cache(maxsize=512)
def _expression(trade: str) -> TradeExpression:
    return parse_trade(trade)


@lru_cache(maxsize=65_536)
def _cleared(
    register: Register,
    expression: TradeExpression,
    trades: frozenset[str],
    checks: tuple[Check, ...],
    on: date,
) -> bool:
    return may_attend(register, expression, trades, checks, on)
