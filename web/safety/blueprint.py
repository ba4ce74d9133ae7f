"""The blueprint of the safety pages."""

from flask import Blueprint

blueprint = Blueprint("safety", __name__, url_prefix="/safety")
