"""The blueprint that the lists hang on."""

from flask import Blueprint

blueprint = Blueprint("lists", __name__, url_prefix="/lists")
