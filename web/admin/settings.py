"""Settings: the operator's figures by group, each with its unit and bounds."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import Length

from web.admin.blueprint import blueprint, today
from web.answering import answer_form
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form
from web.forms.fields import DateField, MoneyField, Required, TextField, WholeNumberField
from worksorders.steps.account_changes.loosening import ask_figures
from worksorders.steps.actor import NotFoundError
from worksorders.steps.settings import figures as step
from worksorders.steps.settings import regions as region_terms
from worksorders.steps.settings.figures import GROUPS, Figure, Group


class RegionForm(Form):
    """The days on which a region is served."""

    from_on = DateField("First day", description="Leave it empty where the service has not begun.")
    until_on = DateField("Last day", description="Leave it empty where no end is known.")


def _field(figure: Figure) -> Any:
    required = [Required(f"Enter a figure for “{figure.label}”.")]
    if figure.is_money:
        hint = "Two people raise it" if figure.loosens else ""
        return MoneyField(
            figure.label, validators=required, least=figure.least, most=figure.most, description=hint
        )
    looser = {1: "; two people raise it", -1: "; two people lower it"}.get(figure.loosens, "")
    bounds = "" if (figure.least, figure.most) == (0, 1) else f", from {figure.least:,} to {figure.most:,}"
    unit = figure.unit + bounds + looser
    return WholeNumberField(
        figure.label, validators=required, least=figure.least, most=figure.most, description=unit
    )


def _form_class(group: Group) -> type[Form]:
    fields = {figure.name: _field(figure) for figure in group.figures}
    if any(figure.loosens for figure in group.figures):
        fields["reason"] = TextField(
            "Reason",
            description="Where a figure shows or allows more than before: a second person reads it and confirms.",
            validators=[Length(max=300)],
        )
    return type(f"{group.name.title()}Form", (Form,), {"__doc__": group.title, **fields})


FORMS = {group.name: _form_class(group) for group in GROUPS}


@blueprint.get("/settings")
def settings() -> str:
    """Every figure, by group."""
    return render_template("admin/settings.html", groups=GROUPS, values=step.values_of(db()))


@blueprint.get("/settings/regions")
def regions() -> str:
    """In which regions the service exists, and from when."""
    return render_template("admin/regions.html", terms=region_terms.terms(db(), today()))


@blueprint.route("/settings/regions/<code>", methods=["GET", "POST"])
def change_region(code: str) -> ResponseReturnValue:
    """Give a region its days of service."""
    found = next((term for term in region_terms.terms(db(), today()) if term.code == code), None)
    if found is None:
        raise NotFoundError("There is no such region.")
    form: Any = RegionForm(data={"from_on": found.from_on, "until_on": found.until_on})

    def change() -> str:
        region_terms.change_term(
            db(), actor(), code, form.from_on.data, form.until_on.data, now=request_now()
        )
        flash(f"{found.name}: the days of service have been changed.", "success")
        return url_for("admin.regions")

    return answer_form(
        form,
        "settings.region",
        change,
        title=f"Service in {found.name}",
        submit="Save",
        back=(url_for("admin.regions"), "Regions"),
        lead="An assessment from a region without service goes to an advocate. Running orders go on.",
    )


@blueprint.route("/settings/<name>", methods=["GET", "POST"])
def change_settings(name: str) -> ResponseReturnValue:
    """Change the figures of one group."""
    group = step.group_of(name)
    form = FORMS[group.name](data=step.values_of(db())[group.name])

    def change() -> str:
        values = {figure.name: form[figure.name].data for figure in group.figures}
        looser = step.looser(db(), name, values)
        kept = {key: value for key, value in values.items() if key not in looser}
        step.change(db(), actor(), name, kept, request_now())
        if looser:
            ask_figures(db(), actor(), name, looser, form["reason"].data or "", request_now())
            flash("What shows or allows more waits until a second person confirms it.", "success")
            return url_for("auth.waiting")
        flash(f"{group.title}: the figures have been changed.", "success")
        return url_for("admin.settings")

    return answer_form(
        form,
        "settings.change",
        change,
        title=group.title,
        submit="Save",
        back=(url_for("admin.settings"), "Settings"),
        lead=group.hint,
    )
