"""Firms: list, take in, correct, stop; and what belongs to one on its page."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.admin.blueprint import blueprint, chosen
from web.admin.forms.firms import FirmForm
from web.admin.forms.users import ReasonForm
from web.answering import answer_form
from web.edge import actor, db
from web.extensions import request_now
from web.paging import page_number
from worksorders.steps.people import bank_accounts, check_documents, checks
from worksorders.steps.people import firms as step
from worksorders.steps.people.check_register import load_register
from worksorders.steps.people.firms import FirmDetails, SchedularTax
from worksorders.steps.people.places import region_choices


@blueprint.get("/firms")
def firms() -> str:
    """Every firm, by name or region."""
    found = step.find_firms(db(), region=chosen("region"), text=chosen("q"), page=page_number())
    return render_template(
        "admin/firms.html",
        found=found,
        regions=region_choices(),
        address=lambda number: url_for("admin.firms", page=number, region=chosen("region"), q=chosen("q")),
    )


@blueprint.route("/firms/new", methods=["GET", "POST"])
def add_firm() -> ResponseReturnValue:
    """Take a firm in."""
    form = FirmForm()

    def add() -> str:
        firm = step.add_firm(db(), actor(), _details(form), form.regions.data, request_now())
        flash(f"{firm.name} has been added.", "success")
        return url_for("admin.firm", firm_id=firm.id)

    back = (url_for("admin.firms"), "All firms")
    return answer_form(form, "firm.add", add, title="Add a firm", submit="Add the firm", back=back)


@blueprint.get("/firms/<uuid:firm_id>")
def firm(firm_id: uuid.UUID) -> ResponseReturnValue:
    """One firm with its workers, checks, agreements and bank accounts."""
    return render_template(
        "admin/firm.html",
        firm=step.own_firm(db(), actor(), firm_id),
        checks=checks.checks_of(db(), firm_id=firm_id),
        kinds=load_register(db()),
        accounts=bank_accounts.accounts_of(db(), firm_id),
        documented=check_documents.documented(db(), firm_id),
    )


@blueprint.route("/firms/<uuid:firm_id>/change", methods=["GET", "POST"])
def change_firm(firm_id: uuid.UUID) -> ResponseReturnValue:
    """Correct the firm's details and regions."""
    found = step.own_firm(db(), actor(), firm_id)
    form = FirmForm(data=_data(found))

    def change() -> str:
        step.change_firm(db(), actor(), firm_id, _details(form), form.regions.data, request_now())
        flash("The firm has been changed.", "success")
        return url_for("admin.firm", firm_id=firm_id)

    return answer_form(
        form, "firm.change", change, title=f"Details of {found.name}", submit="Save", back=back_to(found)
    )


@blueprint.route("/firms/<uuid:firm_id>/active", methods=["GET", "POST"])
def set_firm_active(firm_id: uuid.UUID) -> ResponseReturnValue:
    """Stop offering work to a firm, or begin again."""
    found = step.own_firm(db(), actor(), firm_id)
    form, starting = ReasonForm(), not found.active

    def turn() -> str:
        step.set_firm_active(db(), actor(), firm_id, active=starting, reason=form.reason.data)
        flash("Work is offered again." if starting else "No more work is offered.", "success")
        return url_for("admin.firm", firm_id=firm_id)

    lead = (
        "It is asked again wherever its checks and agreement are in force."
        if starting
        else "It gets no new offers and is left out of plans. What it has accepted stays with it until "
        "somebody reassigns it."
    )
    verb = "Offer work again" if starting else "Stop offering work"
    return answer_form(
        form,
        "firm.active",
        turn,
        title=f"{verb} to {found.name}",
        submit=verb,
        kind="" if starting else "warning",
        back=back_to(found),
        lead=lead,
    )


def back_to(found: Any) -> tuple[str, str]:
    """The way back to a firm's page."""
    return url_for("admin.firm", firm_id=found.id), found.name


def _data(found: Any) -> dict[str, Any]:
    return {
        "name": found.name,
        "nzbn": found.nzbn or "",
        "gst_number": found.gst_number or "",
        "email": found.email or "",
        "phone": found.phone,
        "schedular_tax": found.schedular_tax,
        "declaration_on": found.declaration_on,
        "regions": [row.region_code for row in found.regions],
    }


def _details(form: FirmForm) -> FirmDetails:
    fields = (form.nzbn, form.gst_number, form.email, form.phone)
    nzbn, gst_number, email, phone = (field.data or "" for field in fields)
    tax = SchedularTax(bool(form.schedular_tax.data), form.declaration_on.data)
    return FirmDetails(form.name.data, nzbn, gst_number, email, phone, tax)
