"""The blueprint of the office's own pages."""

from flask import Blueprint

blueprint = Blueprint("office", __name__, url_prefix="/office")
