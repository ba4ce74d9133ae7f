"""Agreements and rate cards: terms, the next version from a CSV, what changed, and the way back to CSV."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from catalogue.compare import rate_differences
from catalogue.rates import RATE_CARD_COLUMNS
from catalogue.rates import RateCard as Card
from catalogue.rates import RateLine as Line
from web.admin.blueprint import blueprint, csv_file, plain_rate, today
from web.admin.firms import back_to
from web.admin.forms.money import AgreementForm, EndForm, RateCardForm
from web.answering import answer_form, fresh_form
from web.edge import actor, db
from web.extensions import request_now
from worksorders.steps.admin import agreements as step
from worksorders.steps.admin import catalogue
from worksorders.steps.admin.files import safe_csv
from worksorders.steps.people.firms import own_firm

RULE = (
    "A version never changes once it is made. It may begin today or later; an open-ended version before it "
    "then ends the day before. Orders that were issued keep their rates."
)


@blueprint.route("/firms/<uuid:firm_id>/agreements/new", methods=["GET", "POST"])
def add_agreement(firm_id: uuid.UUID) -> ResponseReturnValue:
    """Sign a firm up for a term."""
    firm = own_firm(db(), actor(), firm_id)
    form: Any = AgreementForm()

    def add() -> str:
        row = step.add_agreement(
            db(),
            actor(),
            firm_id,
            valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
            self_billing=bool(form.self_billing.data),
            payment_days=form.payment_days.data,
        )
        flash(f"Agreement {row.code} has been made. Give it its rates next.", "success")
        return url_for("admin.agreement", agreement_id=row.id)

    title = f"Make an agreement with {firm.name}"
    return answer_form(
        form, "agreement.add", add, title=title, submit="Make the agreement", back=back_to(firm)
    )


@blueprint.get("/agreements/<uuid:agreement_id>")
def agreement(agreement_id: uuid.UUID) -> ResponseReturnValue:
    """One agreement with its rate cards."""
    found = step.find_agreement(db(), agreement_id)
    cards = list(reversed(step.cards_of(db(), agreement_id)))
    return render_template(
        "admin/agreement.html",
        agreement=found,
        cards=[(card, *step.first_and_last(card)) for card in cards],
        counts=step.line_counts(db(), [card.id for card in cards]),
        rule=RULE,
        today=today(),
        fresh_form=fresh_form,
    )


@blueprint.route("/agreements/<uuid:agreement_id>/end", methods=["GET", "POST"])
def end_agreement(agreement_id: uuid.UUID) -> ResponseReturnValue:
    """Give the agreement its last day."""
    found = step.find_agreement(db(), agreement_id)
    form: Any = EndForm()

    def end() -> str:
        step.end_agreement(db(), actor(), agreement_id, form.last_on.data, today())
        flash("The agreement has its last day.", "success")
        return url_for("admin.agreement", agreement_id=agreement_id)

    return answer_form(
        form,
        "agreement.end",
        end,
        title=f"End agreement {found.code}",
        submit="End the agreement",
        kind="warning",
        back=_back(found),
        lead="After that day nothing is offered to the firm under it. Work accepted before is paid.",
    )


@blueprint.route("/agreements/<uuid:agreement_id>/rate-cards/new", methods=["GET", "POST"])
def add_rate_card(agreement_id: uuid.UUID) -> ResponseReturnValue:
    """Make the next version of the rates from a file; a broken file shows every fault and keeps nothing."""
    found = step.find_agreement(db(), agreement_id)
    form: Any = RateCardForm()

    def add() -> str:
        row = step.add_rate_card(
            db(),
            actor(),
            agreement_id,
            form.rates.data.read(),
            valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
            now=request_now(),
        )
        flash(f"Version {row.version} of the rates has been made.", "success")
        return url_for("admin.rate_card", card_id=row.id)

    page: dict[str, Any] = {
        "title": f"The next rates of agreement {found.code}",
        "submit": "Make the version",
        "back": _back(found),
        "lead": RULE,
        "upload": True,
        "link": (url_for("admin.rate_card_template"), "Download the catalogue’s prices as a start"),
    }
    return answer_form(form, "rate_card.add", add, file_field="rates", **page)


@blueprint.get("/rate-cards/<uuid:card_id>")
def rate_card(card_id: uuid.UUID) -> ResponseReturnValue:
    """One version of the rates, and what changed from the version before."""
    card = step.find_card(db(), card_id)
    earlier = [one for one in step.cards_of(db(), card.agreement_id) if one.version < card.version]
    before = step.find_card(db(), earlier[-1].id) if earlier else None
    return render_template(
        "admin/rate_card.html",
        card=card,
        dates=step.first_and_last(card),
        before=before,
        differences=rate_differences(_as_card(before), _as_card(card)) if before else (),
        measures={code: item.measure for code, item in catalogue.current(db()).items.items()},
    )


@blueprint.get("/rate-cards/<uuid:card_id>.csv")
def rate_card_csv(card_id: uuid.UUID) -> ResponseReturnValue:
    """The rates as the CSV that can be uploaded again."""
    card = step.find_card(db(), card_id)
    rows = [(line.item_code, line.unit, plain_rate(line.rate)) for line in card.lines]
    return csv_file(safe_csv(RATE_CARD_COLUMNS, rows), f"rates-{card.agreement.code}-{card.version}.csv")


@blueprint.get("/rate-cards/template.csv")
def rate_card_template() -> ResponseReturnValue:
    """The catalogue's own prices as a start for a new card."""
    items = catalogue.current(db()).items.values()
    rows = [(item.code, item.unit, str(item.price)) for item in items]
    return csv_file(safe_csv(RATE_CARD_COLUMNS, rows), "rates-template.csv")


def _back(found: Any) -> tuple[str, str]:
    return url_for("admin.agreement", agreement_id=found.id), f"Agreement {found.code}"


def _as_card(card: Any) -> Card:
    first, last = step.first_and_last(card)
    lines = {line.item_code: Line(line.item_code, line.unit, line.rate) for line in card.lines}
    return Card(card.agreement.code, card.version, first, last, lines)
