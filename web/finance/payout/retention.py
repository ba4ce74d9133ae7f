"""Money kept back: the terms of agreements, postings to the trust account, release, notice and use."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import local_today, money
from web.finance.blueprint import blueprint
from web.finance.payout.forms import TermForm, TrustForm, UseForm, WhyForm
from web.forms.base import Form
from worksorders.steps.finance.keeping import find, releases, terms
from worksorders.steps.finance.keeping import withhold as withholding
from worksorders.steps.finance.match import load_invoice


@blueprint.get("/retention")
def retention() -> ResponseReturnValue:
    """What is kept back of which invoice, and what each agreement says."""
    return render_template(
        "finance/retention.html",
        rows=find.kept_rows(db()),
        terms=terms.term_rows(db(), local_today(request_now())),
        today=local_today(request_now()),
        form=Form(formdata=None),
    )


def _back() -> tuple[str, str]:
    return url_for("finance.retention"), "Retention"


@blueprint.route("/agreements/<uuid:agreement_id>/retention", methods=["GET", "POST"])
def set_retention(agreement_id: uuid.UUID) -> ResponseReturnValue:
    """Set what an agreement keeps back of orders issued from a day on."""
    row = terms.term_row(db(), agreement_id, local_today(request_now()))
    form = TermForm()

    def keep() -> str:
        percent, months = form.percent.data, form.kept_months.data
        assert percent is not None
        assert months is not None
        terms.set_term(
            db(),
            actor(),
            agreement_id,
            percent=percent,
            kept_months=months,
            in_force_from=form.in_force_from.data,
            now=request_now(),
        )
        flash("The term is kept. Orders issued before its first day do not change.", "success")
        return url_for("finance.retention")

    return answer_form(
        form,
        "retention.set",
        keep,
        title=f"Retention of {row.firm}, {row.code}",
        submit="Keep the term",
        back=_back(),
        lead="Money kept back is held in trust for the contractor until its day.",
    )


@blueprint.route("/invoices/<uuid:invoice_id>/withhold", methods=["GET", "POST"])
def withhold(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Record what is kept back and its posting to the trust account."""
    invoice, form = load_invoice(db(), invoice_id), TrustForm()
    due = withholding.due_of(db(), invoice, request_now())

    def keep() -> str:
        withholding.withhold(db(), actor(), invoice_id, reference=form.reference.data, now=request_now())
        flash(f"{money(due)} is kept back and posted to the trust account.", "success")
        return url_for("finance.invoice", invoice_id=invoice_id)

    return answer_form(
        form,
        "retention.withhold",
        keep,
        title=f"Keep back {money(due)} of {invoice.number}",
        submit="Keep it back",
        back=(url_for("finance.invoice", invoice_id=invoice_id), f"Invoice {invoice.number}"),
        lead="Transfer it to the trust account first, and enter the reference of that entry.",
    )


@blueprint.post("/invoices/<uuid:invoice_id>/retention/release")
def release_retention(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Let go of what is left, once its day has come."""
    form = Form()
    if not form.validate_on_submit():
        return retention()

    def release() -> str:
        cents = releases.release(db(), actor(), invoice_id, request_now())
        flash(f"{money(cents)} is released: the next pay run may hold it.", "success")
        return url_for("finance.retention")

    return take_once(form.key, "retention.release", release)


@blueprint.route("/invoices/<uuid:invoice_id>/retention/notice", methods=["GET", "POST"])
def give_notice(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Record the notice that has to come before retention is used."""
    invoice, form = load_invoice(db(), invoice_id), WhyForm()

    def note() -> str:
        releases.give_notice(db(), actor(), invoice_id, reason=form.reason.data, now=request_now())
        flash("The notice is recorded: after 10 working days the retention may be used.", "success")
        return url_for("finance.retention")

    return answer_form(
        form,
        "retention.notice",
        note,
        title=f"Notice to use the retention of {invoice.number}",
        submit="Record the notice",
        back=_back(),
        lead="Say what was not done or is defective, as the notice to the contractor says. No name and no address.",
    )


@blueprint.route("/invoices/<uuid:invoice_id>/retention/use", methods=["GET", "POST"])
def use_retention(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Use retention after the notice has run."""
    invoice, form = load_invoice(db(), invoice_id), UseForm()

    def use() -> str:
        cents = form.amount.data or 0
        releases.use(db(), actor(), invoice_id, cents=cents, reason=form.reason.data, now=request_now())
        flash(f"{money(cents)} of the retention is used and back in the budget.", "success")
        return url_for("finance.retention")

    return answer_form(
        form,
        "retention.use",
        use,
        title=f"Use the retention of {invoice.number}",
        submit="Use it",
        kind="warning",
        back=_back(),
    )
