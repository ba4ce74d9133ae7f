"""Calm error pages that say what to do next and nothing about the inside or about what exists."""

import secrets
import traceback
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from worksorders.domain.errors import DomainError, FaultsError, NotPermittedError, RefusedError
from worksorders.steps.actor import NotFoundError

WORDS = {
    400: ("We could not read that request", "Go back, reload the page and try again."),
    403: ("You cannot do that", "Your account does not allow this. If it should, ask an administrator."),
    404: (
        "Page not found",
        "If you typed the address, check it. If you followed a link, go back and try again.",
    ),
    405: (
        "Page not found",
        "If you typed the address, check it. If you followed a link, go back and try again.",
    ),
    409: (
        "Somebody changed this first",
        "Go back, reload the page and look at it again before you try once more.",
    ),
    415: ("We cannot read that kind of content", "Send it as application/json."),
    413: ("That file is too large", "Choose a smaller file and send it again. Nothing has been saved."),
    422: ("There is a problem", "Go back and correct what you entered. Nothing has been saved."),
    429: ("Too many tries", "Wait a few minutes, then try again."),
    500: ("Something went wrong on our side", "Nothing was lost. Try again in a minute."),
    503: ("We are not ready just now", "Try again in a minute. In an emergency call 111."),
}
SIGNED_OUT = ("You have been signed out", "Sign in and enter it again. Nothing of it has been saved.")
EXPIRED = ("This form is too old", "Go back, reload the page and send it again. Nothing has been saved.")


def _answer(status: int, title: str, advice: str, faults: list[str], code: str = "") -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        listed = [{"field": "", "message": fault} for fault in faults]
        body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": advice}
        response = jsonify(body | {"faults": listed})
        response.mimetype = "application/problem+json"
        return response, status
    page = render_template("errors/page.html", title=title, advice=advice, faults=faults, code=code)
    return Response(page, status=status, mimetype="text/html")


def not_found() -> ResponseReturnValue:
    """The one 404 page: unknown, someone else's and walled all look the same."""
    title, advice = WORDS[404]
    return _answer(404, title, advice, [])


def _on_not_found(_: NotFoundError) -> ResponseReturnValue:
    return not_found()


def _on_http(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, CSRFError):
        gone = g.get("user") is None and request.blueprint not in {"auth", None}
        return _answer(400, *(SIGNED_OUT if gone else EXPIRED), [])
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    title, advice = WORDS.get(status, WORDS[500] if status >= 500 else WORDS[400])
    answer = make_response(_answer(status, title, advice, [], g.get("incident", "")))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _on_faults(error: FaultsError) -> ResponseReturnValue:
    title, advice = WORDS[422]
    faults = error.faults
    return _api_faults(error) or _answer(422, title, advice, [fault.message for fault in faults])


def _api_faults(error: FaultsError) -> ResponseReturnValue | None:
    if not request.path.startswith("/api/"):
        return None
    title, advice = WORDS[422]
    faults = [{"field": fault.field, "message": fault.message} for fault in error.faults]
    response = jsonify(
        {"type": "about:blank", "title": title, "status": 422, "detail": advice, "faults": faults}
    )
    response.mimetype = "application/problem+json"
    return response, 422


def _on_refused(error: RefusedError) -> ResponseReturnValue:
    title, advice = WORDS[409]
    return _answer(409, title, advice, [str(error)])


def _on_not_permitted(error: NotPermittedError) -> ResponseReturnValue:
    title, advice = WORDS[403]
    return _answer(403, title, advice, [str(error)])


def _on_domain(error: DomainError) -> ResponseReturnValue:
    title, advice = WORDS[422]
    return _answer(422, title, advice, [str(error)])


class QuietFlask(Flask):
    """Flask that logs where an error happened but never its message, which may hold someone's address."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> None:
        kind, _, trace = exc_info
        g.incident = secrets.token_hex(4)
        frames = [f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in traceback.extract_tb(trace)]
        self.logger.error(
            "incident %s: %s in %s: %s",
            g.incident,
            kind.__name__ if kind else "unknown",
            request.endpoint,
            " < ".join(reversed(frames)),
        )


def init_app(app: Flask) -> None:
    """Register the handlers; the most particular class wins."""
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(FaultsError, _on_faults)
    app.register_error_handler(RefusedError, _on_refused)
    app.register_error_handler(NotPermittedError, _on_not_permitted)
    app.register_error_handler(NotFoundError, _on_not_found)
    app.register_error_handler(DomainError, _on_domain)
