"""Who holds keys that a worker left to somebody."""

from __future__ import annotations

import uuid

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.aftercare.blueprint import blueprint
from web.aftercare.forms import KeyForm
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import apply_faults, render_form
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.steps.completion import keys as steps


@blueprint.route("/keys/<uuid:key_id>", methods=["GET", "POST"])
def key(key_id: uuid.UUID) -> ResponseReturnValue:
    """Name the holder of some keys."""
    row = steps.find_key(db(), key_id)
    form = KeyForm()
    people = steps.people_of(db(), key_id)
    form.person.choices = [
        ("", "None of them"),
        *(
            (str(person), f"{kind.replace('_', ' ').capitalize()} {n}")
            for n, (person, kind) in enumerate(people, 1)
        ),
    ]

    def act() -> str:
        person = form.person.data
        steps.name_holder(
            db(),
            services().cipher,
            actor(),
            key_id,
            holder=form.holder.data or "",
            interest_id=uuid.UUID(person) if person else None,
            name=form.name.data or "",
            now=request_now(),
        )
        flash("The holder of the keys is recorded.", "success")
        return url_for("aftercare.closing", order_id=row.visit.order_id)

    if form.validate_on_submit():
        try:
            return take_once(form.key, "key.holder", act)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
            form.name.data = ""
            row = steps.find_key(db(), key_id)
    return render_form("aftercare/key.html", form, row=row)
