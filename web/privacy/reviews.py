"""The queue of readings that wait for a second pair of eyes."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import plural
from web.forms.base import Form, apply_faults
from web.forms.fields import CheckboxesField, RadioField, Required, TextAreaField
from web.privacy.blueprint import blueprint
from worksorders.domain.errors import FaultsError
from worksorders.steps.sealing import review

FINDINGS = [
    (review.IN_ORDER, "In order: they needed it for that purpose"),
    (review.ASKED, "Asked: the reader has been asked and it stays in this list"),
    (review.BREACH, "A breach: the reading was not needed"),
]


class SignForm(Form):
    """Which groups of readings were looked over, and what was found."""

    readings = CheckboxesField("Readings", [Required("Choose at least one reading.")])
    finding = RadioField("What did you find?", [Required("Choose what you found.")], choices=FINDINGS)
    note = TextAreaField(
        "Note", description="Needed when you asked or found a breach. No names or places of a home."
    )


@blueprint.get("/readings")
def reviews() -> ResponseReturnValue:
    """What waits, the oldest first."""
    return _page(SignForm(formdata=None))


@blueprint.post("/readings")
def sign() -> ResponseReturnValue:
    """Sign the chosen readings."""
    form = SignForm()
    found = review.queue(db(), actor())
    form.readings.choices = _choices(found)

    def act() -> str:
        chosen = [int(number) for value in form.readings.data or () for number in value.split("-")]
        signed = review.sign(
            db(), actor(), chosen, form.finding.data or "", form.note.data or "", now=request_now()
        )
        flash(f"{plural(signed, 'reading')} looked over.", "success")
        return url_for("privacy.reviews")

    if form.validate_on_submit():
        try:
            return take_once(form.key, "readings.sign", act)
        except FaultsError as faults:
            apply_faults(form, faults)
    return _page(form, found)


def _choices(found: review.Queue) -> list[tuple[str, str]]:
    return [(value_of(group), group.reader) for group in found.groups if not group.own]


def value_of(group: review.Group) -> str:
    """The numbers of a group's events as one value of a checkbox."""
    return "-".join(str(number) for number in group.event_ids)


def _page(form: SignForm, found: review.Queue | None = None) -> ResponseReturnValue:
    found = found or review.queue(db(), actor())
    form.readings.choices = _choices(found)
    body = render_template(
        "privacy/reviews.html",
        form=form,
        found=found,
        value_of=value_of,
        chosen=set(form.readings.data or ()),
    )
    return body, 422 if form.errors else 200
