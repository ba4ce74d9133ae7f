"""The description at /api/openapi.json names every call, and says of rows what they hold."""

from __future__ import annotations

import re
from types import SimpleNamespace

from tests import factories, referrals
from worksorders.steps.exchange.scopes import SCOPES


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
