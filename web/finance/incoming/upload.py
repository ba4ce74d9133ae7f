"""Handing e-invoices in: several files at once, each kept as received and matched or refused with its faults."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import Optional
from wtforms.validators import ValidationError as Wrong

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.finance.blueprint import blueprint
from web.forms.base import Form
from web.forms.fields import FilesField, SelectField
from web.services import services
from worksorders.steps.finance.find.files import find_files
from worksorders.steps.finance.incoming.files import Incoming
from worksorders.steps.finance.incoming.ubl import receive_file
from worksorders.steps.finance.receive import active_firms

MOST_FILES = 20
LONGEST_NAME = 60


class UploadForm(Form):
    """The files, and the firm where the documents do not name one that we know."""

    files = FilesField("E-invoices (UBL 2.1, XML)", description=f"At most {MOST_FILES} files, 10 MB each.")
    firm_id = SelectField(
        "Firm",
        [Optional()],
        description="Only where the document states neither its NZBN nor its GST number.",
    )

    def validate_files(self, field: FilesField) -> None:
        """At least one file, and not more than a person can look over."""
        given = [one for one in field.data or () if one and one.filename]
        if not given:
            raise Wrong("Choose at least one file.")
        if len(given) > MOST_FILES:
            raise Wrong(f"{len(given)} files: hand in at most {MOST_FILES} at once.")


@blueprint.route("/invoices/upload", methods=["GET", "POST"])
def upload() -> ResponseReturnValue:
    """The form; afterwards the list of files tells what became of each."""
    form = UploadForm()
    form.firm_id.choices = [
        ("", "As the document says"),
        *((str(row.id), f"{row.name} ({row.code})") for row in active_firms(db())),
    ]
    if form.validate_on_submit():
        return take_once(form.key, "invoice.upload", lambda: _receive(form))
    return render_template("finance/upload.html", form=form), form.status


def _receive(form: UploadForm) -> str:
    firm_id = uuid.UUID(form.firm_id.data) if form.firm_id.data else None
    taken, refused = [], []
    given = [one for one in form.files.data if one and one.filename]
    for one in given:
        data = Incoming(one.read())
        received = receive_file(db(), services().cipher, actor(), data, request_now(), firm_id=firm_id)
        if received.outcome:
            taken.append(received.outcome.invoice)
        else:
            refused.append(f"{(one.filename or '')[:LONGEST_NAME]} ({len(data.content):,} bytes)")
    if len(given) == len(taken) == 1:
        flash(f"Invoice {taken[0].number} is received.", "success")
        return url_for("finance.invoice", invoice_id=taken[0].id)
    # Names are told back once to whoever chose the files and kept nowhere: they may hold what is sealed.
    words = f" Refused: {', '.join(refused)}." if refused else ""
    flash(
        f"{len(taken)} of {len(given)} files are received as invoices.{words}",
        "success" if taken else "error",
    )
    return url_for("finance.files")


@blueprint.get("/invoices/files")
def files() -> str:
    """The files received last, with what is wrong with each, where, and what to do."""
    return render_template("finance/files.html", rows=find_files(db(), actor()))
