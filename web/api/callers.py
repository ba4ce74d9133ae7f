"""Who calls: reads the token of a call, counts and records the call before anything else happens, and checks its scope."""

from __future__ import annotations

from typing import Any

from flask import abort, g, request

from web.api.problems import TooManyCalls, WrongScope, WrongToken
from web.extensions import request_now
from web.services import services
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.tokens import Caller

BEARER = "bearer"
LONGEST_TOKEN = 200


def admit(scope: str) -> None:
    """Let the call in or end it: 401 without a token that counts, 403 without its scope, 429 where there were too many.

    Too many are calls of a token, or wrong tokens from one place. The call is counted and in the trail before it is answered, in a transaction of its own.
    """
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != BEARER or not 0 < len(secret) <= LONGEST_TOKEN:
        raise WrongToken
    with services().sessions.begin() as session:
        found = tokens.admit(session, secret.strip(), request_now(), call=_call())
        wait = found.wait_seconds
        if found.caller is None and not wait:
            wait = tokens.note_wrong(session, request.remote_addr or "", request_now())
    if wait:
        raise TooManyCalls(wait)
    if found.caller is None:
        raise WrongToken
    if scope not in found.caller.scopes:
        raise WrongScope(scope)
    g.caller = found.caller
    g.user = found.caller.actor


def caller() -> Caller:
    """Whoever makes this call."""
    found: Caller | None = g.get("caller")
    if found is None:
        abort(404)
    return found


def _call() -> dict[str, Any]:
    """The call as the trail keeps it: its route, its method, the ids in its address; never what was asked or sent."""
    ids = {name: str(value) for name, value in (request.view_args or {}).items()}
    return {"route": (request.endpoint or "").removeprefix("api."), "method": request.method, **ids}
