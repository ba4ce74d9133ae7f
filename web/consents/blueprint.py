"""The blueprint that the pages of agreements hang on."""

from flask import Blueprint

blueprint = Blueprint("consents", __name__)
