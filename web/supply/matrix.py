"""What each region has and lacks of each trade over a fortnight, on a page and as a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from catalogue.trade import TRADES
from web.answering import chosen, download
from web.edge import db
from web.extensions import request_now
from web.filters import local_today
from web.forms.fields import YEARS
from web.paging import page_address, page_number
from web.supply.blueprint import blueprint
from worksorders.steps.lists.part import part_of
from worksorders.steps.people.places import region_choices
from worksorders.steps.vetting import matrix as step


@blueprint.get("/")
def matrix() -> ResponseReturnValue:
    """The matrix in pages; what lacks comes first, and is named above it whatever page is shown."""
    first_on, fault = _first_day()
    found = _find(first_on)
    page = render_template(
        "supply/matrix.html",
        days=found.days,
        unmet=[row for row in found.rows if row.unmet],
        shown=part_of(found.rows, page_number()),
        address=page_address(),
        first_on=first_on,
        fault=fault,
        regions=region_choices(),
        trades=[(name, name.capitalize()) for name in TRADES],
        csv_address=url_for("supply.matrix_csv", **_filters()),
    )
    return page, 422 if fault else 200


@blueprint.get("/matrix.csv")
def matrix_csv() -> ResponseReturnValue:
    """What the page shows, one line a region, trade and day."""
    first_on, fault = _first_day()
    if fault:
        return matrix()
    return download(step.matrix_csv(_find(first_on)), f"who-can-go-{first_on.isoformat()}.csv")


def _filters() -> dict[str, Any]:
    return {name: value for name in ("on", "region", "trade", "only") if (value := chosen(name))}


def _find(first_on: date) -> step.Matrix:
    region, trade = chosen("region"), chosen("trade")
    return step.find_matrix(
        db(),
        first_on,
        region=region if region in dict(region_choices()) else "",
        trade=trade if trade in TRADES else "",
        lacking_only=chosen("only") == "lacking",
    )


def _first_day() -> tuple[date, str]:
    today, text = local_today(request_now()), chosen("on")
    if not text:
        return today, ""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        return today, f"“{text}” is not a date: write it like 2026-11-21."
    return found, ""
