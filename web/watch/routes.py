"""`/readyz` names the parts that are not well, `/metrics` gives figures in Prometheus' text form."""

from __future__ import annotations

import hmac
import ipaddress

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from web.watch.figures import as_text
from web.watch.state import State, Watch

blueprint = Blueprint("watch", __name__)
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via")
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """200 where every part is well, else 503 with the names of those that are not."""
    state = _state()
    text = f"not ready: {', '.join(state.failing)}\n" if state.failing else "ready\n"
    return Response(text, status=503 if state.failing else 200, mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """The figures, for this machine itself or for the bearer of the token; the one 404 page for everybody else."""
    if not (_is_here() or _has_token()):
        abort(404)
    return Response(as_text(_state()), content_type=METRICS_TYPE)


def _state() -> State:
    watch: Watch | None = current_app.config["WATCH"]
    return watch.look() if watch else State({})


def _is_here() -> bool:
    """Whether the caller is on this machine and no proxy stands between: behind one everybody would be."""
    if any(name in request.headers for name in FORWARDED) or not request.remote_addr:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr).is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    wanted: str = current_app.config["METRICS_TOKEN"] or ""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())
