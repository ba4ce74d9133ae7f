"""The blueprint that the dispatch pages hang on."""

from flask import Blueprint

blueprint = Blueprint("dispatch", __name__, url_prefix="/dispatch")
