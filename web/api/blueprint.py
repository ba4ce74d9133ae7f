"""The blueprint of the API: a token in each call instead of a cookie, so no token against forged forms."""

from flask import Blueprint

from web.extensions import csrf

blueprint = Blueprint("api", __name__, url_prefix="/api")
csrf.exempt(blueprint)
