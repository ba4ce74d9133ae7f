"""The blueprint that the pages of changes and of limits hang on."""

from flask import Blueprint

blueprint = Blueprint("changes", __name__, url_prefix="/changes")
