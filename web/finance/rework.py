"""Work that was billed again inside the warranty of what was done there before (F05)."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from web.edge import db
from web.finance.blueprint import blueprint
from worksorders.steps.finance.gather.rework import rework_billed


@blueprint.get("/rework")
def rework() -> ResponseReturnValue:
    """Each case with both orders: somebody asks the firm, or another one, before more is paid."""
    return render_template("finance/rework.html", found=rework_billed(db()))
