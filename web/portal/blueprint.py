"""The blueprint that the contractors' pages hang on."""

from flask import Blueprint

blueprint = Blueprint("portal", __name__, url_prefix="/portal")
