"""Looks over what was typed into a form before anything is done with it: a field that repeats something protected refuses.

It knows the case from the address of the page and from the codes of orders in the form. What has no case here is
looked over once more where rows are kept (worksorders/steps/free_text/guard.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from flask import current_app, g, has_request_context, request

from web.edge import db
from web.forms.fields import TextField
from web.services import services
from worksorders.steps.actor import Actor
from worksorders.steps.free_text import check, tell
from worksorders.steps.free_text.about import cases_about

MESSAGE = check.MESSAGE


def refuse_protected(fields: Iterable[Any], sealed: frozenset[str]) -> bool:
    """Put the message at each text field that repeats a protected value; True where there was none.

    `sealed` names fields whose words go into the vault. Before anybody has signed in nothing is compared: the answer
    would confirm a guess of whoever knows a code.
    """
    # Without services nothing can be kept, nor is there a case to repeat something of.
    if not has_request_context() or request.method != "POST" or not current_app.extensions.get("services"):
        return True
    typed = [field for field in fields if isinstance(field, TextField) and isinstance(field.data, str)]
    open_ones = {field.name: field for field in typed if field.data and field.short_name not in sealed}
    if not open_ones:
        return True
    user: Actor | None = g.get("user")
    if user is None:
        return True
    if tell.has_guessed_too_often(db(), user):
        for field in open_ones.values():
            field.errors = [*field.errors, tell.TOO_MANY]
        return False
    named = {name: value for name, value in (request.view_args or {}).items() if isinstance(value, uuid.UUID)}
    texts = {name: field.data for name, field in open_ones.items()}
    cases = tell.may_be_told(db(), user, cases_about(db(), named, texts.values()))
    found = check.find(db(), services().cipher, cases, texts)
    if found:
        repeated = {name: texts[name] for name in found}
        met = {one for one in cases if check.find(db(), services().cipher, [one], repeated)}
        tell.note(db(), user, tell.REFUSED, met)
    for name in found:
        open_ones[name].errors = [*open_ones[name].errors, MESSAGE]
    return not found
