"""Who looks after which regions, and which regions nobody looks after."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form
from web.forms.fields import CheckboxesField
from web.office.blueprint import blueprint
from worksorders.steps.people.places import region_choices, region_name
from worksorders.steps.settings import coordinators as step


class RegionsForm(Form):
    """The regions of one coordinator."""

    regions = CheckboxesField("Regions")


@blueprint.get("/coordinators")
def coordinators() -> ResponseReturnValue:
    """Every coordinator with the regions, and what is left."""
    return render_template(
        "office/coordinators.html",
        rows=step.coordinators(db()),
        uncovered=[region_name(code) for code in step.uncovered(db())],
        region_name=region_name,
    )


@blueprint.route("/coordinators/<uuid:user_id>", methods=["GET", "POST"])
def assign(user_id: uuid.UUID) -> ResponseReturnValue:
    """Give a coordinator regions."""
    found = step.coordinator(db(), user_id)
    form = RegionsForm(data={"regions": list(found.regions)})
    form.regions.choices = region_choices()

    def act() -> str:
        step.assign(db(), actor(), user_id, form.regions.data or [], request_now())
        flash(f"The regions of {found.name} have been changed.", "success")
        return url_for("office.coordinators")

    return answer_form(
        form,
        "regions.assign",
        act,
        title=f"Regions of {found.name}",
        submit="Save",
        back=(url_for("office.coordinators"), "Who covers where"),
    )
