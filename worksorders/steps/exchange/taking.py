"""Takes one record of each kind in, by the same steps that the forms use; each answers what was made."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalogue.load import CATALOGUE_COLUMNS, FINDINGS_COLUMNS
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.order.assessment import CRITERIA
from worksorders.domain.records import kinds
from worksorders.gateways.cipher import Cipher
from worksorders.steps.actor import Actor
from worksorders.steps.admin import catalogue
from worksorders.steps.admin.files import BrokenFilesError
from worksorders.steps.intake.referral import (
    GivenAnswer,
    Referral,
    ReferredHome,
    ReferredOpening,
    ReferredPerson,
)
from worksorders.steps.intake.take_in import notices, take_in
from worksorders.steps.people import checks, workers
from worksorders.steps.people.places import depot_in
from worksorders.store.tables.contractors import Firm, VettingCheck, Worker

DEFAULT_TRAVEL = 90


@dataclass(frozen=True, slots=True)
class Hands:
    """Who takes in, when, with what; an unattended one has nobody to ask whether a home is the known one.

    `firms` are those of the file that were found already, by code.
    """

    session: Session
    cipher: Cipher
    actor: Actor
    now: datetime
    unattended: bool = False
    firms: dict[str, uuid.UUID] = field(default_factory=dict)


Taker = Callable[[Hands, Mapping[str, Any]], dict[str, Any]]


def take_assessment(hands: Hands, value: Mapping[str, Any]) -> dict[str, Any]:
    """Take a survey in; without anybody to ask, a person known at another address gets a case of their own."""
    referral = _referral(value)
    if hands.unattended and referral.same_home is None:
        referral = replace(referral, same_home=False)
    made = take_in(hands.session, hands.cipher, hands.actor, referral, hands.now)
    found = {"id": str(made.assessment_id), "code": made.assessment_code}
    return found if hands.unattended else {**found, "notes": notices(made)}


def _referral(value: Mapping[str, Any]) -> Referral:
    home, person = value["home"], value["person"]
    return Referral(
        agency=value["agency"],
        urgency=value["urgency"],
        adults=value["adults"],
        children=value["children"],
        assessed_on=value["assessed_on"],
        answers=tuple(
            GivenAnswer(
                one.key, value["answers"][one.key], value["answers_given_by"], value["answers_given_on"]
            )
            for one in CRITERIA
        ),
        home=ReferredHome(
            home["street"], home["town"], home["built_before_2000"], home["latitude"], home["longitude"]
        ),
        person=ReferredPerson(
            person["name"], person["phone"], tuple(person["other_names"]), person["safe_contact"] or ""
        ),
        safe_windows=tuple(value["safe_times"]),
        openings=tuple(_opening(one) for one in value["openings"]),
        advocate=value["advocate"] or "",
        same_home=value["same_home"],
    )


def _opening(value: Mapping[str, Any]) -> ReferredOpening:
    found = tuple((one["finding"], one["measured"]) for one in value["findings"])
    return ReferredOpening(value["kind"], value["label"], OpeningState(value["state"]), found)


def take_worker(hands: Hands, value: Mapping[str, Any]) -> dict[str, Any]:
    """Add a worker to a firm that has none of that name."""
    firm_id = _firm(hands, value["firm_code"])
    if _worker(hands.session, firm_id, value) is not None:
        raise FaultsError(
            [Fault("last_name", "The firm has a worker of this name already: change that one by hand.")]
        )
    depot = depot_in(value["base_town"])
    details = workers.WorkerDetails(
        first_name=value["first_name"],
        last_name=value["last_name"],
        base_town=depot.name,
        base_lat=depot.latitude,
        base_lon=depot.longitude,
        trades=value["trades"],
        phone=value["phone"] or "",
        max_travel_minutes=value["max_travel_minutes"] or DEFAULT_TRAVEL,
        on_call=bool(value["on_call"]),
    )
    row = workers.add_worker(hands.session, hands.actor, firm_id, details)
    return {"id": str(row.id), "firm": value["firm_code"]}


def take_check(hands: Hands, value: Mapping[str, Any]) -> dict[str, Any]:
    """Record a check of a worker, or of the firm where no name is given; the same check twice is a fault."""
    firm_id = _firm(hands, value["firm_code"])
    worker = _worker(hands.session, firm_id, value)
    named = bool(value["first_name"] or value["last_name"])
    if named and worker is None:
        raise FaultsError([Fault("last_name", "The firm has no worker of this name: add the worker first.")])
    holder = VettingCheck.worker_id == worker.id if worker else VettingCheck.firm_id == firm_id
    same = select(VettingCheck.id).where(
        holder, VettingCheck.kind == value["kind"], VettingCheck.number == value["number"],
        VettingCheck.issued_on == value["issued_on"],
    )  # fmt: skip
    if hands.session.scalar(same) is not None:
        raise FaultsError([Fault("number", "This check is recorded already: leave the row out.")])
    details = checks.CheckDetails(
        value["kind"], value["number"], value["issuer"], value["issued_on"], value["expires_on"]
    )
    row = checks.record(
        hands.session,
        hands.actor,
        details,
        firm_id=None if worker else firm_id,
        worker_id=worker.id if worker else None,
        now=hands.now,
    )
    return {"id": str(row.id), "firm": value["firm_code"], "kind": row.kind}


def take_catalogue(hands: Hands, value: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a version by the rows of its two files; faults of a row are told at that row."""
    files = _file(CATALOGUE_COLUMNS, value["items"]), _file(FINDINGS_COLUMNS, value["findings"])
    try:
        row = catalogue.load(hands.session, hands.actor, *files, value["valid_from"], hands.now)
    except BrokenFilesError as broken:
        raise FaultsError(_of_files(broken)) from None
    except catalogue.TooFarAheadError as error:
        raise FaultsError([Fault("valid_from", str(error))]) from None
    return {"id": str(row.id), "number": row.number, "state": row.state}


def _of_files(broken: BrokenFilesError) -> list[Fault]:
    """A file's faults as those of the rows that it was made of: line 2 is the first row."""
    found = []
    for name, fault in broken.faults:
        part = "items" if name == catalogue.ITEMS_FILE else "findings"
        place = f"{part}.{fault.line - 2}" if fault.line >= 2 else part
        found.append(Fault(f"{place}.{fault.column}" if fault.column else place, fault.message))
    return found


def _file(columns: Sequence[str], rows: Sequence[Mapping[str, str | None]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: re.sub(r"\s+", " ", row[name] or "") for name in columns} for row in rows)
    return out.getvalue()


def _firm(hands: Hands, given: str) -> uuid.UUID:
    code = given.upper()
    if code not in hands.firms:
        found = hands.session.scalar(select(Firm.id).where(Firm.code == code, Firm.active))
        if found is None:
            message = "No active firm has this code: take it from the list of firms."
            raise FaultsError([Fault("firm_code", message)])
        hands.firms[code] = found
    return hands.firms[code]


def _worker(session: Session, firm_id: uuid.UUID, value: Mapping[str, Any]) -> Worker | None:
    names = [(value["first_name"] or "").strip().lower(), (value["last_name"] or "").strip().lower()]
    return session.scalar(
        select(Worker)
        .where(
            Worker.firm_id == firm_id,
            func.lower(Worker.first_name) == names[0],
            func.lower(Worker.last_name) == names[1],
        )
        .order_by(Worker.id)
        .limit(1)
    )


TAKERS: Mapping[str, Taker] = {
    kinds.ASSESSMENTS: take_assessment,
    kinds.WORKERS: take_worker,
    kinds.CHECKS: take_check,
    kinds.CATALOGUE: take_catalogue,
}
