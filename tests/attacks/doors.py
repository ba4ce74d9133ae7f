"""Attacks by request on a running application: at its doors: each family's cases, its check, and a weakness that it must notice."""

from __future__ import annotations

import re
import uuid

from flask import request
from sqlalchemy import text

from web import access
from web.extensions import csrf

EVIL = "evil.example"
FAIR = frozenset({200, 303, 400, 401, 404, 405, 409, 413, 422, 429})


def _get(world, who, path, **kwargs):
    return world.browsers[who].client.get(path, **kwargs)


def _post(world, who, path, data=None, **kwargs):
    token = world.tokens.setdefault(who, None) or world.browsers[who].token("/unlock")
    world.tokens[who] = token
    sent = {"csrf_token": token, "form_uuid": str(uuid.uuid4())} | (data or {})
    return world.browsers[who].client.post(path, data=sent, **kwargs)


def main_of(answer):
    found = re.search(r"<main.*</main>", answer.get_data(as_text=True), re.DOTALL)
    return found.group(0) if found else answer.get_data(as_text=True)


OTHERS_PAGES = (
    "/portal/offers/{}", "/portal/visits/{}", "/portal/people/{}", "/portal/invoices/{}", "/portal/photos/{}",
    "/portal/variations/{}", "/portal/people/{}/hours", "/portal/people/{}/contact", "/portal/visits/{}/workers",
    "/portal/visits/{}/changes", "/portal/visits/{}/papers", "/portal/offers/{}/other-time",
)  # fmt: skip
OTHERS_FORMS = (
    "/portal/offers/{}/accept", "/portal/offers/{}/decline", "/portal/visits/{}/address", "/portal/visits/{}/set-out",
    "/portal/visits/{}/arrive", "/portal/visits/{}/leave", "/portal/visits/{}/give-back", "/portal/visits/{}/code-word",
    "/portal/visits/{}/no-access", "/portal/visits/{}/unsafe", "/portal/visits/{}/workers", "/portal/people/{}/hours",
    "/portal/people/{}/on-call", "/portal/people/{}/absences/new", "/portal/visits/{}/photos", "/portal/visits/{}/begin",
)  # fmt: skip


def others_faults(world, path):
    """Every id of another firm: nothing that an unknown id does not give too."""
    ask = _get if path in OTHERS_PAGES else _post
    wanted = main_of(ask(world, "contractor", path.format(uuid.uuid4())))
    return [
        f"{path} tells of {key}"
        for key in world.theirs
        if (answer := ask(world, "contractor", path.format(key))).status_code not in (404, 405)
        or main_of(answer) != wanted
    ]


def others_weakness(world, patch):
    secret = world.theirs[0]
    for path in ("portal.offer", "portal.accept"):
        patch.setitem(
            world.app.view_functions,
            path,
            lambda **ids: ("theirs", 200 if secret in map(str, ids.values()) else 404),
        )


STAFF_PAGES = (
    "/orders", "/today", "/assessments", "/admin/users", "/admin/audit", "/admin/settings", "/admin/firms", "/plans/",
    "/finance/payments", "/finance/contract", "/privacy/walls", "/privacy/reviews", "/exchange/tokens", "/lists/orders",
    "/search", "/duty/roster", "/api/v1/orders", "/admin/catalogue", "/exchange/webhooks", "/accounts",
)  # fmt: skip


def role_faults(world, path):
    found = []
    for who in ("contractor", "anonymous", "disabled", "invited", "locked"):
        answer = _get(world, who, path)
        if answer.status_code not in (303, 401, 404):
            found.append(f"{who} reads {path}: {answer.status_code}")
    return found


def role_weakness(world, patch):
    rules = world.app.extensions["access"]
    patch.setitem(rules, "admin.users", access.PUBLIC)
    patch.setitem(world.app.view_functions, "admin.users", lambda: "everybody")


IDS = (
    "1", "0", "-1", "null", "undefined", "%00", "..", "../../etc/passwd", "%2e%2e%2f", "' OR '1'='1", "1;DROP TABLE firm",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{7*7}", "${7*7}", "*", "%25", "[]",
    "00000000-0000-4000-8000-00000000000g", "A" * 5000, "０", "00000000000040008000000000000000", "%F0%9F%92%A9",
)  # fmt: skip


