"""Records are handed in whole or not at all: every fault at once, the same body once, nothing said of who is known."""

from __future__ import annotations

import json
import re
import uuid

from sqlalchemy import select

from tests import factories
from tests.web.api.calling import NAME, PHONE, STREET, assessment, count, fields
from web.api.operations import OPERATIONS
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment


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
