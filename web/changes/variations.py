"""Variations that wait, one of them before and after, and the two answers to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.changes.blueprint import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.forms.fields import TextAreaField
from worksorders.domain.errors import FaultsError
from worksorders.steps.varying import decide, find


class ApproveForm(Form):
    """Approve, with a note where one is asked for."""

    note = TextAreaField("Note on approving", description="Needed where a warning above asks for it")


class DeclineForm(Form):
    """Decline, with the reason that the firm reads."""

    answer = TextAreaField("Reason for declining", description="The firm reads it. No names, no address")


@blueprint.get("/variations")
def variations() -> ResponseReturnValue:
    """What waits for somebody, then what was decided of late."""
    return render_template(
        "changes/variations.html",
        waiting=find.find_pending(db()),
        decided=find.find_decided(db(), request_now()),
    )


@blueprint.get("/variations/<uuid:variation_id>")
def variation(variation_id: uuid.UUID) -> ResponseReturnValue:
    """One, before and after."""
    return _page(variation_id)


def _page(
    variation_id: uuid.UUID, *, approving: ApproveForm | None = None, declining: DeclineForm | None = None
) -> ResponseReturnValue:
    wrong = next((form for form in (approving, declining) if form is not None and form.errors), None)
    shown = render_template(
        "changes/variation.html",
        page=find.find_variation(db(), actor(), variation_id, request_now()),
        approving=approving or ApproveForm(formdata=None),
        declining=declining or DeclineForm(formdata=None),
        form=wrong,
    )
    return shown, 422 if wrong else 200


@blueprint.post("/variations/<uuid:variation_id>/approve")
def approve(variation_id: uuid.UUID) -> ResponseReturnValue:
    """Approve and carry out."""
    form = ApproveForm()

    def act() -> str:
        row = decide.approve(db(), actor(), variation_id, request_now(), note=form.note.data or "")
        if row.booking_fits is False:
            flash("Approved. The visit no longer fits its booking: see the alert.", "info")
        else:
            flash("Approved. Plan and commitment are up to date.", "success")
        return url_for("changes.variation", variation_id=variation_id)

    answered = _answer(form, "variation.approve", act, {})
    return answered or _page(variation_id, approving=form)


@blueprint.post("/variations/<uuid:variation_id>/decline")
def decline(variation_id: uuid.UUID) -> ResponseReturnValue:
    """Decline; the firm reads why."""
    form = DeclineForm()

    def act() -> str:
        decide.decline(db(), actor(), variation_id, form.answer.data or "", request_now())
        flash("Declined. The firm is shown the reason.", "success")
        return url_for("changes.variations")

    answered = _answer(form, "variation.decline", act, {"note": "answer"})
    return answered or _page(variation_id, declining=form)


def _answer(
    form: Form, purpose: str, act: Callable[[], str], renamed: dict[str, str]
) -> ResponseReturnValue | None:
    """Do it once; None where the page is shown again with the faults."""
    if not form.validate_on_submit():
        return None
    try:
        return take_once(form.key, purpose, act)
    except FaultsError as faults:
        db().rollback()
        apply_faults(
            form, [type(one)(renamed.get(one.field, one.field), one.message) for one in faults.faults]
        )
        return None


@blueprint.get("/photos/<uuid:photo_id>")
def photo(photo_id: uuid.UUID) -> ResponseReturnValue:
    """A photo that shows why a change was asked for."""
    return Response(find.photo_of_variation(db(), photo_id), mimetype="image/jpeg")
