"""Kinds of check: which there are and were, a new one, a change from a day on, and an end."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import Length, Optional

from catalogue.trade import TRADES
from web.answering import answer_form
from web.edge import actor, db
from web.extensions import request_now
from web.filters import local_today, nz_date
from web.forms.base import Form
from web.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    RadioField,
    Required,
    TextField,
    WholeNumberField,
)
from web.supply.blueprint import blueprint, is_administrator
from worksorders.steps.vetting import kinds as step
from worksorders.steps.vetting.kinds import KindDetails

WHOM = [
    ("all", "Everybody who goes into a home"),
    ("some", "Only the trades ticked below"),
    ("nobody", "Nobody: it is only kept on record"),
]


class KindForm(Form):
    """What a kind asks, from which day on."""

    label = TextField("Name", validators=[Required("Enter the name of the check."), Length(max=120)])
    limit = TextField(
        "What it cannot tell",
        description="Shown beside each check of this kind.",
        validators=[Length(max=200)],
    )
    asked_of = RadioField("Who needs it?", choices=WHOM, validators=[Required("Choose who needs it.")])
    trades = CheckboxesField("Trades", choices=[(trade, trade.capitalize()) for trade in TRADES])
    alternative = TextField(
        "Group of alternatives",
        description="Kinds of one group answer one need: any of them will do. Leave it empty for a kind that stands alone.",
        validators=[Length(max=60)],
    )
    months = WholeNumberField(
        "Counts for how many months from its day of issue?",
        description="Leave it empty where the document alone says it.",
        validators=[Optional()],
        least=1,
        most=240,
    )
    evidence_needed = CheckboxField("It is verified only with its document on record")
    first_on = DateField("From which day on?", validators=[Required("Enter the day.")])


class NewKindForm(KindForm):
    """A kind that is not asked for yet."""

    code = TextField(
        "Code",
        description="Letters, digits and _, such as asbestos_course. It never changes.",
        validators=[Required("Give a code."), Length(max=60)],
    )
    holder = RadioField(
        "Whose check is it?",
        choices=[("worker", "The person who goes into the home"), ("firm", "The firm")],
        validators=[Required("Choose whose it is.")],
    )


class EndForm(Form):
    """The last day on which a kind is asked for."""

    last_on = DateField("Last day", validators=[Required("Enter the last day.")])


@blueprint.get("/kinds")
def kinds() -> str:
    """Every kind, in force, to come and ended."""
    return render_template(
        "supply/kinds.html",
        versions=step.versions(db(), local_today(request_now())),
        may_change=is_administrator(),
    )


@blueprint.route("/kinds/new", methods=["GET", "POST"])
def add_kind() -> ResponseReturnValue:
    """Begin to ask for a kind."""
    form: Any = NewKindForm()

    def act() -> str:
        details = _details(form, form.code.data, form.holder.data)
        step.add(db(), actor(), details, form.first_on.data, request_now())
        flash(f"{details.label} is asked for from {nz_date(form.first_on.data)} on.", "success")
        return url_for("supply.kinds")

    return answer_form(form, "check_kind.add", act, **_page("Add a kind of check", "Add the kind"))


@blueprint.route("/kinds/<uuid:kind_id>/change", methods=["GET", "POST"])
def change_kind(kind_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for something else from a day on."""
    found = step.find_version(db(), kind_id)
    form: Any = KindForm(data=_data(found))

    def act() -> str:
        details = _details(form, found.kind.code, found.kind.holder.value)
        step.change(db(), actor(), kind_id, details, form.first_on.data, request_now())
        flash(f"Changed from {nz_date(form.first_on.data)} on.", "success")
        return url_for("supply.kinds")

    page = _page(f"Change {found.kind.label}", "Save the change")
    page["lead"] = "Past days keep their rules. The change begins on the day that you give."
    return answer_form(form, "check_kind.change", act, **page)


@blueprint.route("/kinds/<uuid:kind_id>/end", methods=["GET", "POST"])
def end_kind(kind_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for a kind no longer after a day."""
    found = step.find_version(db(), kind_id)
    form: Any = EndForm()

    def act() -> str:
        step.end(db(), actor(), kind_id, form.last_on.data, request_now())
        flash(f"It is asked for until {nz_date(form.last_on.data)}.", "success")
        return url_for("supply.kinds")

    page = _page(f"End {found.kind.label}", "End it")
    page["kind"] = "warning"
    return answer_form(form, "check_kind.end", act, **page)


def _page(title: str, submit: str) -> dict[str, Any]:
    back = (url_for("supply.kinds"), "Kinds of check")
    return {"title": title, "submit": submit, "back": back}


def _details(form: Any, code: str, holder: str) -> KindDetails:
    trades = {"all": None, "some": tuple(form.trades.data or ()), "nobody": ()}[form.asked_of.data]
    return KindDetails(
        code,
        form.label.data,
        holder,
        trades,
        form.months.data,
        bool(form.evidence_needed.data),
        form.limit.data or "",
        form.alternative.data or "",
    )


def _data(found: step.KindVersion) -> dict[str, Any]:
    kind = found.kind
    whom = "all" if kind.trades is None else "some" if kind.trades else "nobody"
    return {
        "label": kind.label,
        "limit": kind.limit,
        "asked_of": whom,
        "trades": sorted(kind.trades or ()),
        "alternative": "" if kind.alternative == kind.code else kind.alternative,
        "months": kind.months,
        "evidence_needed": kind.evidence_needed,
    }
