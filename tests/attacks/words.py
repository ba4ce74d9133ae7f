"""Attacks by what is written into addresses, headers and fields: cases, a check and a weakness for each family."""

from __future__ import annotations

import re
import time
from base64 import urlsafe_b64encode

from flask import redirect, request
from markupsafe import Markup, escape
from sqlalchemy import text

from tests import factories
from tests.attacks.doors import _get
from tests.web.conftest import Browser
from web.auth import routes as doors
from web.edge import db
from worksorders.steps.lists import page

EVIL = "evil.example"
FAIR = frozenset({200, 303, 400, 401, 404, 405, 409, 413, 422, 429})


SQL = (
    "'", "''", "' OR '1'='1", "' OR 1=1--", '" OR ""="', "'; DROP TABLE firm;--", "1) OR (1=1", "%' OR '%'='",
    "' UNION SELECT sign_in_name FROM app_user--", "'||pg_sleep(3)||'", "'; SELECT pg_sleep(3);--", "\\'; --", "$$", "%", "_",
    "E'\\x27'", "1 AND (SELECT 1 FROM pg_sleep(3))", "ORDER BY 1", "(CASE WHEN 1=1 THEN 1 ELSE 0 END)", "id;--",
)  # fmt: skip
FIELDS = {
    "orders by code": ("coordinator", "/orders?code={}"),
    "firms by name": ("administrator", "/admin/firms?q={}"),
    "list by end of page": ("coordinator", "/lists/orders?after={}"),
    "trail by action": ("auditor", "/admin/audit?action={}"),
}  # fmt: skip


def sql_faults(world, case):
    field, words = case.split(" ⟵ ", 1)
    who, path = FIELDS[field]
    began = time.monotonic()
    answer = _get(world, who, path.split("?")[0], query_string={path.split("?")[1].split("=")[0]: words})
    found = [] if answer.status_code in FAIR else [f"{case}: {answer.status_code}"]
    if time.monotonic() - began > 2.9 and "sleep" in words:
        found.append(f"{case}: the database slept")
    return found


def sql_weakness(world, patch):
    def raw():
        db().execute(text(f"SELECT 1 FROM firm WHERE name = '{request.args.get('q', '')}'"))
        return "fine"

    patch.setitem(world.app.view_functions, "admin.firms", raw)
    patch.setitem(world.app.config, "PROPAGATE_EXCEPTIONS", False)


ENDS = (
    "[" * 2_900, "{" * 2_900, '["a\\u0000b", "{id}"]', '["\\ud800", "{id}"]', '["\\udfff\\udfff", "{id}"]', '{"a": 1, "b": 2}', "[1e999, 1]",
    "7", "null", "[]", "[[], {}]", '[null, "{id}"]', '["0001-01-01T00:00:00+23:59", "{id}"]', '["9999-12-31T23:59:59-23:59", "{id}"]',
    '["2026-11-24T00:00:00Z", "x"]', '["2026-11-24T00:00:00Z", 1]', '[{}, "{id}"]', '["\' OR 1=1--", "{id}"]', '["x", "{id}", 1]', "NaN",
)  # fmt: skip


def end_faults(world, words):
    """What is made up as the end of a page, of lists that are ordered by an instant and by a name."""
    text = words.replace("{id}", "00000000-0000-4000-8000-000000000000")
    after = urlsafe_b64encode(text.encode()).decode()
    answers = {
        name: _get(world, "administrator", f"/lists/{name}?after={after}") for name in ("orders", "workers")
    }
    return [
        f"{name} ⟵ {words[:40]}: {one.status_code}"
        for name, one in answers.items()
        if one.status_code not in FAIR
    ]


def end_weakness(world, patch):
    patch.setattr(page, "_text", str)
    patch.setitem(world.app.config, "PROPAGATE_EXCEPTIONS", False)


AWAY = (
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "/\r/evil.example", "https:evil.example", "http:///evil.example", "javascript:alert(1)", "data:text/html,x", " //evil.example",
    "///evil.example", "/%09/evil.example", "/.//evil.example", "//evil.example@localhost", "/\\/evil.example", "%2f%2fevil.example",
    "/\u2028/evil.example", "／／evil.example", "/\x0b/evil.example", "\x00//evil.example",
)  # fmt: skip


def _lands(location):
    """The host to which a browser goes from us: it takes tabs and line ends out and reads \\ as /."""
    place = re.sub(r"[\t\r\n]", "", location).strip("\x00\x0b \f").replace("\\", "/")
    return (
        EVIL
        if re.match(r"(?:[a-z]+:)?/*//+[^/]*evil", place, re.IGNORECASE)
        or place.lower().startswith(("javascript:", "data:", "http:", "https:"))
        else ""
    )


def redirect_faults(world, wanted):
    browser = Browser(world.app)
    data = {
        "name": world.users["auditor"].sign_in_name,
        "password": factories.PASSWORD,
        "csrf_token": browser.token(),
    }
    answer = browser.client.post("/sign-in", data=data, query_string={"next": wanted})
    location = answer.headers.get("Location", "")
    return [f"{wanted!r} leads to {location!r}"] if _lands(location) or answer.status_code >= 500 else []


def redirect_weakness(world, patch):
    patch.setattr(doors, "_safe_next", lambda: request.args.get("next"))


HOSTS = (
    EVIL,
    "evil.example:80",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "localhost@evil.example",
    "evil.example#",
)
HOST_HEADERS = ("Host", "X-Forwarded-Host", "X-Host", "Forwarded")


