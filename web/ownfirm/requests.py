"""What the firm asks the office for: regions, trades, a new worker; and taking a request back."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form, button
from web.edge import actor, db
from web.extensions import request_now
from web.ownfirm.blueprint import LAYOUT, blueprint
from web.ownfirm.forms import RegionsForm, TradesForm
from web.workforce.workers import WorkerForm, details_of
from worksorders.steps.own_firm import people
from worksorders.steps.own_firm import requests as step
from worksorders.steps.people.firms import own_firm

ASKED = "The office has been asked. Nothing changes before it agrees."


@blueprint.route("/our-firm/regions", methods=["GET", "POST"])
def regions() -> ResponseReturnValue:
    """Ask for other regions."""
    firm = own_firm(db(), actor(), people.office(actor()))
    form: Any = RegionsForm(data={"regions": [row.region_code for row in firm.regions]})

    def act() -> str:
        step.ask_regions(db(), actor(), form.regions.data, request_now())
        flash(ASKED, "success")
        return url_for("ownfirm.people")

    return answer_form(form, "own.regions", act, layout=LAYOUT, **_page("Ask for other regions"))


@blueprint.route("/people/<uuid:worker_id>/trades", methods=["GET", "POST"])
def trades(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for other trades of a worker."""
    people.office(actor())
    found = people.own_person(db(), actor(), worker_id)
    form: Any = TradesForm(data={"trades": [row.trade for row in found.trades]})

    def act() -> str:
        step.ask_trades(db(), actor(), worker_id, form.trades.data, request_now())
        flash(ASKED, "success")
        return url_for("ownfirm.people")

    return answer_form(
        form, "own.trades", act, layout=LAYOUT, **_page(f"Ask for other trades of {found.first_name}")
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
def add_worker() -> ResponseReturnValue:
    """Ask that somebody be taken in."""
    people.office(actor())
    form: Any = WorkerForm()

    def act() -> str:
        step.ask_worker(db(), actor(), details_of(form), request_now())
        flash(ASKED, "success")
        return url_for("ownfirm.people")

    return answer_form(form, "own.worker", act, layout=LAYOUT, **_page("Ask to take in a worker"))


@blueprint.post("/requests/<uuid:request_id>/withdraw")
def withdraw_request(request_id: uuid.UUID) -> ResponseReturnValue:
    """Take a request back."""
    step.own_request(db(), actor(), request_id)

    def act() -> str:
        step.withdraw(db(), actor(), request_id, request_now())
        flash("The request has been taken back.", "success")
        return url_for("ownfirm.people")

    return button("own.request_withdraw", act, url_for("ownfirm.people"))


def _page(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "submit": "Ask the office",
        "lead": "The programme’s office agrees first, since checks depend on it.",
        "back": (url_for("ownfirm.people"), "Our people"),
    }
