"""What every request needs beside its route: sessions, CSRF, languages, static addresses, clock, navigation."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, abort, current_app, g, request, send_from_directory
from flask.sessions import SecureCookieSessionInterface
from flask_babel import Babel
from flask_wtf import CSRFProtect
from govuk_frontend_wtf.main import WTFormsHelpers

from web.navigation import navigation_for
from web.templating import STATIC, static_digest

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
IMMUTABLE = "public, max-age=31536000, immutable"
UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SAME_ORIGIN = frozenset({"same-origin", "none"})

csrf = CSRFProtect()
babel = Babel()


class LocalAwareSessions(SecureCookieSessionInterface):
    """Session cookies that are `Secure` everywhere but on the developer's own machine."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return bool(app.config["SESSION_COOKIE_SECURE"]) or is_secure_host()


def is_secure_host() -> bool:
    """Whether this request came to anything but the local machine by its own name."""
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return host not in LOCAL_HOSTS


def request_now() -> datetime:
    """The instant of this request, aware UTC, the same for all that is shown in one page.

    The setting `CLOCK` (a function without arguments) replaces the clock in tests.
    """
    if "now" not in g:
        clock: Callable[[], datetime] = current_app.config["CLOCK"]
        g.now = clock()
    now: datetime = g.now
    return now


def utc_now() -> datetime:
    """The machine's clock, aware UTC."""
    return datetime.now(UTC)


def _refuse_cross_site() -> None:
    """A form may only come from our own pages; browsers say so in `Sec-Fetch-Site`."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method in UNSAFE_METHODS and site not in SAME_ORIGIN:
        abort(400)


def _refuse_nul() -> None:
    """No page of ours sends a NUL and no column of text can hold one: whoever sends one gets no further."""
    fields = (*request.args.items(multi=True), *request.form.items(multi=True))
    texts = (request.path, *(text for pair in fields for text in pair))
    if any("\0" in text for text in texts):
        abort(400)


def _serve_static(digest: str, filename: str) -> Response:
    response = send_from_directory(STATIC, filename)
    current = current_app.extensions["static_digest"]
    response.headers["Cache-Control"] = IMMUTABLE if digest == current else "no-cache"
    return response


def init_static(app: Flask) -> None:
    """Serve `static/` under an address that changes with its content, and may thus be kept for ever."""
    app.extensions["static_digest"] = static_digest()
    app.add_url_rule("/static/<digest>/<path:filename>", endpoint="static", view_func=_serve_static)

    @app.url_defaults
    def fingerprint(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("digest", app.extensions["static_digest"])


def _template_values() -> dict[str, Any]:
    return {
        "current_user": g.get("user"),
        "navigation": navigation_for,
        "now": request_now(),
    }


def init_app(app: Flask) -> None:
    """Attach all of it to the application."""
    app.session_interface = LocalAwareSessions()
    app.before_request(_refuse_cross_site)
    app.before_request(_refuse_nul)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=lambda: "en_NZ", timezone_selector=lambda: "Pacific/Auckland")
    WTFormsHelpers(app)
    init_static(app)
    app.context_processor(_template_values)
    app.jinja_env.globals["product_name"] = app.config["PRODUCT_NAME"]
    app.jinja_env.globals["has_endpoint"] = lambda endpoint: endpoint in app.view_functions
