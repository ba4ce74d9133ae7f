"""Tokens and scopes at the door of the API, the limit of calls, and lists without a protected word."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

from sqlalchemy import select

from tests import factories, referrals
from tests.web.api.calling import NOW, fields
from web.api.operations import OPERATIONS
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.scopes import SCOPES
from worksorders.store.tables.exchange import ApiToken
from worksorders.store.tables.trail import AuditEvent


def test_without_a_token_that_counts_nothing_is_answered(app, caller, services, clock):
    for headers in (
        {},
        {"Authorization": "Basic x"},
        {"Authorization": "Bearer wo_nothing"},
        {"Authorization": "Bearer"},
    ):
        answer = app.test_client().get("/api/v1/orders", headers=headers)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.mimetype == "application/problem+json"
    good = caller("orders:read")
    assert good.get("/orders").status_code == 200
    with services.sessions.begin() as session:
        tokens.revoke(session, good.maker, good.token_id, NOW)
    assert good.get("/orders").status_code == 401
    late = caller("orders:read")
    clock.now = NOW + timedelta(days=40)
    assert late.get("/orders").status_code == 401


def test_a_signed_in_cookie_opens_no_call(signed_in):
    browser, _ = signed_in("administrator")
    assert browser.get("/api/v1/orders").status_code == 401


def test_every_call_asks_for_its_own_scope(caller, catalogue):
    for operation in OPERATIONS:
        path = re.sub(r"<[^>]*>", str(uuid.uuid4()), operation.path.removeprefix("/v1"))
        body = {"records": []} if operation.method == "POST" else None
        answer = caller(*(set(SCOPES) - {operation.scope})).call(operation.method, path, body)
        assert answer.status_code == 403, operation.endpoint
        assert operation.scope in answer.json["detail"]
        allowed = caller(operation.scope).call(operation.method, path, body)
        assert allowed.status_code in (200, 404, 422), operation.endpoint


def test_only_a_hash_of_the_secret_is_kept_and_nobody_signs_in_with_it(caller, services, browser):
    made = caller("orders:read")
    with services.sessions() as session:
        row = session.get(ApiToken, made.token_id)
        assert made.secret.encode() not in row.secret_hash
        assert len(row.secret_hash) == 32
        name = row.user.sign_in_name
    assert browser.sign_in(name, made.secret).status_code != 303


def test_every_call_is_in_the_trail_and_more_than_allowed_are_put_off(caller, services, clock):
    made = caller("orders:read", calls=3)
    key = uuid.uuid4()
    assert [made.get(f"/orders/{key}").status_code for _ in range(5)] == [404, 404, 404, 429, 429]
    refused = made.get("/orders")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    with services.sessions() as session:
        calls = session.scalars(select(AuditEvent).where(AuditEvent.action == "api.called")).all()
        assert len(calls) == 3
        assert calls[0].detail == {"route": "read_order", "method": "GET", "order_id": str(key)}
        assert session.get(ApiToken, made.token_id).last_used_at == NOW
    clock.now = NOW + timedelta(seconds=61)
    assert made.get("/orders").status_code == 200


def test_lists_go_on_where_they_ended_and_refuse_what_they_cannot_read(caller, services):
    with services.sessions.begin() as session:
        user = factories.make_user(session)
        codes = {referrals.bare_order(session, user).code for _ in range(5)}
    made, seen, path = caller("orders:read"), [], "/orders?limit=2"
    while path:
        answer = made.get(path)
        assert answer.status_code == 200
        seen += [row["code"] for row in answer.json["data"]]
        following = answer.json["next"]
        path = f"/orders?limit=2&after={following}" if following else None
        assert ('rel="next"' in answer.headers.get("Link", "")) == bool(following)
    assert (len(seen), set(seen)) == (5, codes)
    broken = made.get("/orders?limit=0&from=now&firm=x&colour=red&after=zz")
    assert broken.status_code == 422
    assert fields(broken) == ["firm", "from", "limit", "colour"]


def test_an_order_comes_with_lines_and_visits_and_a_region_that_is_not_the_tokens_does_not_exist(
    caller, services
):
    with services.sessions.begin() as session:
        order = referrals.bare_order(session, factories.make_user(session))
    found = caller("orders:read", regions={"E8"}).get(f"/orders/{order.id}")
    assert found.status_code == 200
    assert found.json["visits"][0]["trade"] == "handyperson"
    elsewhere = caller("orders:read", regions={"F8"})
    unknown = elsewhere.get(f"/orders/{uuid.uuid4()}")
    assert elsewhere.get(f"/orders/{order.id}").data == unknown.data
    assert elsewhere.get("/orders").json == {"data": [], "next": None}


def test_wrong_tokens_from_one_place_are_told_to_wait_and_right_ones_are_not(app, caller):
    right = caller("orders:read")
    wrong = type(right)(app, "wo_nobodys")
    statuses = [wrong.get("/orders").status_code for _ in range(tokens.WRONG_TRIES + 2)]
    assert statuses == [401] * tokens.WRONG_TRIES + [429, 429]
    answer = wrong.get("/orders")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert right.get("/orders").status_code == 200


def test_the_account_of_a_token_is_no_user_that_anybody_opens(caller, services, signed_in):
    caller("orders:read")
    with services.sessions() as session:
        account = session.scalars(select(ApiToken.user_id)).one()
    administrator, _ = signed_in("administrator")
    assert "(token)" not in administrator.get("/admin/users").text
    assert "(token)" not in administrator.get("/admin/users?state=disabled").text
    assert administrator.get(f"/admin/users/{account}").status_code == 404
    sent = {"form_uuid": str(uuid.uuid4()), "reason": "Let me in"}
    assert administrator.post(f"/admin/users/{account}/enable", sent).status_code == 404


def test_what_a_scanner_found_stays_mended(app, caller, services):
    with services.sessions.begin() as session:
        order = referrals.bare_order(session, factories.make_user(session))
    reader = caller("orders:read", "catalogue:read")
    document = app.test_client().get("/api/openapi.json").json
    schema = document["components"]["schemas"]["OrderWithParts"]
    row = reader.get(f"/orders/{order.id}").json
    assert set(schema["required"]) == set(row)
    assert schema["properties"]["lines"]["type"] == schema["properties"]["visits"]["type"] == "array"
    refused = reader.call("DELETE", "/catalogue")
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert reader.get("/orders?code=a%00").status_code == 400
    told = [call["responses"] for path in document["paths"].values() for call in path.values()]
    assert all("400" in responses for responses in told)
