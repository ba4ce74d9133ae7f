"""The blueprint of the pages on firms' supply."""

from __future__ import annotations

from flask import Blueprint

from web.edge import actor
from worksorders.domain.roles import Role
from worksorders.steps.people.places import region_name

blueprint = Blueprint("supply", __name__, url_prefix="/supply")
blueprint.add_app_template_filter(region_name, "region_name")


def is_administrator() -> bool:
    """Whether the person may change kinds and firms."""
    return actor().role is Role.ADMINISTRATOR
