"""What the funder is told, as a page, a PDF and a CSV, and the cost categories of a contract year."""

from __future__ import annotations

import uuid

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form, download
from web.edge import actor, db
from web.extensions import request_now
from web.filters import local_today
from web.finance.blueprint import blueprint
from web.forms.base import Form
from web.forms.fields import MoneyField, Required, TextField
from worksorders.domain.roles import Role
from worksorders.steps.actor import NotFoundError
from worksorders.steps.finance import categories as step
from worksorders.steps.finance.contract import find_contract
from worksorders.steps.finance.find.report import FunderReport, find_report
from worksorders.steps.finance.pack.write import pack_csv, pack_pdf, parts_of_split, shown, tables_of


class CategoryForm(Form):
    """A cost category of one contract year."""

    name = TextField("Name", [Required("Enter the name of the category.")])
    cap = MoneyField("Cap, in the contract's GST basis", [Required("Enter the cap.")], least=1)
    item_groups = TextField(
        "Items that belong to it",
        [Required("Say which items belong to it.")],
        description="Beginnings of item codes with commas, such as LK, DR01.",
    )


def _report(code: str) -> FunderReport:
    return find_report(db(), find_contract(db(), code), request_now())


@blueprint.get("/contract/<code>/report")
def report(code: str) -> ResponseReturnValue:
    """The figures of the pack, as they may leave."""
    found = _report(code)
    return render_template(
        "finance/report.html",
        report=found,
        tables=tables_of(found),
        split=parts_of_split(found),
        shown=shown,
        may_set=actor().role is Role.FINANCE,
    )


@blueprint.get("/contract/<code>/report.pdf")
def report_pdf(code: str) -> Response:
    """The pack to read."""
    return _file(pack_pdf(_report(code)), "application/pdf", code, "pdf")


@blueprint.get("/contract/<code>/report.csv")
def report_csv(code: str) -> Response:
    """The pack to reckon with."""
    return _file(pack_csv(_report(code)), "text/csv", code, "csv")


def _file(data: bytes, mimetype: str, code: str, ending: str) -> Response:
    contract = find_contract(db(), code)
    name = f"report-{contract.code}-{local_today(request_now()).isoformat()}.{ending}"
    return download(data, name, mimetype)


@blueprint.route("/contract/<code>/categories/<uuid:year_id>", methods=["GET", "POST"])
def add_category(code: str, year_id: uuid.UUID) -> ResponseReturnValue:
    """Keep a category with its cap."""
    contract, form = find_contract(db(), code), CategoryForm()
    year = next((one for one in contract.years if one.id == year_id), None)
    if year is None:
        raise NotFoundError("There is no such contract year.")

    def keep() -> str:
        row = step.add_category(
            db(),
            actor(),
            year_id,
            name=form.name.data,
            cap_cents=form.cap.data or 0,
            item_groups=form.item_groups.data.split(","),
            now=request_now(),
        )
        flash(f"“{row.name}” is kept: no order may be issued beyond its cap.", "success")
        return url_for("finance.report", code=contract.code)

    return answer_form(
        form,
        "contract_category.add",
        keep,
        title=f"Add a category to {year.name}",
        submit="Keep the category",
        back=(url_for("finance.report", code=contract.code), "Report"),
        lead="It is kept for good: later years have categories of their own.",
    )
