"""The family's guide: what it would say, then in answer to a POST with a purpose the page to print or the PDF."""

from __future__ import annotations

import uuid
from io import BytesIO

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue

from web.aftercare.blueprint import blueprint
from web.aftercare.forms import GuideForm
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import apply_faults, render_form
from worksorders.domain.errors import FaultsError
from worksorders.steps.aftercare.blueprint import find_guide, guide_pdf, print_guide
from worksorders.steps.forget.find import gone_of_order


@blueprint.route("/orders/<uuid:order_id>/guide", methods=["GET", "POST"])
def guide(order_id: uuid.UUID) -> ResponseReturnValue:
    """Choose the purpose; each printing is recorded."""
    found = find_guide(db(), order_id, request_now())
    form = GuideForm()
    if form.validate_on_submit():
        how = "page" if "page" in request.form else "pdf"
        try:
            printed = print_guide(
                db(),
                actor(),
                order_id,
                purpose=form.purpose.data or "",
                how=how,
                with_code=bool(form.with_code.data),
                with_service=bool(form.with_service.data),
                now=request_now(),
            )
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
        else:
            if how == "page":
                return render_template("aftercare/guide_page.html", guide=printed)
            return send_file(
                BytesIO(guide_pdf(printed)), mimetype="application/pdf", download_name="guide.pdf"
            )
    return render_form("aftercare/guide.html", form, guide=found, gone=gone_of_order(db(), order_id))
