"""Offers to the firm: the list, one offer, accepting and declining."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import fresh_form
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import apply_faults
from web.portal.blueprint import blueprint
from web.portal.offer_forms import AcceptForm, DeclineForm, accept_form
from worksorders.domain.errors import FaultsError
from worksorders.steps.offers import respond
from worksorders.steps.offers.find import offers as find_offers
from worksorders.steps.offers.moves import NoLongerAvailableError
from worksorders.steps.proposals import ask


@blueprint.get("/offers")
def offers() -> ResponseReturnValue:
    """What the firm may accept now, and what became of the latest others."""
    now = request_now()
    return render_template(
        "portal/offers.html",
        offers=find_offers.find_open(db(), actor(), now),
        past=find_offers.find_past(db(), actor(), now),
    )


@blueprint.get("/offers/<uuid:offer_id>")
def offer(offer_id: uuid.UUID) -> ResponseReturnValue:
    """One offer, with the two answers while it is open."""
    page = find_offers.find_offer(db(), actor(), offer_id, request_now())
    return _show(page)


def _show(
    page: find_offers.OfferPage, accepting: AcceptForm | None = None, declining: DeclineForm | None = None
) -> ResponseReturnValue:
    """The page in its present state; 410 for an offer that is gone, 422 with errors."""
    if page.outcome != "open":
        status = 410 if page.outcome == "gone" else 200
        return render_template("portal/offer_past.html", page=page), status
    accepting = accepting or accept_form(page, fresh=True)
    declining = declining or DeclineForm(formdata=None)
    wrong = next((form for form in (accepting, declining) if form.errors), None)
    shown = render_template(
        "portal/offer.html",
        page=page,
        form=wrong,
        accepting=accepting,
        declining=declining,
        proposals=ask.own_proposals(db(), actor(), page.id),
        fresh_form=fresh_form,
    )
    return shown, 422 if wrong else 200


@blueprint.post("/offers/<uuid:offer_id>/accept")
def accept(offer_id: uuid.UUID) -> ResponseReturnValue:
    """Take it; who is slower than another firm reads that it is no longer available."""
    page = find_offers.find_offer(db(), actor(), offer_id, request_now())
    form = accept_form(page)
    if not form.validate_on_submit():
        return _show(page, accepting=form)
    try:
        return take_once(form.key, "offer.accept", lambda: _accept(offer_id, form))
    except FaultsError as faults:
        db().rollback()
        apply_faults(form, faults)
        return _show(page, accepting=form)
    except NoLongerAvailableError:
        return _gone(offer_id)


def _accept(offer_id: uuid.UUID, form: AcceptForm) -> str:
    taken = respond.accept(
        db(), actor(), offer_id, request_now(), chosen=form.workers(), arrive_in_minutes=form.minutes
    )
    flash(f"Accepted. {taken.code} is yours.", "success")
    return url_for("portal.offer", offer_id=offer_id)


@blueprint.post("/offers/<uuid:offer_id>/decline")
def decline(offer_id: uuid.UUID) -> ResponseReturnValue:
    """Say no, with a reason."""
    page = find_offers.find_offer(db(), actor(), offer_id, request_now())
    form = DeclineForm()
    if not form.validate_on_submit():
        return _show(page, declining=form)
    try:
        return take_once(form.key, "offer.decline", lambda: _decline(offer_id, form))
    except NoLongerAvailableError:
        return _gone(offer_id)


def _decline(offer_id: uuid.UUID, form: DeclineForm) -> str:
    declined = respond.decline(db(), actor(), offer_id, form.reason.data, request_now())
    flash(f"You declined {declined.code}.", "success")
    return url_for("portal.offers")


def _gone(offer_id: uuid.UUID) -> ResponseReturnValue:
    """The offer as it stands after the race: nothing of this request is kept."""
    db().rollback()
    db().expire_all()
    page = find_offers.find_offer(db(), actor(), offer_id, request_now())
    return render_template("portal/offer_past.html", page=page), 410
