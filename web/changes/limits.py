"""Limits lent to others from day to day: those in force, a form to lend, a button to end."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.changes.blueprint import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.forms.fields import DateField, MoneyField, SelectField, TextField
from worksorders.domain.errors import FaultsError
from worksorders.domain.roles import Role
from worksorders.steps.account_changes.lending import ask_loan
from worksorders.steps.limits import delegations


class LimitForm(Form):
    """Lend limits; only an administrator chooses whose."""

    from_user = SelectField("Whose limits")
    to_user = SelectField("Lend to")
    from_on = DateField("From", description="For example 24 11 2026")
    to_on = DateField("To, that day included")
    limit = MoneyField("Up to, before GST", least=0)
    reason = TextField("Why")


def _form(*, fresh: bool = False) -> LimitForm:
    form = LimitForm(formdata=None) if fresh else LimitForm()
    people = [(str(user_id), name) for user_id, name in delegations.approvers(db())]
    form.to_user.choices = [("", "Choose"), *(pair for pair in people if pair[0] != str(actor().user_id))]
    form.from_user.choices = [("", "My own"), *people]
    if actor().role is not Role.ADMINISTRATOR:
        del form.from_user
    elif form.to_user.choices:
        form.to_user.choices = [("", "Choose"), *people]
    return form


@blueprint.route("/limits", methods=["GET", "POST"])
def limits() -> ResponseReturnValue:
    """Limits lent, and lending them."""
    form = _form()
    if form.validate_on_submit():
        try:
            return take_once(form.key, "limits.lend", lambda: _lend(form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return _page(form), form.status


def _page(form: LimitForm) -> str:
    rows = delegations.find_delegations(db(), actor(), request_now())
    return render_template("changes/limits.html", form=form, rows=rows, action=Form(formdata=None))


def _lend(form: LimitForm) -> str:
    chosen = form.from_user.data if "from_user" in form else ""
    loan = delegations.Loan(
        from_user_id=uuid.UUID(chosen) if chosen else actor().user_id,
        to_user_id=uuid.UUID(form.to_user.data) if form.to_user.data else None,
        from_on=form.from_on.data,
        to_on=form.to_on.data,
        limit_cents=form.limit.data,
        reason=form.reason.data or "",
    )
    if loan.from_user_id != actor().user_id:
        ask_loan(db(), actor(), loan, request_now())
        flash("A second person has to confirm it now. Until then nothing changes.", "success")
        return url_for("auth.waiting")
    delegations.delegate(db(), actor(), loan, request_now())
    flash("The limits are lent. Each use of them names both of you.", "success")
    return url_for("changes.limits")


@blueprint.post("/limits/<uuid:delegation_id>/revoke")
def revoke(delegation_id: uuid.UUID) -> ResponseReturnValue:
    """End a loan of limits at once."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("changes.limits"), 303)

    def act() -> str:
        delegations.revoke(db(), actor(), delegation_id, request_now())
        flash("These limits are not lent any more.", "success")
        return url_for("changes.limits")

    return take_once(form.key, "limits.revoke", act)
