"""The blueprint that the planning pages hang on."""

from flask import Blueprint

blueprint = Blueprint("planning", __name__, url_prefix="/plans")
