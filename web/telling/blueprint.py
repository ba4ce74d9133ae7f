"""The blueprint that the pages of telling hang on."""

from flask import Blueprint

blueprint = Blueprint("telling", __name__)
