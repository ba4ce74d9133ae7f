"""Forty firms with sixty workers across the regions, their checks, agreements and two rate cards each."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy.orm import Session
from stdnum import ean
from stdnum.nz import bankaccount, ird

from catalogue.compare import rate_card_csv
from catalogue.item import CatalogueItem
from catalogue.rates import RateCard, card_from_catalogue
from worksorders.gateways.places import Town, towns
from worksorders.steps.actor import Actor
from worksorders.steps.admin import agreements, catalogue
from worksorders.steps.demo.names import Names
from worksorders.steps.people import bank_accounts, checks, firms, workers
from worksorders.steps.people.checks import CheckDetails
from worksorders.steps.vetting import verdicts
from worksorders.store.tables.firms.contractors import WorkerTrade

NATIONAL = ("F6", "E7", "G1", "E8", "F1", "F2", "F9", "F3", "G2", "TAS", "F5", "F4", "G3", "E9", "F7", "F8")
TRADES = {
    "lock": (("locksmith", "handyperson"),),
    "joinery": (("carpenter", "glazier"), ("carpenter", "glazier", "locksmith")),
    "electric": (("electrician", "alarm technician"),),
    "several": (("locksmith", "carpenter", "handyperson", "glazier"), ("electrician", "alarm technician", "specialist")),
    "special": (("specialist",),),
    "monitor": (("monitoring provider",),),
}  # fmt: skip
# Kind, region of the depot, further regions, number of workers.
FIRMS: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("lock", "E7", (), 2), ("lock", "E7", (), 2), ("lock", "E7", ("G1",), 1),
    ("joinery", "E7", (), 2), ("joinery", "E7", (), 2), ("joinery", "E7", ("G1",), 2),
    ("electric", "E7", (), 2), ("electric", "E7", (), 1), ("electric", "E7", (), 1), ("special", "E7", ("G1", "F6"), 1),
    ("lock", "G2", (), 2), ("lock", "G2", (), 1), ("joinery", "G2", (), 2), ("electric", "G2", (), 2),
    ("special", "G2", ("F3", "F2"), 1), ("electric", "G2", ("F3",), 1),
    ("lock", "E9", (), 2), ("lock", "E9", (), 1), ("joinery", "E9", (), 2), ("electric", "E9", (), 2),
    ("special", "E9", ("F7", "G3"), 1), ("joinery", "E9", (), 1),
    ("lock", "G1", (), 1), ("joinery", "G1", (), 2), ("electric", "G1", (), 1),
    ("lock", "E8", (), 1), ("joinery", "E8", (), 2), ("electric", "E8", ("F1",), 1), ("special", "E8", ("F1", "G1"), 1),
    ("several", "F6", (), 2), ("several", "F1", (), 1), ("several", "F2", (), 2), ("several", "F9", (), 2),
    ("several", "F3", (), 2), ("several", "F5", ("TAS", "F4"), 2), ("several", "G3", (), 1), ("several", "F7", (), 2),
    ("several", "F8", (), 2), ("several", "F4", ("F5", "TAS"), 1), ("monitor", "G2", NATIONAL, 1),
)  # fmt: skip
# Locksmiths on their own, whose invoices we make.
SELF_BILLED = frozenset({3, 12, 18, 23, 26})
DAYS_LEFT, DAYS_LEFT_SHARES = (5, 25, 50, 120, 300, 500, 700), (1, 2, 3, 20, 25, 25, 24)
WORKER_CHECKS = ("police_vetting", "photo_identity", "induction")
TRADE_CHECKS = {
    "locksmith": "security_licence",
    "alarm technician": "security_licence",
    "electrician": "electrical_licence",
}
ISSUERS = {
    "police_vetting": "New Zealand Police",
    "photo_identity": "Programme office",
    "induction": "Programme office",
    "security_licence": "Licensing authority",
    "electrical_licence": "Electrical board",
    "insurance": "Insurer",
}


@dataclass(frozen=True)
class Made:
    """A firm of the demo with its workers."""

    firm_id: uuid.UUID
    kind: str
    region_code: str
    worker_ids: tuple[uuid.UUID, ...]


def make_firms(session: Session, random: Random, names: Names, today: date, now: datetime) -> list[Made]:
    """Every firm of the table, in the largest towns of its region."""
    return [
        _firm(session, random, names, number, spec, today=today, now=now)
        for number, spec in enumerate(FIRMS, start=1)
    ]


def _firm(
    session: Session,
    random: Random,
    names: Names,
    number: int,
    spec: tuple[str, str, tuple[str, ...], int],
    *,
    today: date,
    now: datetime,
) -> Made:
    kind, region_code, further, size = spec
    town = _town(random, region_code)
    details = firms.FirmDetails(
        name=names.firm(kind, town.name),
        nzbn=_nzbn(number),
        gst_number=_gst_number(number),
        email=f"office{number}@firm{number}.example",
    )
    firm = firms.add_firm(session, None, details, {region_code, *further}, now, code=f"F-{number:03}")
    _check(session, random, "insurance", today, now, firm_id=firm.id)
    _check(session, random, "security_licence", today, now, firm_id=firm.id)
    trades = TRADES[kind]
    made = [
        _worker(
            session,
            random,
            names,
            firm.id,
            trades[place % len(trades)],
            town,
            lapse=number in (7, 22),
            today=today,
            now=now,
        )
        for place in range(size)
    ]
    if len(trades) > size:
        _add_trades(session, made[0], [trade for group in trades for trade in group])
    trades_of_firm = frozenset(trade for group in trades for trade in group)
    _agreement(session, random, firm.id, number, trades=trades_of_firm, today=today)
    return Made(firm.id, kind, region_code, tuple(made))


def _town(random: Random, region_code: str) -> Town:
    """One of the region's larger towns, drawn by population."""
    there = sorted(
        (town for town in towns().values() if town.region_code == region_code), key=lambda t: -t.population
    )
    largest = there[:4]
    return random.choices(largest, [town.population for town in largest])[0]


