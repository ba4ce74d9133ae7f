"""Calls that take records in: all of them or none, a dry run where it is asked for, and once for each key."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from web.api.callers import caller
from web.api.problems import with_faults
from web.edge import db
from web.extensions import request_now
from web.services import services
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.records import kinds
from worksorders.steps import once
from worksorders.steps.exchange import imports
from worksorders.steps.exchange.taking import Hands

KEY_HEADER = "Idempotency-Key"
READ_BACK = {
    kinds.ASSESSMENTS: "api.read_assessment",
    kinds.WORKERS: "api.read_worker",
    kinds.CHECKS: "api.read_check",
}
YES_NO = {"true": True, "false": False}


def take(kind: str) -> Callable[[], ResponseReturnValue]:
    """The call that takes in records of one kind."""

    def view() -> ResponseReturnValue:
        if request.mimetype != "application/json":
            raise UnsupportedMediaType
        dry_run, key = _dry_run(), read_key()
        body = request.get_data()
        hands = Hands(db(), services().cipher, caller().actor, request_now(), unattended=True)
        if key is not None and not dry_run:
            _claim(key, kind, body)
        run, new = imports.hand_in(
            hands, imports.of_body(kind, body), dry_run=dry_run, regions=caller().regions
        )
        if run.state == imports.REFUSED:
            return with_faults(run.faults)
        return jsonify(_shown(run)), 201 if new and not dry_run else 200

    return view


def _claim(key: uuid.UUID, kind: str, body: bytes) -> None:
    """Take the key for this body; the body's own hash then finds what was made, so a repeat needs nothing more."""
    purpose = f"api.{kind} {hashlib.sha256(body).hexdigest()}"
    if once.claim(db(), key, caller().actor, purpose) is not None:
        return
    if once.purpose_of(db(), key, caller().actor) != purpose:
        message = "This key came with another body before: draw a new one for each new call."
        raise FaultsError([Fault(KEY_HEADER, message)])


def read_key() -> uuid.UUID | None:
    """The key of this call, if it has one."""
    text = request.headers.get(KEY_HEADER, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise FaultsError([Fault(KEY_HEADER, "This is not a UUID: draw one for each new call.")]) from None


def _dry_run() -> bool:
    found = YES_NO.get(request.args.get("dry_run", "false"))
    strange = set(request.args) - {"dry_run"}
    if found is None or strange:
        abort_with = "dry_run must be true or false, and there is no other parameter."
        raise FaultsError([Fault("dry_run", abort_with)])
    return found


def _shown(run: Any) -> dict[str, Any]:
    made = [_with_address(run.kind, one) for one in run.made]
    return {
        "id": str(run.id), "kind": run.kind, "state": run.state, "records": run.records, "made": made,
    }  # fmt: skip


def _with_address(kind: str, made: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in made.items() if name != "notes"}
    if kind in READ_BACK:
        endpoint = READ_BACK[kind]
        name = f"{endpoint.rpartition('_')[2]}_id"
        found["href"] = url_for(endpoint, **{name: made["id"]})
    return found
