"""The API: tokens and scopes at its door, lists without a protected word, records taken in whole or not at all."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from tests import factories, referrals
from web.api.operations import OPERATIONS
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.scopes import SCOPES
from worksorders.steps.exchange.tokens import TokenDetails
from worksorders.store.tables.cases import Assessment
from worksorders.store.tables.contractors import Worker
from worksorders.store.tables.exchange import ApiToken
from worksorders.store.tables.trail import AuditEvent

NOW = factories.NOW
LAST = NOW.date() + timedelta(days=30)
STREET, NAME, PHONE = "9 Canary Crescent", "Canary Kererū", "+64215550177"


def assessment(**values):
    """One record as the API takes it."""
    made = {
        "reference": "R-1",
        "agency": "Te Whare Āwhina",
        "urgency": "P2",
        "adults": 1,
        "children": 2,
        "assessed_on": "2026-11-20",
        "answers": {
            "repeat_violence": True, "future_violence": True, "physical_harm": True, "wishes_to_stay": True,
            "lives_apart": True, "region_available": True,
        },
        "answers_given_by": "Aroha, advocate",
        "answers_given_on": "2026-11-20",
        "home": {"street": STREET, "town": "tauranga", "built_before_2000": True},
        "person": {"name": NAME, "phone": PHONE, "other_names": ["Kererū C"]},
        "safe_times": ["09:00-12:00"],
        "openings": [
            {
                "kind": "front_door",
                "label": "front door",
                "state": "insecure",
                "findings": [{"finding": "glass-panelled entrance door"}],
            }
        ],
    }  # fmt: skip
    return made | values


class Caller:
    """A client with a token."""

    def __init__(self, app, secret):
        self.client, self.secret = app.test_client(), secret

    def call(self, method, path, body=None, **headers):
        sent = {} if body is None else {"json": body}
        given = {"Authorization": f"Bearer {self.secret}"} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        return self.client.open(f"/api/v1{path}", method=method, headers=given, **sent)

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post(self, path, *records, **headers):
        return self.call("POST", path, {"records": list(records)}, **headers)


@pytest.fixture
def caller(app, services):
    """Make a token: `caller("orders:read", regions={"E8"})`."""

    def make(*scopes, calls=600, regions=(), last_on=LAST):
        with services.sessions.begin() as session:
            maker = factories.actor_of(factories.make_user(session, "administrator"))
            details = TokenDetails("Refuge", frozenset(scopes or SCOPES), last_on, frozenset(regions), calls)
            row, secret = tokens.make(session, maker, details, NOW)
            made = Caller(app, secret)
            made.token_id, made.maker = row.id, maker
            return made

    return make


@pytest.fixture
def catalogue(services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)


def fields(answer):
    assert answer.mimetype == "application/problem+json"
    return [fault["field"] for fault in answer.json["faults"]]


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


def test_an_assessment_is_tried_then_taken_in_then_the_same_again(caller, catalogue, services):
    made = caller()
    tried = made.post("/assessments?dry_run=true", assessment())
    assert (tried.status_code, tried.json["state"], tried.json["made"]) == (200, "checked", [])
    assert count(services, Assessment) == 0
    taken = made.post("/assessments", assessment())
    assert (taken.status_code, taken.json["state"]) == (201, "imported")
    (one,) = taken.json["made"]
    again = made.post("/assessments", assessment())
    assert (again.status_code, again.json) == (200, taken.json)
    assert count(services, Assessment) == 1
    status = made.client.get(one["href"], headers={"Authorization": f"Bearer {made.secret}"})
    assert (status.json["code"], status.json["state"]) == (one["code"], "waiting")


def test_no_protected_word_leaves_by_any_call(caller, catalogue, services):
    made = caller()
    taken = made.post("/assessments", assessment())
    answers = [taken.text, made.post("/assessments", assessment(adults="many", reference="R-2")).text]
    for one in OPERATIONS:
        if one.method == "GET":
            key = taken.json["made"][0]["id"]
            answers.append(made.get(re.sub(r"<[^>]*>", key, one.path.removeprefix("/v1"))).text)
    with services.sessions() as session:
        rows = session.scalars(select(AuditEvent)).all()
        answers += [json.dumps(row.detail) for row in rows]
    for word in (STREET, NAME, PHONE, "Canary", "Kererū C"):
        assert not any(word in answer for answer in answers)


def test_every_fault_of_every_record_is_told_at_once_and_nothing_is_kept(caller, catalogue, services):
    bad = assessment(
        urgency="P9", home={"street": STREET, "town": NAME, "built_before_2000": True}, extra=NAME
    )
    odd = assessment(
        openings=[{"kind": "front_door", "label": "d", "state": "secure", "findings": [{"finding": NAME}]}]
    )
    answer = caller().post("/assessments", assessment(), bad, odd)
    assert answer.status_code == 422
    assert fields(answer) == [
        "records.1", "records.1.home.town", "records.1.urgency", "records.2.openings.0.findings.0.finding",
    ]  # fmt: skip
    assert NAME not in answer.text
    assert count(services, Assessment) == 0


def test_words_that_repeat_what_comes_with_them_are_told_at_their_field(caller, catalogue, services):
    named = assessment(agency=f"Friends of {NAME}", answers_given_by="kereru canary")
    named["openings"][0]["label"] = "door of 9 canary cres"
    answer = caller().post("/assessments", assessment(), named)
    assert fields(answer) == ["records.1.agency", "records.1.answers_given_by", "records.1.openings.0.label"]
    assert "anary" not in answer.text
    assert count(services, Assessment) == 0


def test_what_is_no_batch_of_records_is_refused_in_words(caller):
    made = caller()
    headers = {"Authorization": f"Bearer {made.secret}", "Content-Type": "application/json"}
    for body in (b"", b"{", b"[]", b'{"records": []}', b'{"records": [1]}', b"\xff", b'{"records": [NaN]}'):
        answer = made.client.post("/api/v1/workers", data=body, headers=headers)
        assert answer.status_code == 422, body
        assert answer.json["faults"], body
    plain = made.client.post("/api/v1/workers", data=body, headers=headers | {"Content-Type": "text/csv"})
    assert plain.status_code == 415


def test_a_key_counts_for_one_body(caller, services):
    made, key = caller(), str(uuid.uuid4())
    with services.sessions.begin() as session:
        code = factories.make_firm(session).code
    hemi = {
        "firm_code": code,
        "first_name": "Hēmi",
        "last_name": "Example",
        "base_town": "tauranga",
        "trades": ["locksmith"],
    }
    before = count(services, Worker)
    first = made.post("/workers", hemi, Idempotency_Key=key)
    again = made.post("/workers", hemi, Idempotency_Key=key)
    assert (first.status_code, again.status_code, again.json) == (201, 200, first.json)
    other = made.post("/workers", hemi | {"first_name": "Mere"}, Idempotency_Key=key)
    assert fields(other) == ["Idempotency-Key"]
    assert fields(made.post("/workers", hemi, Idempotency_Key="seven")) == ["Idempotency-Key"]
    assert count(services, Worker) == before + 1
    twin = made.post("/workers", hemi | {"phone": "021 555 0199"})
    assert fields(twin) == ["records.0.last_name"]


def test_a_check_and_a_catalogue_come_in_by_the_same_door(caller, catalogue, services):
    made = caller()
    with services.sessions.begin() as session:
        firm = factories.make_firm(session)
        worker = {"firm_code": firm.code, "first_name": "Worker 1", "last_name": firm.workers[0].last_name}
    check = worker | {
        "kind": "photo_identity",
        "number": "1",
        "issuer": "Authority",
        "issued_on": "2026-01-01",
    }
    assert made.post("/checks", check).status_code == 201
    assert fields(made.post("/checks", check | {"expires_on": None})) == ["records.0.number"]
    found = made.get("/catalogue").json
    sent = {"valid_from": "2026-11-24", "items": found["items"], "findings": found["findings"]}
    sent["items"][0]["minutes"] = "33"
    assert made.post("/catalogue", sent).status_code == 201
    sent["items"][1]["minutes"] = "many"
    assert fields(made.post("/catalogue", sent)) == ["records.0.items.1.minutes"]


def test_a_token_for_some_regions_hands_in_homes_there_alone(caller, catalogue, services):
    made = caller(regions={"F8"})
    assert fields(made.post("/assessments", assessment())) == ["records.0.home.town"]
    assert count(services, Assessment) == 0
    assert fields(made.call("POST", "/invoices", {})) == ["Authorization"]
    allowed = caller(regions={"E8"})
    assert allowed.post("/assessments", assessment()).status_code == 201
    # Two homes that are one would have one case: its code would tell who guesses an address.
    assert "case" not in allowed.get("/assessments").json["data"][0]


def test_the_answer_is_the_same_whether_a_home_or_person_is_known(caller, catalogue):
    made = caller()
    first = made.post("/assessments", assessment())
    same_home = made.post("/assessments", assessment(agency="Police"))
    moved = assessment(home={"street": "2 Other Road", "town": "tauranga", "built_before_2000": True})
    same_person = made.post("/assessments", moved)
    shape = lambda answer: (
        answer.status_code,
        sorted(answer.json),
        [sorted(one) for one in answer.json["made"]],
    )
    assert shape(first) == shape(same_home) == shape(same_person)


def count(services, table):
    with services.sessions() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_the_description_names_every_call_and_holds_together(app, catalogue):
    answer = app.test_client().get("/api/openapi.json")
    document = answer.json
    assert document["openapi"] == "3.1.0"
    described = {(path, method) for path, calls in document["paths"].items() for method in calls}
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/")
    }
    assert described == routes
    for path, calls in document["paths"].items():
        for call in calls.values():
            named = {one["name"] for one in call["parameters"] if one["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
            assert set(call["security"][0]["token"]) <= set(SCOPES)
            assert "200" in call["responses"]
    for reference in re.findall(r'"\$ref":\s*"#/([^"]+)"', answer.text):
        place = document
        for part in reference.split("/"):
            place = place[part]
    ids = [call["operationId"] for calls in document["paths"].values() for call in calls.values()]
    assert len(ids) == len(set(ids))
    record = document["components"]["schemas"]["Assessment"]
    assert record["properties"]["home"]["properties"]["street"]["writeOnly"] is True
    assert "tauranga" in record["properties"]["home"]["properties"]["town"]["enum"]


def test_what_the_description_says_of_rows_is_what_they_hold(app, caller, services, catalogue):
    with services.sessions.begin() as session:
        order = referrals.bare_order(session, factories.make_user(session))
    schemas = app.test_client().get("/api/openapi.json").json["components"]["schemas"]
    made = caller()
    found = SimpleNamespace(order=made.get(f"/orders/{order.id}").json, page=made.get("/orders").json)
    assert set(found.page["data"][0]) == set(schemas["OrderRow"]["properties"])
    assert set(found.order) == set(schemas["OrderRow"]["properties"]) | {"lines", "visits"}
    assert set(found.page) == set(schemas["OrderRowPage"]["properties"])


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