def _worker(
    session: Session,
    random: Random,
    names: Names,
    firm_id: uuid.UUID,
    trades: tuple[str, ...],
    town: Town,
    *,
    lapse: bool,
    today: date,
    now: datetime,
) -> uuid.UUID:
    first, last = names.person()
    worker = workers.add_worker(
        session,
        None,
        firm_id,
        workers.WorkerDetails(
            first_name=first,
            last_name=last,
            base_town=town.name,
            base_lat=Decimal(str(town.latitude)),
            base_lon=Decimal(str(town.longitude)),
            trades=trades,
            phone=names.phone(),
            max_travel_minutes=random.choice((60, 90, 120)),
            on_call="locksmith" in trades or "carpenter" in trades,
        ),
        _hours(random),
    )
    kinds = [*WORKER_CHECKS, *sorted({TRADE_CHECKS[trade] for trade in trades if trade in TRADE_CHECKS})]
    for kind in kinds:
        _check(session, random, kind, today, now, worker_id=worker.id, lapsed=lapse and kind == "induction")
    if random.random() < 0.3:
        first_on = today + timedelta(days=random.randint(-3, 12))
        workers.add_absence(
            session, None, worker.id, first_on, first_on + timedelta(days=random.randint(0, 4))
        )
    return worker.id


def _hours(random: Random) -> list[workers.Stretch]:
    """Mostly office hours; some start early, some have a day off, a few work on Saturday mornings."""
    opens, closes = random.choice(((480, 1020), (450, 990), (480, 1020), (540, 1050)))
    off = random.choice((None, None, None, 0, 4))
    hours = [workers.Stretch(day, opens, closes) for day in range(5) if day != off]
    return [*hours, workers.Stretch(5, 540, 780)] if random.random() < 0.2 else hours


