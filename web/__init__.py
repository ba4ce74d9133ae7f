"""The web application: pages for coordinators, contractors, finance and administrators."""

import importlib
import importlib.util
import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask

from web import access, errors, extensions, filters, headers, templating
from web.navigation import NavItem

PACKAGES = (
    "web.public",
    "web.watch",
    "web.auth",
    "web.coordinator",
    "web.consents",
    "web.search",
    "web.settling",
    "web.planning",
    "web.aftercare",
    "web.dispatch",
    "web.safety",
    "web.changes",
    "web.portal",
    "web.ownfirm",
    "web.calendars",
    "web.finance",
    "web.admin",
    "web.office",
    "web.supply",
    "web.privacy",
    "web.lists",
    "web.exchange",
    "web.pricing",
    "web.telling",
    "web.duty",
    "web.api",
)
DEFAULTS: dict[str, Any] = {
    "PACKAGES": PACKAGES,
    "PRODUCT_NAME": "Works orders",
    "PUBLIC_URL": None,
    "QUICK_EXIT_URL": "https://www.metservice.com/",
    "IDLE_MINUTES": 15,
    "IDLE_UNLOCK_ENDPOINT": "auth.unlock",
    "SIGN_IN_ENDPOINT": "auth.sign_in",
    "SIGN_OUT_ENDPOINT": "auth.sign_out",
    "CLOCK": extensions.utc_now,
    "HEALTH_CHECK": None,
    "WATCH": None,
    "METRICS_TOKEN": "",
    "SERVICES": None,
    "SESSION_COOKIE_NAME": "session",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Strict",
    "SESSION_COOKIE_SECURE": False,
    "AUDIT_HEADS": "",
    "PERMANENT_SESSION_LIFETIME": timedelta(hours=8),
    "SESSION_REFRESH_EACH_REQUEST": False,
    "WTF_CSRF_TIME_LIMIT": 8 * 3600,
    "WTF_CSRF_SSL_STRICT": False,
    "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
    "MAX_FORM_PARTS": 2000,
    "BABEL_DEFAULT_LOCALE": "en_NZ",
    "BABEL_DEFAULT_TIMEZONE": "Pacific/Auckland",
}


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Build the application.

    `settings` come on top of the defaults; `SECRET_KEY` is taken from the environment where they lack it, and
    without one the application does not start.
    """
    app = errors.QuietFlask(__name__, static_folder=None)
    app.config.from_mapping(DEFAULTS)
    app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY")
    app.config.from_mapping(settings or {})
    if not app.config["SECRET_KEY"]:
        raise RuntimeError(
            "SECRET_KEY is not set: `make run` makes one, a server sets it in its environment."
        )
    app.extensions["services"] = app.config["SERVICES"]
    headers.init_app(app)
    templating.install(app)
    extensions.init_app(app)
    filters.init_app(app)
    errors.init_app(app)
    importlib.import_module("web.commands").init_app(app)
    _register_pages(app)
    return app


def _register_pages(app: Flask) -> None:
    """Register each audience's `blueprint`, gather its `NAVIGATION`, and call its `init_app` if it has one."""
    navigation: list[NavItem] = []
    app.extensions["navigation"] = navigation
    for name in app.config["PACKAGES"]:
        if importlib.util.find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        blueprint: Blueprint | None = getattr(module, "blueprint", None)
        if blueprint is None:
            continue
        if hasattr(module, "init_app"):
            module.init_app(app)
        app.register_blueprint(blueprint)
        access.declare(app, blueprint.name, getattr(module, "POLICY", {}))
        navigation.extend(getattr(module, "NAVIGATION", ()))
