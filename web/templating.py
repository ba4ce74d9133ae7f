"""Strict templates of ours beside GOV.UK macros that rely on absent parameters being empty."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import (
    BaseLoader,
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)

STATIC = Path(__file__).parent / "static"


class _LenientLoader(PrefixLoader):
    """Loads the GOV.UK macros into an environment of their own, where an absent parameter is empty."""

    _lenient: Environment | None = None

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:  # noqa: A002
        if environment.undefined is not ChainableUndefined:
            self._lenient = self._lenient or environment.overlay(undefined=ChainableUndefined)
            environment = self._lenient
        return super().load(environment, name, globals)


def install(app: Flask) -> None:
    """Make a missing name an error in our templates, and find the GOV.UK macros by their prefix."""
    macros = _LenientLoader(
        {name: PackageLoader(name) for name in ("govuk_frontend_jinja", "govuk_frontend_wtf")}
    )
    environment = app.jinja_env
    ours: BaseLoader | None = environment.loader
    environment.undefined = StrictUndefined
    environment.loader = ChoiceLoader([macros, *([ours] if ours else [])])
    environment.trim_blocks = True
    environment.lstrip_blocks = True


def static_digest() -> str:
    """A fingerprint of everything under `static/`, so that a changed file gets a new address."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(STATIC)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
