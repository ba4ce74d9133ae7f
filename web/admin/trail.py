"""The audit trail for auditors and privacy officers: filters, pages, export, and who saw a home."""

from __future__ import annotations

import re
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from web.admin.blueprint import blueprint, chosen, chosen_day, csv_file, uuid_or_none
from web.edge import actor, db
from web.extensions import request_now
from web.filters import local_today, words
from web.services import services
from worksorders.steps.actor import NotFoundError
from worksorders.steps.admin import trail as step
from worksorders.steps.admin.files import safe_csv
from worksorders.steps.admin.trail import Filter

HEADER = ("number", "at_utc", "who", "action", "record", "id", "from", "to", "reason", "detail")


@blueprint.get("/audit")
def audit() -> ResponseReturnValue:
    """A page of the trail, newest first."""
    wanted, faults = _wanted()
    page = step.read_trail(db(), wanted, before=_number("before"), after=_number("after"))
    body = render_template(
        "admin/audit.html",
        page=page,
        people=step.people(db()),
        actions=[(action, words(action.replace(".", " "))) for action in step.actions(db())],
        filters=_filters(),
        faults=faults,
    )
    return body, 422 if faults else 200


@blueprint.get("/audit.csv")
def audit_csv() -> ResponseReturnValue:
    """What the filter shows as CSV, safe from formulas."""
    wanted, faults = _wanted()
    if faults:
        return audit()
    rows = [
        (
            entry.number,
            entry.at.isoformat(),
            entry.who or "",
            entry.action,
            entry.table,
            str(entry.subject_id),
            entry.from_state or "",
            entry.to_state or "",
            entry.reason or "",
            "; ".join(f"{key}={value}" for key, value in entry.detail.items()),
        )
        for entry in step.export(db(), wanted)
    ]
    with services().sessions.begin() as own:
        step.note_export(own, actor(), len(rows), _filters())
    return csv_file(safe_csv(HEADER, rows), f"audit-{local_today(request_now()).isoformat()}.csv")


@blueprint.get("/readings")
def readings() -> ResponseReturnValue:
    """Who saw a home and why, by the code of its case."""
    code = chosen("case")
    case: Any = None
    found: tuple[step.Reading, ...] = ()
    if code:
        try:
            case, found = step.readings(db(), code)
        except NotFoundError:
            case = None
    return render_template("admin/readings.html", case=case, readings=found, asked=bool(code))


def _filters() -> dict[str, str]:
    return {name: value for name in ("who", "action", "from", "to", "subject") if (value := chosen(name))}


def _wanted() -> tuple[Filter, list[str]]:
    faults: list[str] = []
    subject = chosen("subject")
    subject_id = uuid_or_none(subject)
    if subject and subject_id is None:
        faults.append(f"“{subject}” is not the id of a record.")
    wanted = Filter(
        actor_id=uuid_or_none(chosen("who")),
        action=chosen("action"),
        subject_id=subject_id,
        from_on=chosen_day("from", faults),
        to_on=chosen_day("to", faults),
    )
    return wanted, faults


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else None
