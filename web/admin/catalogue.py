"""The catalogue: versions, what changed between two, upload with every fault of a broken file, download."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from catalogue import compare
from catalogue.load import CATALOGUE_COLUMNS, FINDINGS_COLUMNS
from web.admin.blueprint import blueprint, chosen, csv_file, require, today
from web.admin.forms.catalogue import CatalogueForm
from web.answering import answer_form, fresh_form
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form
from worksorders.domain.errors import Fault, FaultsError
from worksorders.steps.admin import catalogue as step
from worksorders.steps.admin import catalogue_versions as versions
from worksorders.steps.admin.files import safe_csv
from worksorders.steps.pricing.impact import find_impact

FILES = ("items", "findings")


@blueprint.get("/catalogue")
def catalogue() -> str:
    """Every version, newest first."""
    return render_template("admin/catalogue.html", versions=versions.find_versions(db()))


@blueprint.route("/catalogue/upload", methods=["GET", "POST"])
def upload_catalogue() -> ResponseReturnValue:
    """Bring a new version; a broken file is refused with every fault."""
    form: Any = CatalogueForm(data={"valid_from": today()})

    def load() -> str:
        files = form["items"].data.read(), form.findings.data.read()
        try:
            row = step.load(db(), actor(), *files, form.valid_from.data, request_now())
        except step.TooFarAheadError as error:
            raise FaultsError([Fault("valid_from", str(error))]) from None
        flash(f"Version {row.number} is {row.state.replace('_', ' ')}.", "success")
        return url_for("admin.catalogue_version", number=row.number)

    page: dict[str, Any] = {
        "title": "Upload a catalogue",
        "submit": "Upload",
        "back": (url_for("admin.catalogue"), "All versions"),
        "lead": "Download the version in force, change it, and bring both files back.",
        "upload": True,
    }
    return answer_form(form, "catalogue.load", load, **page)


@blueprint.get("/catalogue/<int:number>")
def catalogue_version(number: int) -> str:
    """One version with its measures and rules."""
    found = step.version(db(), number)
    row = versions.find_version(db(), number)
    return render_template("admin/catalogue_version.html", found=found, row=row, fresh_form=fresh_form)


@blueprint.get("/catalogue/<int:number>/<name>.csv")
def catalogue_csv(number: int, name: str) -> ResponseReturnValue:
    """The measures or the rules as CSV that can be uploaded again."""
    require(name in FILES)
    found = step.version(db(), number)
    columns = CATALOGUE_COLUMNS if name == "items" else FINDINGS_COLUMNS
    cells: list[dict[str, str]] = (
        [compare.item_cells(item) for item in found.items.values()]
        if name == "items"
        else [compare.rule_cells(rule) for rule in found.rules]
    )
    text = safe_csv(columns, [[row[column] for column in columns] for row in cells])
    return csv_file(text, f"{'catalogue' if name == 'items' else 'findings'}-{number}.csv")


@blueprint.get("/catalogue/changes")
def catalogue_changes() -> str:
    """What differs between two versions, and which past assessments would be treated differently."""
    known = versions.find_versions(db())
    before, after = _number("before"), _number("after")
    shown: dict[str, Any] = {"items": (), "rules": (), "impact": None}
    if before is not None and after is not None:
        old, new = step.version(db(), before), step.version(db(), after)
        shown = {
            "items": compare.catalogue_differences(old.items, new.items),
            "rules": compare.rule_differences(old.rules, new.rules),
            "impact": find_impact(db(), old, new),
        }
    return render_template(
        "admin/catalogue_changes.html",
        choices=[(row.number, f"Version {row.number}") for row in known],
        before=before,
        after=after,
        **shown,
    )


@blueprint.post("/catalogue/<int:number>/discard")
def discard_catalogue(number: int) -> ResponseReturnValue:
    """Retire a draft before its day."""
    step.version(db(), number)

    def discard() -> str:
        step.discard(db(), actor(), number)
        flash(f"The draft, version {number}, has been discarded.", "success")
        return url_for("admin.catalogue")

    back = (url_for("admin.catalogue"), "All versions")
    title = f"Discard version {number}"
    return answer_form(Form(), "catalogue.discard", discard, title=title, submit="Discard", back=back)


def _number(name: str) -> int | None:
    text = chosen(name)
    return int(text) if text.isdecimal() and len(text) < 7 else None
