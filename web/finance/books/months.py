"""Month end: the list of months, one month with what blocks it, its journal, closing and opening again."""

from __future__ import annotations

from flask import Response, abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form, download
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.finance.blueprint import blueprint
from web.finance.payout.forms import WhyForm
from web.forms.base import Form
from web.paging import page_address, page_number
from worksorders.domain.finance.months import Month, read_month
from worksorders.steps.finance.find.people import names_of
from worksorders.steps.finance.months import close as step
from worksorders.steps.finance.months import find
from worksorders.steps.finance.months.journal import journal_csv
from worksorders.steps.lists.part import part_of

STATE_WORDS = {
    "closed": ("Closed", "good"),
    "reopening": ("Asked to open again", "warn"),
    "open": ("Open again", "warn"),
    "": ("Open", "neutral"),
}


def _month(key: str) -> Month:
    try:
        return read_month(key)
    except ValueError:
        abort(404)


@blueprint.get("/months")
def months() -> ResponseReturnValue:
    """Every month since the first posting."""
    return render_template(
        "finance/months.html", rows=find.find_months(db(), request_now()), state_words=STATE_WORDS
    )


@blueprint.route("/months/<key>", methods=["GET", "POST"])
def month(key: str) -> ResponseReturnValue:
    """What blocks the month, its figures, and the button that closes it."""
    wanted, form = _month(key), Form()
    if form.validate_on_submit():
        return take_once(form.key, "month.close", lambda: _close(wanted))
    page = find.find_month(db(), wanted, request_now())
    period = page.period
    people = {period.closed_by, period.reopen_asked_by, period.reopened_by} if period else set()
    shown = render_template(
        "finance/month.html",
        page=page,
        accruals=part_of(page.accruals, page_number("accrued")),
        address=page_address("accrued"),
        form=form,
        me=actor().user_id,
        names=names_of(db(), people),
        accounts=find.ORDER,
        intact=period is None
        or period.state != "closed"
        or period.figures["digest"] == step.digest_of(db(), wanted),
        state_words=STATE_WORDS,
    )
    return shown, form.status


def _close(wanted: Month) -> str:
    step.close(db(), actor(), wanted, request_now())
    flash(f"{wanted.name} is closed: nothing can be posted into it.", "success")
    return url_for("finance.month", key=wanted.key)


@blueprint.get("/months/<key>/journal.csv")
def journal(key: str) -> Response:
    """Every posting of the month as a file."""
    wanted = _month(key)
    return download(journal_csv(db(), wanted), f"journal-{wanted.key}.csv")


@blueprint.route("/months/<key>/reopen", methods=["GET", "POST"])
def reopen_month(key: str) -> ResponseReturnValue:
    """Ask that a closed month be opened again."""
    wanted, form = _month(key), WhyForm()

    def ask() -> str:
        step.ask_to_reopen(db(), actor(), wanted, reason=form.reason.data, now=request_now())
        flash("Another person has to agree before the month is open again.", "success")
        return url_for("finance.month", key=wanted.key)

    return answer_form(
        form,
        "month.reopen",
        ask,
        title=f"Open {wanted.name} again",
        submit="Ask for it",
        kind="warning",
        back=(url_for("finance.month", key=wanted.key), wanted.name),
        lead="Another person has to agree. Both names and the reason stay in the trail.",
    )


@blueprint.post("/months/<key>/agree")
def agree_month(key: str) -> ResponseReturnValue:
    """The second person opens it."""
    wanted, form = _month(key), Form()
    if not form.validate_on_submit():
        return month(key)

    def agree() -> str:
        step.agree_to_reopen(db(), actor(), wanted, request_now())
        flash(f"{wanted.name} is open again.", "success")
        return url_for("finance.month", key=wanted.key)

    return take_once(form.key, "month.agree", agree)


@blueprint.post("/months/<key>/keep-closed")
def keep_month_closed(key: str) -> ResponseReturnValue:
    """Let it stay closed."""
    wanted, form = _month(key), Form()
    if not form.validate_on_submit():
        return month(key)

    def keep() -> str:
        step.keep_closed(db(), actor(), wanted)
        flash(f"{wanted.name} stays closed.", "success")
        return url_for("finance.month", key=wanted.key)

    return take_once(form.key, "month.keep_closed", keep)