def forged_faults(world, key):
    answers = [
        (p, _get(world, "coordinator", p.format(key)))
        for p in ("/orders/{}", "/assessments/{}", "/visits/{}")
    ]
    return [
        f"{path}: {answer.status_code}"
        for path, answer in answers
        if answer.status_code not in (400, 404, 308)
    ]


def forged_weakness(world, patch):
    world.app.view_functions.setdefault("none", lambda: "")
    patch.setitem(world.app.view_functions, "coordinator.order", lambda **_: "any id will do")


FORMS = ("/sign-out", "/sign-in", "/unlock", "/password", "/admin/users/new", "/admin/settings")  # fmt: skip
FORGED = {
    "no token": ({}, {}),
    "another's token": ({"csrf_token": "other"}, {}),
    "a made-up token": ({"csrf_token": "IjEyMyI.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"}, {}),
    "a made-up token under a form's own name": (
        {"contact-csrf_token": "IjEyMyI.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"},
        {},
    ),
    "from another site": ({"csrf_token": "own"}, {"Sec-Fetch-Site": "cross-site"}),
    "from a neighbour site": ({"csrf_token": "own"}, {"Sec-Fetch-Site": "same-site"}),
}


def csrf_faults(world, case):
    name, path = case.split(" to ", 1)
    data, headers = FORGED[name]
    given = dict(data)
    if given.get("csrf_token") == "own":
        given["csrf_token"] = world.browsers["administrator"].token("/unlock")
    elif given.get("csrf_token") == "other":
        given["csrf_token"] = world.browsers["finance"].token("/unlock")
    answer = world.browsers["administrator"].client.post(path, data=given, headers=headers)
    return [] if answer.status_code in (400, 404, 405) else [f"{case}: {answer.status_code}"]


def csrf_weakness(world, patch):
    patch.setitem(world.app.config, "WTF_CSRF_ENABLED", False)
    patch.setattr(csrf, "protect", lambda: None)
    patch.setitem(world.app.view_functions, "admin.change_settings", lambda **_: "changed")
    for name in ("auth.unlock", "auth.sign_out"):
        patch.setitem(world.app.view_functions, name, lambda: "opened")


OVERRIDES = (
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "_method",
    "X-Original-URL",
    "X-Rewrite-URL",
)


def override_faults(world, name):
    plain = main_of(_get(world, "coordinator", "/help"))
    headers = {name: "/admin/users" if "URL" in name else "DELETE"}
    answers = [
        _get(world, "coordinator", "/help", headers=headers),
        _get(world, "coordinator", f"/help?{name}=POST"),
    ]
    return [f"{name} changes the answer" for answer in answers if main_of(answer) != plain]


def override_weakness(world, patch):
    def obey():
        return "another page" if any(name in request.headers for name in OVERRIDES) else None

    patch.setitem(world.app.before_request_funcs, None, [*world.app.before_request_funcs[None], obey])


COOKIES = {
    "nothing": "", "not signed": "eyJ0b2tlbiI6ImEifQ", "an unknown signature": "eyJ0b2tlbiI6ImEifQ.aaaaaa.bbbb", "JSON": '{"token":"a"}',
    "no algorithm": "eyJhbGciOiJub25lIn0.e30.", "of another key": "other", "a long one": "a" * 4000, "NUL": "a%00b", "cut short": "cut",
    "one sign other": "changed", "twice": "twice", "pickled": "gASVCgAAAAAAAACMBnBvc2l4lC4=",
}  # fmt: skip


