"""The page on which a coordinator finds the cases of a person by name, phone or letter code."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.access import allow
from web.edge import actor, db
from web.forms.base import Form, apply_faults
from web.forms.fields import RadioField, Required, TextField
from web.navigation import NavItem
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.domain.roles import Role
from worksorders.steps.search import find_person

blueprint = Blueprint("search", __name__)
POLICY = {"search": allow(Role.COORDINATOR)}
NAVIGATION = [NavItem("search.search", "Find a person", frozenset({Role.COORDINATOR}))]


class SearchForm(Form):
    """What is searched for; it makes no record of its own, so it has no id."""

    form_uuid = None
    by = RadioField(
        "What you have",
        [Required("Choose what you have.")],
        choices=[("name", "Whole name"), ("phone", "Phone number"), ("letter", "Code of a letter")],
        default="name",
    )
    term = TextField("Name, number or code", [Required("Enter what you search for.")])
    purpose = TextField(
        "What do you need it for?",
        [Required("Say what you need it for: it is logged.")],
        description="It is logged with your name. Do not repeat the name or number",
    )


@blueprint.route("/search", methods=["GET", "POST"])
def search() -> ResponseReturnValue:
    """The form, and under it what was found; never by a GET, so that no name stands in an address."""
    form, found = SearchForm(), None
    if form.validate_on_submit():
        try:
            found = find_person.search(
                db(),
                services().cipher,
                actor(),
                by=form.by.data or "",
                term=form.term.data or "",
                purpose=form.purpose.data or "",
            )
        except FaultsError as faults:
            apply_faults(form, faults)
    return render_template("search/search.html", form=form, found=found), form.status
