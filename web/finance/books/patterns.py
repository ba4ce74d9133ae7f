"""Patterns that the nightly look found: each is confirmed or dismissed with a reason."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import plural
from web.finance.blueprint import blueprint, chosen
from web.forms.base import Form, apply_faults
from web.forms.fields import RadioField, Required, TextField
from web.paging import page_number
from worksorders.domain.errors import FaultsError
from worksorders.domain.finance.codes import CODES
from worksorders.domain.roles import Role
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.find.people import names_of
from worksorders.steps.finance.patterns import decide as step
from worksorders.steps.finance.patterns.look import look_for_patterns

STATES = (("open", "To judge"), ("confirmed", "Confirmed"), ("dismissed", "Dismissed"), ("all", "All"))
TONES = {"open": "warn", "confirmed": "danger", "dismissed": "neutral"}


class VerdictForm(Form):
    """What somebody makes of a pattern."""

    verdict = RadioField(
        "What is it?",
        [Required("Choose whether it is confirmed or dismissed.")],
        choices=[
            ("confirmed", "Confirmed: it is what it looks like"),
            ("dismissed", "Dismissed: there is a reason"),
        ],
    )
    reason = TextField(
        "What did you find?", [Required("Say what you found.")], description="No name and no address."
    )


@blueprint.get("/patterns")
def patterns() -> ResponseReturnValue:
    """The findings, those to judge first."""
    state, code, number = chosen("state") or "open", chosen("code"), page_number()
    rows, count = step.find_patterns(db(), actor(), state=state, code=code, page=number)
    return render_template(
        "finance/patterns.html",
        rows=rows,
        count=count,
        page=number,
        pages=max(1, -(-count // step.PAGE_SIZE)),
        state=state,
        code=code,
        states=STATES,
        codes=[(one, f"{one} {CODES[one].title}") for one in step.CODES],
        kinds=CODES,
        tones=TONES,
        may_look=actor().role is Role.FINANCE,
        form=Form(formdata=None),
        address=lambda at: url_for("finance.patterns", page=at, state=state, code=code),
    )


@blueprint.post("/patterns/look")
def look_now() -> ResponseReturnValue:
    """Look now instead of tonight."""
    form = Form()
    if not form.validate_on_submit():
        return patterns()

    def look() -> str:
        require_finance(actor())
        new = look_for_patterns(db(), request_now())
        flash(f"{plural(new, 'pattern')} not seen before." if new else "Nothing new.", "success")
        return url_for("finance.patterns")

    return take_once(form.key, "patterns.look", look)


@blueprint.route("/patterns/<uuid:finding_id>", methods=["GET", "POST"])
def pattern(finding_id: uuid.UUID) -> ResponseReturnValue:
    """One finding with the form that judges it."""
    row, form = step.find_pattern(db(), actor(), finding_id), VerdictForm()
    if actor().role is Role.FINANCE and form.validate_on_submit():
        try:
            return take_once(form.key, "pattern.decide", lambda: _decide(finding_id, form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    shown = render_template(
        "finance/pattern.html",
        row=row,
        kind=CODES[row.code],
        form=form,
        tones=TONES,
        names=names_of(db(), {row.decided_by}),
        may_judge=actor().role is Role.FINANCE,
    )
    return shown, form.status


def _decide(finding_id: uuid.UUID, form: VerdictForm) -> str:
    row = step.decide(
        db(), actor(), finding_id, verdict=form.verdict.data, reason=form.reason.data, now=request_now()
    )
    flash(f"The finding is {row.state}.", "success")
    return url_for("finance.patterns")
