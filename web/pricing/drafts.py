"""Drafts of the catalogue: rows one at a time, what differs, what it would have changed, and handing it in."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Mapping
from typing import Any

from flask import abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from catalogue import compare
from web.answering import answer_form, download, fresh_form
from web.edge import actor, db
from web.extensions import request_now
from web.filters import local_today
from web.forms.base import Form
from web.pricing.blueprint import blueprint, value
from web.pricing.forms import BeginForm, FindingForm, HandInForm, ItemForm
from worksorders.steps.admin import catalogue as versions
from worksorders.steps.admin.catalogue_versions import find_versions
from worksorders.steps.admin.files import safe_csv
from worksorders.steps.pricing import drafts as step
from worksorders.steps.pricing.impact import find_impact

FORMS: Mapping[str, type[Form]] = {step.ITEMS: ItemForm, step.FINDINGS: FindingForm}
WORDS = {step.ITEMS: "measure", step.FINDINGS: "rule"}


@blueprint.get("/drafts")
def drafts() -> str:
    """Open drafts."""
    return render_template("pricing/drafts.html", rows=step.find_all(db()))


@blueprint.route("/drafts/new", methods=["GET", "POST"])
def begin_draft() -> ResponseReturnValue:
    """Begin one as a copy of a version."""
    form: Any = BeginForm()
    known = find_versions(db())
    form.base.choices = [
        (str(row.number), f"Version {row.number} ({row.version.state.replace('_', ' ')})") for row in known
    ]

    def begin() -> str:
        row = step.begin(db(), actor(), form.name.data, int(form.base.data), request_now())
        return _address(row.id)

    back = (url_for("pricing.drafts"), "All drafts")
    return answer_form(
        form, "catalogue_draft.begin", begin, title="Begin a draft", submit="Begin the draft", back=back
    )


@blueprint.get("/drafts/<uuid:draft_id>")
def draft(draft_id: uuid.UUID) -> str:
    """A draft with its rows and what is wrong with it."""
    return render_template("pricing/draft.html", found=step.find(db(), draft_id), fresh_form=fresh_form)


@blueprint.get("/drafts/<uuid:draft_id>/<name>.csv")
def draft_csv(draft_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """One of the two files as it stands."""
    found = step.find(db(), draft_id).draft
    if name not in WORDS:
        abort(404)
    text = found.items_csv if name == step.ITEMS else found.findings_csv
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    return download(safe_csv(header, rows), f"{name}-draft.csv")


@blueprint.get("/drafts/<uuid:draft_id>/changes")
def draft_changes(draft_id: uuid.UUID) -> str:
    """What differs from the version that it began with, and what it would have made of past orders."""
    found = step.find(db(), draft_id)
    before = versions.version(db(), found.draft.base_number)
    after = step.as_catalogue(db(), found)
    return render_template(
        "pricing/changes.html",
        found=found,
        items=compare.catalogue_differences(before.items, after.items),
        rules=compare.rule_differences(before.rules, after.rules),
        impact=find_impact(db(), before, after),
    )


@blueprint.route("/drafts/<uuid:draft_id>/<part>/new", methods=["GET", "POST"])
def add_row(draft_id: uuid.UUID, part: str) -> ResponseReturnValue:
    """Write a new row."""
    found = step.find(db(), draft_id)
    if part not in WORDS:
        abort(404)
    return _row_page(found, part, None, f"Add a {WORDS[part]}", {})


@blueprint.route("/drafts/<uuid:draft_id>/<part>/<int:place>", methods=["GET", "POST"])
def change_row(draft_id: uuid.UUID, part: str, place: int) -> ResponseReturnValue:
    """Change a row."""
    found, cells = _row(draft_id, part, place)
    return _row_page(found, part, place, f"Change a {WORDS[part]}", cells)


@blueprint.post("/drafts/<uuid:draft_id>/<part>/<int:place>/remove")
def remove_row(draft_id: uuid.UUID, part: str, place: int) -> ResponseReturnValue:
    """Take a row out."""
    _row(draft_id, part, place)

    def remove() -> str:
        step.remove_row(db(), actor(), draft_id, part, place, request_now())
        flash(f"The {WORDS[part]} is out of the draft.", "success")
        return _address(draft_id)

    title = f"Take the {WORDS[part]} out"
    return answer_form(
        Form(), "catalogue_draft.remove", remove, title=title, submit="Take it out", back=_back(draft_id)
    )


@blueprint.route("/drafts/<uuid:draft_id>/hand-in", methods=["GET", "POST"])
def hand_in_draft(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Make it a version from a day on."""
    found = step.find(db(), draft_id)
    form: Any = HandInForm(data={"valid_from": local_today(request_now())})

    def hand_in() -> str:
        row = step.hand_in(db(), actor(), draft_id, form.valid_from.data, request_now())
        flash(f"Version {row.number} is {row.state.replace('_', ' ')}.", "success")
        return url_for("admin.catalogue_version", number=row.number)

    return answer_form(
        form,
        "catalogue_draft.hand_in",
        hand_in,
        title=f"Hand in {found.draft.name}",
        submit="Make it a version",
        back=_back(draft_id),
        lead="Orders that were raised keep what they were raised with.",
    )


@blueprint.post("/drafts/<uuid:draft_id>/discard")
def discard_draft(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Give it up."""
    found = step.find(db(), draft_id)

    def discard() -> str:
        step.discard(db(), actor(), draft_id)
        flash("The draft has been discarded.", "success")
        return url_for("pricing.drafts")

    title = f"Discard {found.draft.name}"
    return answer_form(
        Form(),
        "catalogue_draft.discard",
        discard,
        title=title,
        submit="Discard it",
        kind="warning",
        back=_back(draft_id),
    )


def _row_page(
    found: step.DraftView, part: str, place: int | None, title: str, cells: Mapping[str, str]
) -> ResponseReturnValue:
    form: Any = FORMS[part](data=dict(cells)) if cells else FORMS[part]()
    draft_id = found.draft.id

    def write() -> str:
        given = {name: value(form[name]) for name in step.COLUMNS[part]}
        step.set_row(db(), actor(), draft_id, part, place, given, request_now())
        flash(f"The {WORDS[part]} is in the draft.", "success")
        return _address(draft_id)

    return answer_form(form, "catalogue_draft.write", write, title=title, submit="Save", back=_back(draft_id))


def _row(draft_id: uuid.UUID, part: str, place: int) -> tuple[step.DraftView, Mapping[str, str]]:
    found = step.find(db(), draft_id)
    rows = {step.ITEMS: found.items, step.FINDINGS: found.findings}.get(part, ())
    if place >= len(rows):
        abort(404)
    return found, rows[place]


def _address(draft_id: uuid.UUID) -> str:
    return url_for("pricing.draft", draft_id=draft_id)


def _back(draft_id: uuid.UUID) -> tuple[str, str]:
    return _address(draft_id), "The draft"
