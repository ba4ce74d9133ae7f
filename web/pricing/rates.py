"""Drafts of an agreement's next rates: on one page, by percent or from a file, compared with those before."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form, download, fresh_form
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form
from web.pricing.blueprint import blueprint, value
from web.pricing.forms import BringForm, HandInRatesForm, PercentForm, rates_form
from worksorders.steps.admin.agreements import find_agreement
from worksorders.steps.pricing import rate_drafts as step

RULE = (
    "A version never changes once it is made. It may begin today or later; an open-ended version before it "
    "then ends the day before. Orders that were issued keep their rates."
)


@blueprint.post("/agreements/<uuid:agreement_id>/rates")
def begin_rates(agreement_id: uuid.UUID) -> ResponseReturnValue:
    """Begin a draft of the next rates, or go on with the one that is open."""
    found = find_agreement(db(), agreement_id)

    def begin() -> str:
        return _address(step.begin(db(), actor(), agreement_id, request_now()).id)

    back = (url_for("admin.agreement", agreement_id=agreement_id), f"Agreement {found.code}")
    return answer_form(
        Form(), "rate_card_draft.begin", begin, title="Draft the next rates", submit="Begin", back=back
    )


@blueprint.get("/rates/<uuid:rates_id>")
def rates_draft(rates_id: uuid.UUID) -> str:
    """The draft and what differs from the newest version."""
    found = step.find(db(), rates_id)
    return render_template("pricing/rates.html", found=found, fresh_form=fresh_form, rule=RULE)


@blueprint.route("/rates/<uuid:rates_id>/write", methods=["GET", "POST"])
def write_rates(rates_id: uuid.UUID) -> ResponseReturnValue:
    """Every rate on one page; an empty one means no rate."""
    found = step.find(db(), rates_id)
    shown = {f"rate_{code}": _shown(line.rate) for code, line in found.card.lines.items()}
    form: Any = rates_form(found.items)(data=shown)

    def write() -> str:
        given = {code: value(form[f"rate_{code}"]) for code in found.items}
        step.write_rates(db(), actor(), rates_id, given, request_now())
        flash("The rates are in the draft.", "success")
        return _address(rates_id)

    return answer_form(
        form,
        "rate_card_draft.write",
        write,
        title="Rates in dollars before GST",
        submit="Save",
        back=_back(rates_id),
        lead="Leave a field empty where the firm has no rate for the measure.",
    )


@blueprint.route("/rates/<uuid:rates_id>/percent", methods=["GET", "POST"])
def change_rates_by(rates_id: uuid.UUID) -> ResponseReturnValue:
    """Raise or lower all of them."""
    step.find(db(), rates_id)
    form: Any = PercentForm()

    def change() -> str:
        step.change_by(db(), actor(), rates_id, form.percent.data, request_now())
        flash("All rates of the draft have changed.", "success")
        return _address(rates_id)

    return answer_form(
        form,
        "rate_card_draft.percent",
        change,
        title="Change all rates by a percentage",
        submit="Change all",
        back=_back(rates_id),
        lead="Each rate is rounded to the cent.",
    )


@blueprint.route("/rates/<uuid:rates_id>/bring", methods=["GET", "POST"])
def bring_rates(rates_id: uuid.UUID) -> ResponseReturnValue:
    """Replace them by those of a file."""
    step.find(db(), rates_id)
    form: Any = BringForm()

    def bring() -> str:
        step.bring(db(), actor(), rates_id, form.rates.data.read(), request_now())
        flash("The file’s rates are in the draft.", "success")
        return _address(rates_id)

    return answer_form(
        form,
        "rate_card_draft.bring",
        bring,
        title="Bring rates from a file",
        submit="Bring them",
        back=_back(rates_id),
        upload=True,
    )


@blueprint.get("/rates/<uuid:rates_id>.csv")
def rates_csv(rates_id: uuid.UUID) -> ResponseReturnValue:
    """The draft as CSV that can be brought again."""
    return download(step.find(db(), rates_id).draft.lines_csv, "rates-draft.csv")


@blueprint.route("/rates/<uuid:rates_id>/hand-in", methods=["GET", "POST"])
def hand_in_rates(rates_id: uuid.UUID) -> ResponseReturnValue:
    """Make it the next version."""
    step.find(db(), rates_id)
    form: Any = HandInRatesForm()

    def hand_in() -> str:
        card = step.hand_in(
            db(),
            actor(),
            rates_id,
            valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
            now=request_now(),
        )
        flash(f"Version {card.version} of the rates has been made.", "success")
        return url_for("admin.rate_card", card_id=card.id)

    return answer_form(
        form,
        "rate_card_draft.hand_in",
        hand_in,
        title="Make the next version of the rates",
        submit="Make the version",
        back=_back(rates_id),
        lead=RULE,
    )


@blueprint.post("/rates/<uuid:rates_id>/discard")
def discard_rates(rates_id: uuid.UUID) -> ResponseReturnValue:
    """Give it up."""
    found = step.find(db(), rates_id)

    def discard() -> str:
        step.discard(db(), actor(), rates_id)
        flash("The draft has been discarded.", "success")
        return url_for("admin.agreement", agreement_id=found.draft.agreement_id)

    return answer_form(
        Form(),
        "rate_card_draft.discard",
        discard,
        title="Discard the draft",
        submit="Discard it",
        kind="warning",
        back=_back(rates_id),
    )


def _shown(rate: Any) -> str:
    whole, _, decimals = f"{rate.normalize():f}".partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


def _address(rates_id: uuid.UUID) -> str:
    return url_for("pricing.rates_draft", rates_id=rates_id)


def _back(rates_id: uuid.UUID) -> tuple[str, str]:
    return _address(rates_id), "The draft"
