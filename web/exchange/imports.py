"""Imports: hand a file in, or only have it checked; its result has a page of its own with every fault."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer, download
from web.edge import actor, db
from web.exchange.blueprint import blueprint
from web.exchange.forms import CatalogueImportForm, ImportForm
from web.extensions import request_now
from web.services import services
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.records import kinds
from worksorders.domain.records.schema import Field, Kind, columns
from worksorders.domain.records.table import column_names
from worksorders.steps.exchange import imports as step
from worksorders.steps.exchange.handed_in import CSV, JSON, LARGEST_BYTES
from worksorders.steps.exchange.schemas import schema_of
from worksorders.steps.exchange.taking import Hands

WORDS = {
    kinds.ASSESSMENTS: "Assessments",
    kinds.WORKERS: "Workers",
    kinds.CHECKS: "Checks",
    kinds.CATALOGUE: "Catalogue",
}
PAGES = {
    kinds.ASSESSMENTS: ("coordinator.assessment", "assessment_id"),
    kinds.WORKERS: ("admin.worker", "worker_id"),
}
LEAD = (
    "All of a file is taken in, or nothing and every fault is listed. The same file counts once. "
    "The file itself is not kept."
)


@blueprint.get("/imports")
def imports() -> str:
    """What was handed in of late, and what may be."""
    return render_template(
        "exchange/imports.html",
        rows=step.find_runs(db(), actor()),
        kinds=[(kind, WORDS[kind]) for kind in step.importable(actor().role)],
        words=WORDS,
    )


@blueprint.route("/imports/<kind>/new", methods=["GET", "POST"])
def new_import(kind: str) -> ResponseReturnValue:
    """Hand a file in."""
    step.require_importer(actor(), kind)
    form: Any = CatalogueImportForm() if kind == kinds.CATALOGUE else ImportForm()

    def take() -> str:
        hands = Hands(db(), services().cipher, actor(), request_now())
        run, new = step.hand_in(hands, _file(kind, form), dry_run="check" in request.form)
        if not new:
            flash("This file was imported before: this is what came of it then.", "info")
        return url_for("exchange.import_run", run_id=run.id)

    return answer(
        form,
        f"import.{kind}",
        take,
        "exchange/import_new.html",
        page_title=f"Import {WORDS[kind].lower()}",
        submit="Import",
        back=(url_for("exchange.imports"), "All imports"),
        lead=LEAD,
        kind_name=kind,
        described=_described(schema_of(db(), kind)),
    )


@blueprint.get("/imports/<kind>/template.csv")
def import_template(kind: str) -> ResponseReturnValue:
    """The header of a kind's file."""
    step.require_importer(actor(), kind)
    if kind == kinds.CATALOGUE:
        abort(404)
    body = "\ufeff" + ",".join(column_names(schema_of(db(), kind))) + "\r\n"
    return download(body, f"{kind}-template.csv")


@blueprint.get("/imports/<uuid:run_id>")
def import_run(run_id: uuid.UUID) -> str:
    """What came of a file."""
    found = step.find_run(db(), actor(), run_id)
    kind = found.run.kind
    return render_template(
        "exchange/import_run.html", found=found, run=found.run, word=WORDS[kind], address=_address_of(kind)
    )


def _address_of(kind: str) -> Any:
    """The page of what was made, where it has one that everybody who imports it may open."""
    if kind not in PAGES:
        return lambda _: ""
    endpoint, argument = PAGES[kind]
    return lambda made: _url(endpoint, {argument: uuid.UUID(made["id"])})


def _url(endpoint: str, values: dict[str, Any]) -> str:
    return url_for(endpoint, **values)


def _file(kind: str, form: Any) -> step.File:
    data: bytes = form.file.data.read(LARGEST_BYTES + 1)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
        return step.File(kind, JSON, data)
    if kind != kinds.CATALOGUE:
        return step.File(kind, CSV, data)
    faults = []
    if not form.findings.data:
        faults.append(Fault("findings", "Choose the file of rules: a CSV of measures does not stand alone."))
    if form.valid_from.data is None:
        faults.append(Fault("valid_from", "Enter the first day."))
    if faults:
        raise FaultsError(faults)
    day = form.valid_from.data.isoformat()
    second: bytes = form.findings.data.read(LARGEST_BYTES + 1)
    return step.File(kind, CSV, data, second, (("valid_from", day),))


def _described(of: Field) -> list[tuple[str, Field]]:
    """The columns of a kind's file with what they hold."""
    found = list(columns(of))
    for name, inner in _inner(of, ""):
        found += [(f"{name}.{column}", field) for column, field in columns(inner)]
    return found


def _inner(of: Field, prefix: str) -> list[tuple[str, Field]]:
    found: list[tuple[str, Field]] = []
    for field in of.fields:
        if field.kind is Kind.RECORD and field.many:
            name = f"{prefix}{field.name}"
            found += [(name, field), *_inner(field, f"{name}.")]
    return found