def host_faults(world, case):
    header, host = case.split(": ", 1)
    value = f"host={host}" if header == "Forwarded" else host
    found = []
    for path in ("/sign-in", "/", "/help"):
        answer = world.app.test_client().get(path, headers={header: value})
        said = answer.headers.get("Location", "") + answer.get_data(as_text=True)
        found += [f"{case} in {path}"] if EVIL in said else []
    return found


def host_weakness(world, patch):
    patch.setitem(
        world.app.view_functions, "public.help_page",
        lambda: f"https://{request.headers.get('X-Forwarded-Host') or request.host}/reset",
    )  # fmt: skip


PATHS = (
    "../__init__.py", "..%2f__init__.py", "%2e%2e/__init__.py", "....//__init__.py", "..\\__init__.py", "/etc/passwd",
    "%2fetc%2fpasswd", "css/../../__init__.py", "css/%2e%2e/%2e%2e/config.py", "..;/config.py", "%252e%252e/config.py",
    "css/theme.css%00.png", "css/theme.css/..", "~root", "C:\\windows", "..%c0%af..%c0%afconfig.py", "js//../../config.py",
)  # fmt: skip


def path_faults(world, path):
    answer = world.app.test_client().get(f"/static/x/{path}")
    answer.direct_passthrough = False
    body = answer.get_data(as_text=True)
    answer.close()
    return (
        [f"{path}: {answer.status_code}"]
        if "import " in body or "root:" in body or answer.status_code >= 500
        else []
    )


def path_weakness(world, patch):
    from web.templating import STATIC  # noqa: PLC0415

    def careless(digest, filename):
        return (STATIC / filename).resolve().read_text(encoding="utf-8")

    patch.setitem(world.app.config, "PROPAGATE_EXCEPTIONS", False)
    patch.setitem(world.app.view_functions, "static", careless)


SCRIPTS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><svg onload=alert(1)>", "<!--<b>", "</title><script>",
    "javascript:alert(1)<b>", "{{7*7}}<b>", "${7*7}<b>", "<iframe srcdoc=x>", "＜script＞<b>", "\u202e<b>x", "<a href=//evil.example>",
    "</textarea><b>", "<math><mi//xlink:href='data:x,<script>'>", "<b hx-get='/leave' hx-trigger=load>",
)  # fmt: skip


def script_faults(world, words):
    answers = [
        _get(world, "administrator", "/admin/users", query_string={"q": words}),
        _get(world, "administrator", "/admin/firms", query_string={"q": words}),
        _get(world, "coordinator", "/lists/orders", query_string={"from": words, "state": words}),
        world.browsers["anonymous"].sign_in(words, "x" * 12),
        world.app.test_client().get("/" + words.replace("/", "")),
    ]
    return [f"{words!r} came back" for answer in answers if words in answer.get_data(as_text=True)]


def script_weakness(world, patch):
    patch.setitem(world.app.view_functions, "admin.users", lambda: Markup(request.args.get("q", "")))
    assert escape("<") == "&lt;"


LARGE = {
    "a long name": ("name", "a" * 200_000), "a long password": ("password", "p" * 200_000), "many letters": ("name", "é" * 90_000),
    "a long token": ("csrf_token", "t" * 100_000), "a long way back": ("next", "/" * 50_000), "many combining signs": ("name", "a" + "\u0301" * 50_000),
    "a right-to-left name": ("name", "\u202eeman"), "a lone surrogate": ("name", "\\ud800"), "an astral name": ("name", "𝕬𝖉𝖒𝖎𝖓"),
    "ligatures": ("name", "ﬁnance"), "blank signs": ("name", "\u200b\u2060"), "dotless i": ("name", "admınıstrator"), "Kelvin": ("name", "\u212a"),
    "a null word": ("name", "null"), "an array": ("name[]", "a"), "an object": ("name[$ne]", "a"), "a template": ("name", "{{config}}"),
    "a line end": ("name", "a\r\nSet-Cookie: session=1"), "a percent format": ("name", "%s%n%x"),
}  # fmt: skip


def large_faults(world, name):
    field, value = LARGE[name]
    browser = Browser(world.app)
    data = {"name": "nobody", "password": "wrong wrong wrong", "csrf_token": browser.token()} | {field: value}
    answer = browser.client.post("/sign-in", data=data)
    opened = answer.status_code == 303
    kept = "session=1" in " ".join(answer.headers.getlist("Set-Cookie"))
    return (
        [f"{name}: {answer.status_code}"]
        if answer.status_code not in (200, 400, 413, 422) or opened or kept
        else []
    )


def large_weakness(world, patch):
    patch.setitem(world.app.config, "WTF_CSRF_ENABLED", False)
    patch.setitem(
        world.app.view_functions,
        "auth.sign_in",
        lambda: redirect("/", 303) if request.method == "POST" else '<i name="csrf_token" value="x"></i>',
    )


FAMILIES = {
    "SQL in filters": (tuple(f"{f} ⟵ {w}" for f in FIELDS for w in SQL), sql_faults, sql_weakness),
    "ways back that lead away": (AWAY, redirect_faults, redirect_weakness),
    "hosts": (tuple(f"{h}: {v}" for h in HOST_HEADERS for v in HOSTS), host_faults, host_weakness),
    "ends of pages": (ENDS, end_faults, end_weakness),
    "paths": (PATHS, path_faults, path_weakness),
    "scripts": (SCRIPTS, script_faults, script_weakness),
    "large and strange words": (tuple(LARGE), large_faults, large_weakness),
}