def _check(
    session: Session,
    random: Random,
    kind: str,
    today: date,
    now: datetime,
    *,
    firm_id: uuid.UUID | None = None,
    worker_id: uuid.UUID | None = None,
    lapsed: bool = False,
) -> None:
    """A check that holds for months yet, or one of the few that have lapsed or soon will."""
    left = -random.randint(3, 20) if lapsed else random.choices(DAYS_LEFT, DAYS_LEFT_SHARES)[0]
    expires_on = today + timedelta(days=left)
    check = checks.record(
        session,
        None,
        CheckDetails(
            kind=kind,
            number=f"{kind[:2].upper()}{random.randint(100000, 999999)}",
            issuer=ISSUERS[kind],
            issued_on=expires_on - timedelta(days=730),
            expires_on=expires_on,
        ),
        firm_id=firm_id,
        worker_id=worker_id,
        now=now,
    )
    verdicts.verify(session, None, check.id, now)


def _add_trades(session: Session, worker_id: uuid.UUID, trades: list[str]) -> None:
    """A firm of one person does all that the firm offers."""
    session.add_all(
        WorkerTrade(worker_id=worker_id, trade=trade)
        for trade in trades
        if session.get(WorkerTrade, (worker_id, trade)) is None
    )
    session.flush()


def _agreement(
    session: Session,
    random: Random,
    firm_id: uuid.UUID,
    number: int,
    *,
    trades: frozenset[str],
    today: date,
) -> None:
    """An agreement with a rate card that ended and the one in force, a few per cent around the catalogue's prices."""
    begins, changes = today - timedelta(days=500), today - timedelta(days=90)
    agreement = agreements.add_agreement(
        session,
        None,
        firm_id,
        valid_from=begins,
        code=f"A-{number:03}",
        self_billing=number in SELF_BILLED,
    )
    items = catalogue.current(session).items
    mine = {
        code: item
        for code, item in items.items()
        if item.trade.is_any or any(item.trade.could_join({trade}) for trade in trades)
    }
    past, present = Decimal(random.randint(90, 97)) / 100, Decimal(random.randint(96, 106)) / 100
    for factor, first_on in ((past, begins), (present, changes)):
        csv = rate_card_csv(_scaled(mine, agreement.code, factor, first_on))
        agreements.add_rate_card(
            session, None, agreement.id, csv, valid_from=first_on, now=datetime.combine(first_on, time(), UTC)
        )


def _scaled(items: Mapping[str, CatalogueItem], agreement: str, factor: Decimal, first_on: date) -> RateCard:
    card = card_from_catalogue(items, agreement=agreement, version=1, valid_from=first_on)
    lines = {
        code: replace(line, rate=(line.rate * factor).quantize(Decimal("0.01")))
        for code, line in card.lines.items()
    }
    return replace(card, lines=lines)


def _nzbn(number: int) -> str:
    """A business number with a right check digit, far below any that was given out."""
    digits = f"94290000{number:04}"
    return digits + ean.calc_check_digit(digits)


def _gst_number(number: int) -> str:
    """An IRD number with a right check digit that belongs to nobody we know."""
    base = 90_000_000 + number * 1_000
    return next(str(tried) for tried in range(base, base + 1_000) if ird.is_valid(str(tried)))


def verify_accounts(
    session: Session, made: list[Made], enterer: Actor, verifier: Actor, now: datetime
) -> None:
    """A bank account for each firm, entered by one administrator and verified by the other."""
    for number, firm in enumerate(made, start=1):
        account = bank_accounts.enter(session, enterer, firm.firm_id, _bank_account(number), now)
        bank_accounts.verify(session, verifier, account.id, "Deposit slip", now)


def _bank_account(number: int) -> str:
    """An account number with right check digits; the account is invented."""
    base = 100_000 + number * 1_000
    tried = (f"01-0242-{digits:07}-00" for digits in range(base, base + 1_000))
    return next(one for one in tried if bankaccount.is_valid(one))
