"""How work is shared: per firm and region offers, answers and hours, with a chart, a table and a file."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import chosen, download
from web.edge import db
from web.extensions import request_now
from web.filters import local_today
from web.paging import page_address, page_number
from web.supply.blueprint import blueprint
from worksorders.steps.lists.part import part_of
from worksorders.steps.people.places import region_choices
from worksorders.steps.sharing import figures

MOST_BARS = 20
LONGEST_LABEL = 18


@blueprint.get("/sharing")
def sharing() -> str:
    """The figures of the last 30 or 90 days, of all regions or one."""
    found = _find()
    firms = found.by_firm()
    return render_template(
        "supply/sharing.html",
        found=found,
        shown=part_of(found.rows, page_number()),
        address=page_address(),
        bars=[(_short(row.firm), row.hours) for row in firms[:MOST_BARS]],
        firms=len(firms),
        regions=region_choices(),
        csv_address=url_for("supply.sharing_csv", days=found.days, region=_region()),
    )


@blueprint.get("/sharing.csv")
def sharing_csv() -> ResponseReturnValue:
    """The same as a file."""
    found = _find()
    name = f"sharing-{found.days}-days-{local_today(request_now()).isoformat()}.csv"
    return download(figures.sharing_csv(found), name)


def _short(name: str) -> str:
    """As much of a name as the chart has room for; the table has all of it."""
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1].rstrip()}…"


def _region() -> str:
    return chosen("region") if chosen("region") in dict(region_choices()) else ""


def _find() -> figures.Sharing:
    days = 90 if chosen("days") == "90" else 30
    return figures.find_sharing(db(), request_now(), days=days, region=_region())
