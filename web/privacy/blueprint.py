"""The blueprint that the pages of privacy officers share."""

from flask import Blueprint

blueprint = Blueprint("privacy", __name__, url_prefix="/privacy")
