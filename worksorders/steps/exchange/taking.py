"""Takes one record of each kind in, by the same steps that the forms use; each answers what was made."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

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
from worksorders.steps.exchange.known import Known, names_of
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

DEFAULT_TRAVEL = 90


@dataclass(frozen=True, slots=True)
class Hands:
    """Who takes in, when, with what; an unattended one has nobody to ask whether a home is the known one."""

    session: Session
    cipher: Cipher
    actor: Actor
    now: datetime
    unattended: bool = False
    known: Known = field(default_factory=Known)


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
    firm_id = hands.known.firm(hands.session, value["firm_code"])
    known = hands.known.workers_of(hands.session, firm_id)
    if names_of(value) in known:
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
    row = workers.add_worker(hands.session, hands.actor, firm_id, details, of_many=True)
    known[names_of(value)] = row
    return {"id": str(row.id), "firm": value["firm_code"]}


def take_check(hands: Hands, value: Mapping[str, Any]) -> dict[str, Any]:
    """Record a check of a worker, or of the firm where no name is given; the same check twice is a fault."""
    firm_id = hands.known.firm(hands.session, value["firm_code"])
    worker = hands.known.workers_of(hands.session, firm_id).get(names_of(value))
    if any(names_of(value)) and worker is None:
        raise FaultsError([Fault("last_name", "The firm has no worker of this name: add the worker first.")])
    known = hands.known.checks_of(hands.session, firm_id)
    same = (worker.id if worker else firm_id, value["kind"], value["number"], value["issued_on"])
    if same in known:
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
        among=hands.known.register(hands.session),
    )
    known.add(same)
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


TAKERS: Mapping[str, Taker] = {
    kinds.ASSESSMENTS: take_assessment,
    kinds.WORKERS: take_worker,
    kinds.CHECKS: take_check,
    kinds.CATALOGUE: take_catalogue,
}
# These refuse a record before they write any of it, so that what is written needs no savepoint of its own.
WRITTEN_LAST = frozenset({kinds.WORKERS, kinds.CHECKS})
