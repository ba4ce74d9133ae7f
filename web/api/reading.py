"""Calls that read: a page of a list from where the last one ended, one row by its id, the catalogue in force."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from web.api.callers import caller
from web.edge import db
from web.forms.fields import YEARS
from worksorders.domain.disclosure.policy import shown_to
from worksorders.domain.errors import Faults
from worksorders.steps.exchange import read
from worksorders.steps.lists import page
from worksorders.steps.lists.find import OUTSIDE
from worksorders.steps.lists.register import Register, Wanted

MOST_ROWS = 200
PARAMETERS = ("state", "class", "region", "firm", "from", "to", "code", "after", "limit")


def list_of(register: Register) -> Callable[[], ResponseReturnValue]:
    """The call that gives a page of a list."""

    def view() -> ResponseReturnValue:
        faults, seen = Faults(), register.seen_by(caller().actor.role)
        wanted, limit = _wanted(faults), _limit(faults)
        _refuse_unknown(faults)
        faults.raise_if_any()
        found = page.read_page(db(), seen, wanted, after=request.args.get("after") or None, size=limit)
        response = jsonify({"data": [shown(seen, row) for row in found.rows], "next": found.after})
        if found.after:
            given: dict[str, Any] = {**request.args, "after": found.after}
            following = url_for(request.endpoint or "", **given)
            response.headers["Link"] = f'<{following}>; rel="next"'
        return response

    return view


def one_of(register: Register) -> Callable[..., ResponseReturnValue]:
    """The call that gives one row; an order comes with its lines and visits."""

    def view(**ids: uuid.UUID) -> ResponseReturnValue:
        (key,) = ids.values()
        seen = register.seen_by(caller().actor.role)
        found = shown(seen, page.read_one(db(), seen, Wanted(regions=caller().regions), key))
        if register is OUTSIDE["orders"]:
            found |= read.order_parts(db(), key, shown_to(caller().actor.role))
        return jsonify(found)

    return view


def catalogue() -> ResponseReturnValue:
    """The catalogue in force."""
    return jsonify(read.catalogue_in_force(db()))


def shown(register: Register, row: page.Row) -> dict[str, Any]:
    """A row as JSON: money in cents, instants in UTC."""
    return {
        "id": str(row["id"]),
        **{field_name(column): page.plain(row[column.name]) for column in register.told},
    }


def field_name(column: Any) -> str:
    """Money says its unit in its name."""
    return f"{column.name}_cents" if column.kind == "money" else str(column.name)


def _wanted(faults: Faults) -> Wanted:
    return Wanted(
        state=request.args.get("state", ""),
        urgency=request.args.get("class", ""),
        region=request.args.get("region", ""),
        firm_id=_id("firm", faults),
        from_on=_day("from", faults),
        to_on=_day("to", faults),
        text=request.args.get("code", ""),
        regions=caller().regions,
    )


def _id(name: str, faults: Faults) -> uuid.UUID | None:
    text = request.args.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        faults.add(name, "This is not an id: give the id of a firm, such as those of /v1/workers name.")
        return None


def _day(name: str, faults: Faults) -> date | None:
    text = request.args.get(name, "")
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        found = None
    if text and (found is None or found.year not in YEARS):
        faults.add(name, "This is not a day: write it like 2026-11-21.")
        return None
    return found


def _limit(faults: Faults) -> int:
    text = request.args.get("limit", str(page.PAGE_SIZE))
    if text.isascii() and text.isdecimal() and 0 < len(text) < 4 and 1 <= int(text) <= MOST_ROWS:
        return int(text)
    faults.add("limit", f"This is not a number of rows: give a whole number from 1 to {MOST_ROWS}.")
    return page.PAGE_SIZE


def _refuse_unknown(faults: Faults) -> None:
    for name in sorted(set(request.args) - set(PARAMETERS)):
        faults.add(name[:40], f"There is no such parameter; known are {', '.join(PARAMETERS)}.")
