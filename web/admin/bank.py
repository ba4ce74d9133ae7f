"""Bank accounts of firms: entered by one person, verified by another."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.admin.blueprint import blueprint
from web.admin.firms import back_to
from web.admin.forms.money import BankAccountForm, VerifyForm
from web.answering import answer_form
from web.edge import actor, db
from web.extensions import request_now
from worksorders.steps.people import bank_accounts as step
from worksorders.steps.people.firms import own_firm


@blueprint.route("/firms/<uuid:firm_id>/bank-accounts/new", methods=["GET", "POST"])
def enter_bank_account(firm_id: uuid.UUID) -> ResponseReturnValue:
    """Keep a new version, to be verified by another person."""
    firm = own_firm(db(), actor(), firm_id)
    form = BankAccountForm()

    def enter() -> str:
        step.enter(db(), actor(), firm_id, form.number.data, request_now())
        flash("The account has been entered. Another person verifies it before money goes there.", "success")
        return url_for("admin.firm", firm_id=firm_id)

    return answer_form(
        form,
        "bank_account.enter",
        enter,
        title=f"Enter the bank account of {firm.name}",
        submit="Enter the account",
        back=back_to(firm),
        lead="Take it from the agreement or a deposit slip, never from an invoice.",
    )


@blueprint.get("/bank-accounts")
def bank_accounts() -> ResponseReturnValue:
    """Accounts that wait for a second person."""
    return render_template("admin/bank_accounts.html", rows=step.waiting(db()), me=actor().user_id)


@blueprint.route("/bank-accounts/<uuid:account_id>/verify", methods=["GET", "POST"])
def verify_bank_account(account_id: uuid.UUID) -> ResponseReturnValue:
    """Verify an account that somebody else entered."""
    found = step.find(db(), account_id)
    form = VerifyForm()

    def verify() -> str:
        step.verify(db(), actor(), account_id, form.evidence.data, request_now())
        flash("The account is verified: money may go there.", "success")
        return url_for("admin.bank_accounts")

    return answer_form(
        form,
        "bank_account.verify",
        verify,
        title=f"Verify account {found.number}",
        submit="Verify the account",
        back=(url_for("admin.bank_accounts"), "Bank accounts to verify"),
        lead=f"It was entered for {step.firm_name(db(), found)}.",
    )
