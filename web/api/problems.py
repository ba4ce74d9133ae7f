"""What goes wrong at the door of the API, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException


class WrongToken(HTTPException):
    """No token, or one that counts for nothing."""

    code = 401


class WrongScope(HTTPException):
    """The token may not do this."""

    code = 403

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope


class TooManyCalls(HTTPException):
    """More calls in a minute than the token may make."""

    code = 429

    def __init__(self, wait_seconds: int) -> None:
        super().__init__()
        self.wait_seconds = wait_seconds


def problem(
    status: int, title: str, detail: str, headers: dict[str, str] | None = None
) -> ResponseReturnValue:
    """An answer that says what is wrong and what helps."""
    response = jsonify(
        {"type": "about:blank", "title": title, "status": status, "detail": detail, "faults": []}
    )
    response.mimetype = "application/problem+json"
    response.headers.update(headers or {})
    return response, status


def on_wrong_token(_: WrongToken) -> ResponseReturnValue:
    """401."""
    detail = "Send “Authorization: Bearer …” with a token that is neither revoked nor expired."
    return problem(401, "A token is needed", detail, {"WWW-Authenticate": "Bearer"})


def on_wrong_scope(error: WrongScope) -> ResponseReturnValue:
    """403."""
    detail = f"The token lacks the scope {error.scope}: ask an administrator for one that has it."
    return problem(403, "Not allowed with this token", detail)


def on_too_many(error: TooManyCalls) -> ResponseReturnValue:
    """429."""
    detail = f"Wait {error.wait_seconds} seconds, then call again."
    return problem(429, "Too many calls", detail, {"Retry-After": str(error.wait_seconds)})


def with_faults(faults: list[dict[str, Any]]) -> ResponseReturnValue:
    """422: every fault of what was handed in, by its place, with what kind of value stood there."""
    listed = [{"field": _field(one), "found": one["found"], "message": one["message"]} for one in faults]
    detail = f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}; nothing was taken in."
    body = {
        "type": "about:blank",
        "title": "There is a problem",
        "status": 422,
        "detail": detail,
        "faults": listed,
    }
    response = jsonify(body)
    response.mimetype = "application/problem+json"
    return response, 422


def _field(fault: dict[str, Any]) -> str:
    """`records.0.home.town`, as the sender wrote it."""
    if not fault["row"]:
        return str(fault["field"])
    return f"records.{fault['row'] - 1}.{fault['field']}".rstrip(".")
