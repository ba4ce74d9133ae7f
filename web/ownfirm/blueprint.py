"""The blueprint of the pages on which a firm keeps itself."""

from flask import Blueprint

from worksorders.steps.people.places import region_name

blueprint = Blueprint("ownfirm", __name__, url_prefix="/portal")
blueprint.add_app_template_filter(region_name, "region_name")
LAYOUT = "layout_portal.html"
