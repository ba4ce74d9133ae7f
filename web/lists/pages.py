"""The lists themselves: a page of rows as the filter in the address has it, and the same rows as a file."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.answering import download
from web.edge import actor, db
from web.extensions import request_now
from web.filters import local_today
from web.forms.base import Form
from web.forms.fields import YEARS
from web.lists.blueprint import blueprint
from worksorders.domain.errors import Faults, FaultsError
from worksorders.domain.roles import Role
from worksorders.steps.lists import page as reading
from worksorders.steps.lists.find import firm_choices, register_of, registers_of
from worksorders.steps.lists.register import Register, Wanted
from worksorders.steps.people.places import region_choices
from worksorders.steps.settings.coordinators import Cover, cover_of

# Where the code of a row leads: the endpoint, its argument, and the column that holds the id.
LINKS = {
    "orders": ("coordinator.order", "order_id", "id"),
    "visits": ("coordinator.order", "order_id", "order_id"),
    "offers": ("coordinator.order", "order_id", "order_id"),
    "assessments": ("coordinator.assessment", "assessment_id", "id"),
    "plans": ("planning.plan", "plan_id", "id"),
    "invoices": ("finance.invoice", "invoice_id", "id"),
}
CLASSES = [("", "Any"), *((name, name) for name in ("P1", "P2", "P3", "P4"))]
FILTERS = ("state", "class", "region", "firm", "from", "to", "q", "regions")


class ExportForm(Form):
    """The button that gives the file; asking twice gives it twice."""

    form_uuid = None


@blueprint.get("")
def lists() -> ResponseReturnValue:
    """To the first list of the role."""
    return redirect(url_for("lists.one_list", name=registers_of(actor().role)[0].name), 303)


@blueprint.get("/<name>")
def one_list(name: str) -> ResponseReturnValue:
    """A page of a list, with its filters; broken ones are told and left out."""
    register = register_of(actor(), name)
    faults = Faults()
    cover = _cover(register)
    wanted = _wanted(faults, cover)
    after = request.args.get("after", "")
    try:
        found = reading.read_page(db(), register, wanted, after=after or None)
    except FaultsError as error:
        found = reading.read_page(db(), register, wanted)
        for fault in error.faults:
            faults.add(fault.field, fault.message)
    body = render_template(
        "lists/list.html",
        register=register,
        columns=[column for column in register.columns if column.shown],
        registers=registers_of(actor().role),
        found=found,
        count=reading.count(db(), register, wanted),
        begun=bool(after),
        given=_given(),
        cover=cover,
        narrowed=wanted.regions is not None,
        firms=_firms() if "firm" in register.filters else [],
        regions=[("", "Any"), *region_choices()],
        classes=CLASSES,
        faults=_messages(faults),
        link=_link(register.name),
        form=ExportForm(formdata=None),
    )
    return body, 422 if faults else 200


@blueprint.post("/<name>/export")
def export(name: str) -> ResponseReturnValue:
    """The whole list as the filter has it, as CSV that no spreadsheet takes for a formula; the trail keeps who had it."""
    register = register_of(actor(), name)
    faults = Faults()
    cover = _cover(register)
    wanted = _wanted(faults, cover)
    faults.raise_if_any()
    body = reading.export(db(), actor(), register, wanted)
    return download(body, f"{register.name}-{local_today(request_now()).isoformat()}.csv")


def _link(name: str) -> Callable[[Mapping[str, Any]], str]:
    """The address behind a row's first cell, or nothing where it has no page."""
    if name not in LINKS:
        return lambda _: ""
    endpoint, argument, column = LINKS[name]
    return lambda row: url_for(endpoint, **{argument: row[column]})


def _given() -> dict[str, str]:
    """The filter as it stands in the address, to be carried along."""
    return {name: value for name in FILTERS if (value := request.args.get(name, "").strip()[:100])}


def _cover(register: Register) -> Cover | None:
    """Whose regions the list is narrowed to first; none where it knows no region or the reader looks after none."""
    if actor().role is not Role.COORDINATOR or "region" not in register.filters:
        return None
    cover = cover_of(db(), actor())
    return cover if cover.mine else None


def _wanted(faults: Faults, cover: Cover | None) -> Wanted:
    given = _given()
    first_view = cover and not {"region", "regions", "q"} & given.keys()
    return Wanted(
        state=given.get("state", ""),
        urgency=given.get("class", ""),
        region=given.get("region", ""),
        firm_id=_id(given.get("firm", ""), faults),
        from_on=_day(given, "from", faults),
        to_on=_day(given, "to", faults),
        text=given.get("q", ""),
        regions=cover.shown if cover and first_view else None,
    )


def _id(text: str, faults: Faults) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        faults.add("firm", f"“{text}” is not a firm: choose one from the list.")
        return None


def _day(given: dict[str, str], name: str, faults: Faults) -> date | None:
    text = given.get(name, "")
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        found = None
    if text and (found is None or found.year not in YEARS):
        faults.add(name, f"“{text}” is not a date: write it like 2026-11-21.")
        return None
    return found


def _firms() -> list[tuple[Any, str]]:
    return [("", "Any"), *firm_choices(db())]


def _messages(faults: Faults) -> list[str]:
    try:
        faults.raise_if_any()
    except FaultsError as error:
        return [fault.message for fault in error.faults]
    return []
