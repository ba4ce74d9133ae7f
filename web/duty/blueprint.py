"""The blueprint that the pages of duty hang on."""

from flask import Blueprint

blueprint = Blueprint("duty", __name__, url_prefix="/duty")
