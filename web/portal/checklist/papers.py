"""Certificates that the firm promised: the list, and handing one in."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import local_today
from web.forms.base import Form, apply_faults, render_form
from web.forms.fields import DateField, FileField, TextField
from web.portal.blueprint import blueprint
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.steps.completion import late as steps
from worksorders.steps.completion.entry import PaperGiven


class PaperForm(Form):
    """One paper; what its kind does not ask for is not shown."""

    number = TextField("Number")
    issued_on = DateField("Day on it", description="For example 21 11 2026")
    file = FileField("Photo or PDF of it")


@blueprint.get("/papers")
def papers() -> ResponseReturnValue:
    """What the firm owes."""
    owed = steps.owed_by(db(), actor(), local_today(request_now()))
    return render_template("portal/papers.html", owed=owed)


@blueprint.route("/papers/<uuid:paper_id>", methods=["GET", "POST"])
def paper(paper_id: uuid.UUID) -> ResponseReturnValue:
    """Hand one in."""
    owed = steps.owed_paper(db(), actor(), paper_id, local_today(request_now()))
    form = PaperForm(data={"number": owed.number, "issued_on": owed.issued_on})
    form.number.label.text = owed.rule.number_label

    def act() -> str:
        steps.hand_in(db(), services().cipher, actor(), paper_id, _given(form), request_now())
        flash(f"{owed.rule.label} handed in.", "success")
        return url_for("portal.papers")

    if form.validate_on_submit():
        try:
            return take_once(form.key, "paper.hand_in", act)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return render_form("portal/paper.html", form, owed=owed)


def _given(form: Any) -> PaperGiven:
    content = form.file.data.read() if form.file.data else b""
    return PaperGiven(form.number.data or "", form.issued_on.data, content or None)
