"""Where a request meets the database: one session a request, one commit at its end, never on a GET."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import nullcontext

from flask import Flask, Response, abort, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict, ServiceUnavailable
from werkzeug.wrappers import Response as BaseResponse

from web.services import services
from worksorders.domain.errors import DomainError
from worksorders.steps import once
from worksorders.steps.actor import Actor
from worksorders.steps.free_text.tell import TYPIST
from worksorders.store.scope import HOUSE, Scope, as_house, narrow

READ_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})
# Serialization failure, deadlock and lock timeout: try again, somebody else was first.
RACE_STATES = frozenset({"40001", "40P01", "55P03"})


def db() -> Session:
    """The session of this request; the edge commits it once the page has answered without an error."""
    if "db" not in g:
        g.db = services().sessions()
        narrow(g.db, _scope(g.get("user")))
        g.db.info[TYPIST] = g.get("user")
    session: Session = g.db
    return session


def _scope(user: Actor | None) -> Scope:
    """Whose rows the database shows to this request; before anybody signed in, only the door itself may look."""
    if user is None:
        return HOUSE if request.blueprint == "auth" else Scope("nobody")
    return Scope("staff" if user.firm_id is None else "firm", user.user_id, user.firm_id)


def actor() -> Actor:
    """Who is signed in; only for routes whose rule demands someone."""
    found: Actor | None = g.get("user")
    if found is None:
        abort(404)
    return found


def take_once(form_uuid: uuid.UUID, purpose: str, action: Callable[[], str]) -> BaseResponse:
    """Run a form's action once and redirect to the address that it returns; a second sending leads to the same place.

    The claim, the action and all that it writes are one transaction. A contractor's action works for the house: its
    effects reach others' rows (an offer taken is withdrawn from the next firm), and its step has its own checks.
    """
    user: Actor | None = g.get("user")
    with as_house(db()) if user and user.firm_id else nullcontext():
        return _take(form_uuid, purpose, action)


def _take(form_uuid: uuid.UUID, purpose: str, action: Callable[[], str]) -> BaseResponse:
    claimed = once.claim(db(), form_uuid, g.get("user"), purpose)
    if claimed is None:
        location = once.earlier_answer(db(), form_uuid, g.get("user"))
        if location is None:
            abort(409)
        return redirect(location, 303)
    claimed.location = action()
    db().flush()
    return redirect(claimed.location, 303)


def _finish(response: Response) -> Response:
    session: Session | None = g.get("db")
    if session is None:
        return response
    if request.method in READ_ONLY or response.status_code >= 400 or g.get("discard", False):
        session.rollback()
        return response
    try:
        session.commit()
    except DomainError as error:
        session.rollback()
        return current_app.make_response(current_app.handle_user_exception(error))
    except (StaleDataError, IntegrityError, OperationalError) as error:
        return current_app.make_response(_refuse(error))
    return response


def _close(_: BaseException | None = None) -> None:
    session: Session | None = g.pop("db", None)
    if session is not None:
        session.close()


def _refuse(error: Exception) -> ResponseReturnValue:
    """A lost race is a 409, a lost database a 503; nothing of the request is kept."""
    session: Session | None = g.get("db")
    if session is not None:
        session.rollback()
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    lost_race = not isinstance(error, OperationalError) or state in RACE_STATES
    current_app.logger.warning("refused: %s %s", type(error).__name__, state)
    answer: ResponseReturnValue = current_app.handle_http_exception(
        Conflict() if lost_race else ServiceUnavailable()
    )
    return answer


def init_app(app: Flask) -> None:
    """Commit or roll back after each answer and close at the end."""
    app.after_request(_finish)
    app.teardown_request(_close)
    for error in (StaleDataError, IntegrityError, OperationalError):
        app.register_error_handler(error, _refuse)
