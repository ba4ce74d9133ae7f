"""The blueprint that the coordinators' pages hang on."""

from flask import Blueprint

blueprint = Blueprint("coordinator", __name__)
