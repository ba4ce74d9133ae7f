"""Calls of other systems: what may be read and handed in with a token, and its description."""

from flask import Flask, current_app, jsonify
from flask.typing import ResponseReturnValue

from web.api import callers, description, invoices, problems, reading, taking
from web.api.blueprint import blueprint
from web.api.operations import OPERATIONS, Operation
from web.api.policy import POLICY
from web.edge import db
from worksorders.steps.exchange.schemas import records_today
from worksorders.steps.lists.find import OUTSIDE


def openapi() -> ResponseReturnValue:
    """The description, with the towns, kinds and findings of today."""
    title = f"{current_app.config['PRODUCT_NAME']} API"
    return jsonify(description.describe(records_today(db()), title))


def _view(one: Operation) -> object:
    if one.xml:
        return invoices.take_invoice
    if one.body:
        return taking.take(one.body)
    if not one.register:
        return reading.catalogue
    register = OUTSIDE[one.register]
    return reading.one_of(register) if "<" in one.path else reading.list_of(register)


def init_app(app: Flask) -> None:
    """Let the access table read tokens, and answer for those that do not count."""
    app.extensions["token_reader"] = callers.admit
    app.register_error_handler(problems.WrongToken, problems.on_wrong_token)
    app.register_error_handler(problems.WrongScope, problems.on_wrong_scope)
    app.register_error_handler(problems.TooManyCalls, problems.on_too_many)


blueprint.add_url_rule("/openapi.json", "openapi", openapi)
for _one in OPERATIONS:
    blueprint.add_url_rule(_one.path, _one.endpoint, _view(_one), methods=[_one.method])  # type: ignore[arg-type]

__all__ = ["POLICY", "blueprint", "init_app"]
