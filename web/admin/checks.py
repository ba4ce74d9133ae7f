"""Recording a check of a firm or of a worker, with the document that came with it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from web.admin.blueprint import blueprint, today
from web.admin.firms import back_to
from web.admin.forms.firms import CheckForm
from web.admin.workers import back_to_worker, name_of
from web.answering import answer_form
from web.edge import actor, db
from web.extensions import request_now
from web.services import services
from worksorders.domain.people.check_kinds import Holder
from worksorders.steps.people import check_documents, checks
from worksorders.steps.people.check_register import load_register
from worksorders.steps.people.firms import own_firm
from worksorders.steps.people.workers import own_worker


@blueprint.route("/firms/<uuid:firm_id>/checks/new", methods=["GET", "POST"])
def record_firm_check(firm_id: uuid.UUID) -> ResponseReturnValue:
    """Record a check of the firm."""
    found = own_firm(db(), actor(), firm_id)
    return _record(Holder.FIRM, found.name, back_to(found), firm_id=firm_id)


@blueprint.route("/workers/<uuid:worker_id>/checks/new", methods=["GET", "POST"])
def record_worker_check(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Record a check of the worker."""
    found = own_worker(db(), actor(), worker_id)
    return _record(Holder.WORKER, name_of(found), back_to_worker(found), worker_id=worker_id)


def _record(
    holder: Holder,
    name: str,
    back: tuple[str, str],
    *,
    firm_id: uuid.UUID | None = None,
    worker_id: uuid.UUID | None = None,
) -> ResponseReturnValue:
    form: Any = CheckForm()
    kinds = load_register(db()).on_offer(holder, today())
    form.kind.choices = [("", "Choose a kind"), *((kind.code, kind.label) for kind in kinds)]

    def keep() -> str:
        details = checks.CheckDetails(
            form.kind.data, form.number.data, form.issuer.data, form.issued_on.data, form.expires_on.data
        )
        row = checks.record(db(), actor(), details, firm_id=firm_id, worker_id=worker_id, now=request_now())
        if form.document.data:
            content = form.document.data.read()
            check_documents.keep(db(), services().cipher, actor(), row.id, content, request_now())
        flash("The check has been recorded. It counts once a second person has verified it.", "success")
        return back[0]

    return answer_form(
        form,
        "check.record",
        keep,
        title=f"Record a check of {name}",
        submit="Record the check",
        back=back,
        upload=True,
    )
