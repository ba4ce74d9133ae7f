"""The funding contract's drawdown, its file, and recording a contract."""

from __future__ import annotations

from flask import abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import download
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import local_today, plural
from web.finance.blueprint import blueprint, chosen
from web.finance.forms import ContractForm
from web.forms.base import apply_faults, render_form
from worksorders.domain.errors import FaultsError
from worksorders.domain.finance.contract import programme_years
from worksorders.domain.roles import Role
from worksorders.steps.finance import contract as step
from worksorders.steps.finance.find.contract import find_drawdown, parts_of
from worksorders.steps.finance.find.report import find_report
from worksorders.steps.finance.pack.write import drawdown_csv
from worksorders.steps.finance.uncommitted import commit_uncommitted


@blueprint.get("/contract")
def contract() -> ResponseReturnValue:
    """Where the budget stands, by year and in all."""
    known = step.all_contracts(db())
    if not known:
        return render_template("finance/contract_none.html", may_record=actor().role is Role.FINANCE)
    code = chosen("code")
    shown = step.find_contract(db(), code) if code else known[0]
    return render_template(
        "finance/contract.html",
        page=find_drawdown(db(), shown),
        known=known,
        parts_of=parts_of,
        may_record=actor().role is Role.FINANCE,
    )


@blueprint.get("/contract.csv")
def contract_csv() -> ResponseReturnValue:
    """The same numbers as a file, safe from formulas."""
    known = step.all_contracts(db())
    if not known:
        abort(404)
    shown = step.find_contract(db(), chosen("code")) if chosen("code") else known[0]
    name = f"drawdown-{local_today(request_now()).isoformat()}.csv"
    return download(drawdown_csv(find_report(db(), shown, request_now())), name)


@blueprint.route("/contract/new", methods=["GET", "POST"])
def record_contract() -> ResponseReturnValue:
    """Record a funding contract of three years; its sums are shared out by the homes of each year."""
    form = ContractForm()
    if form.validate_on_submit():
        try:
            return take_once(form.key, "funding_contract.record", lambda: _record(form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return render_form("finance/contract_new.html", form)


def _record(form: ContractForm) -> str:
    starts_on, total_cents = form.starts_on.data, form.total.data
    assert starts_on is not None
    row = step.record_contract(
        db(),
        actor(),
        code=form.code.data,
        name=form.name.data,
        gst_basis=form.gst_basis.data,
        years=programme_years(starts_on, total_cents or 0),
        now=request_now(),
    )
    flash(f"Contract {row.code} is recorded.", "success")
    late = commit_uncommitted(db(), actor(), request_now())
    if late:
        flash(f"{plural(late, 'urgent order')} issued before is committed in it.", "success")
    return url_for("finance.contract", code=row.code)