def cookie_faults(world, name):
    value = COOKIES[name]
    real = world.browsers["administrator"].client.get_cookie("session").value
    if name == "of another key":
        from flask import Flask  # noqa: PLC0415
        from flask.sessions import SecureCookieSessionInterface  # noqa: PLC0415

        other = Flask("other")
        other.secret_key = "y" * 40
        value = SecureCookieSessionInterface().get_signing_serializer(other).dumps({"token": "a"})
    elif name in ("cut short", "one sign other", "twice"):
        value = {
            "cut short": real[:-3],
            "one sign other": ("A" if real[0] != "A" else "B") + real[1:],
            "twice": real + real,
        }[name]
    client = world.app.test_client()
    client.set_cookie("session", value)
    answer = client.get("/admin/users")
    return [f"a cookie with {name} opens a page"] if answer.status_code == 200 else []


def cookie_weakness(world, patch):
    patch.setitem(world.app.extensions["access"], "admin.users", access.PUBLIC)
    patch.setitem(world.app.view_functions, "admin.users", lambda: "everybody")


TOKENS = (
    "", "Bearer", "Bearer ", "Basic YTpi", "Bearer wo_", "Bearer null", "Bearer wo_' OR '1'='1", "Bearer " + "a" * 5000,
    "bearer wo_x", "Bearer wo_x wo_y", "Token wo_x", "Bearer wo_\u00e9", "Digest x", "Bearer %00", "Bearer ../../",
)  # fmt: skip


def token_faults(world, given):
    client = world.app.test_client()
    headers = {"Authorization": given.encode("utf-8").decode("latin-1")}
    answers = [
        client.get(f"/api/v1/{path}", headers=headers) for path in ("orders", "workers", "assessments")
    ]
    answers.append(client.get(f"/api/v1/orders?access_token={uuid.uuid4()}"))
    return [f"{given!r}: {answer.status_code}" for answer in answers if answer.status_code not in (401, 429)]


def token_weakness(world, patch):
    patch.setitem(world.app.extensions, "token_reader", lambda _scope: None)
    for name in ("list_orders", "list_workers", "list_assessments"):
        patch.setitem(world.app.view_functions, f"api.{name}", lambda: "all")


EXTRA = (
    "role", "firm_id", "is_demo", "raise_limit_cents", "vary_limit_cents", "disabled_at", "password_hash", "worker_id", "user_id",
    "display_name", "sign_in_name", "totp_secret_sealed",
)  # fmt: skip


def mass_faults(world, field):
    """A field that the form does not have changes nothing of the account, whichever form it is put into."""
    before = _account(world, "contractor")
    for path in ("/password", "/unlock", "/account/contact", "/portal/firm/contact"):
        _post(
            world,
            "contractor",
            path,
            {field: "administrator", "present": "x", "wanted": "y", "password": "z"},
        )
    return [f"{field} was taken"] if _account(world, "contractor") != before else []


def _account(world, who):
    with world.services.sessions() as session:
        query = text("SELECT role, firm_id, is_demo, raise_limit_cents, vary_limit_cents, disabled_at, password_hash,"
                     " worker_id, display_name, sign_in_name, totp_secret_sealed FROM app_user WHERE id = :id")  # fmt: skip
        return tuple(session.execute(query, {"id": world.users[who].id}).one())


def mass_weakness(world, patch):
    def careless():
        for name in set(request.form) & {"display_name"}:
            with world.services.sessions.begin() as session:
                values = {"value": request.form[name], "id": world.users["contractor"].id}
                session.execute(text(f"UPDATE app_user SET {name} = :value WHERE id = :id"), values)
        return "done"

    patch.setitem(world.app.view_functions, "auth.password", careless)


FAMILIES = {
    "others' pages": (OTHERS_PAGES, others_faults, others_weakness),
    "others' forms": (OTHERS_FORMS, others_faults, others_weakness),
    "pages of another role": (STAFF_PAGES, role_faults, role_weakness),
    "forged ids": (IDS, forged_faults, forged_weakness),
    "forged forms": (tuple(f"{name} to {path}" for name in FORGED for path in FORMS), csrf_faults, csrf_weakness),
    "methods in headers": (OVERRIDES, override_faults, override_weakness),
    "cookies": (tuple(COOKIES), cookie_faults, cookie_weakness),
    "tokens": (TOKENS, token_faults, token_weakness),
    "fields that a form does not have": (EXTRA, mass_faults, mass_weakness),
}  # fmt: skip
