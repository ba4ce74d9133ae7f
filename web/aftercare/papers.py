"""Shows a kept paper once, in answer to a POST with a purpose: it names the home."""

from __future__ import annotations

import uuid
from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from web.aftercare.blueprint import blueprint
from web.aftercare.forms import PurposeForm
from web.edge import actor, db
from web.forms.base import render_form
from web.services import services
from worksorders.steps.completion import late as steps

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg"}


@blueprint.route("/papers/<uuid:paper_id>", methods=["GET", "POST"])
def paper(paper_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for the purpose, then show the file."""
    row = steps.find_paper(db(), paper_id)
    form = PurposeForm()
    if form.validate_on_submit():
        kept = steps.read_kept(
            db(), services().sessions, services().cipher, actor(), paper_id, form.purpose.data or ""
        )
        return send_file(
            BytesIO(kept.content),
            mimetype=kept.media_type,
            download_name=f"paper.{ENDINGS[kept.media_type]}",
        )
    return render_form("aftercare/paper.html", form, row=row)
