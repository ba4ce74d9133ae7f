"""Where this product's passkeys belong, and JSON answers to the page's own script."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, jsonify, request

from worksorders.domain.errors import NotPermittedError
from worksorders.steps.accounts.passkeys import Asked, Site


def site() -> Site:
    """The host and origin of the public address; in tests, those that the browser came by."""
    address = (current_app.config["PUBLIC_URL"] or request.host_url).rstrip("/")
    return Site(urlsplit(address).hostname or "localhost", address, current_app.config["PRODUCT_NAME"])


def asked(made: Asked) -> Response:
    """Options for the browser, with the challenge's id for the way back."""
    return jsonify(id=str(made.id), options=dict(made.options))


def answered() -> tuple[uuid.UUID, Mapping[str, Any], str]:
    """The script's answer: challenge, credential and the device's name; raises NotPermittedError for anything else."""
    body = request.get_json(silent=True)
    found = body if isinstance(body, dict) else {}
    credential = found.get("credential")
    try:
        challenge = uuid.UUID(str(found.get("id")))
    except ValueError:
        challenge = None
    if challenge is None or not isinstance(credential, dict):
        raise NotPermittedError("The browser's answer could not be read. Load the page again.")
    return challenge, credential, str(found.get("name", ""))


def given(name: str) -> str:
    """One text of the script's question; empty where it sent none."""
    body = request.get_json(silent=True)
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""


def refused(words: str, status: int = 422) -> tuple[Response, int]:
    """Why not, for the script to show."""
    return jsonify(message=words), status
