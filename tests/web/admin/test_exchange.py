"""Pages of what goes in and out: files handed in with every fault at once, tokens and secrets shown once."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid

import pytest
from sqlalchemy import event, func, select

from tests import factories, referrals
from tests.web.api.calling import NAME, PHONE, STREET, assessment
from worksorders.domain.records import kinds
from worksorders.domain.records.table import column_names
from worksorders.steps.webhooks import keep
from worksorders.store.tables.exchange import ApiToken, ImportRun, Webhook
from worksorders.store.tables.firms.contractors import VettingCheck, Worker
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment, Opening, OpeningFinding


@pytest.fixture
def catalogue(services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)


def hand_in(browser, kind, data, *, check=False, name="file.csv", **more):
    sent = {"form_uuid": str(uuid.uuid4()), "file": (io.BytesIO(data), name)} | more
    if check:
        sent["check"] = "yes"
    return browser.post(
        f"/exchange/imports/{kind}/new", sent, content_type="multipart/form-data", follow_redirects=True
    )


def flat(record, **changes):
    """An assessment as cells of a line."""
    cells = {}
    for name, value in record.items():
        if isinstance(value, dict):
            cells |= {f"{name}.{inner}": text for inner, text in value.items()}
        elif name != "openings":
            cells[name] = value
    cells["person.other_names"] = "|".join(cells["person.other_names"])
    cells["safe_times"] = "|".join(cells["safe_times"])
    words = lambda value: ("yes" if value else "no") if isinstance(value, bool) else value
    return {name: words(value) for name, value in (cells | changes).items()}


def opening(kind="front_door", label="front door", state="insecure", finding="", measured=""):
    return {
        "openings.kind": kind, "openings.label": label, "openings.state": state,
        "openings.findings.finding": finding, "openings.findings.measured": measured,
    }  # fmt: skip


def sheet(*lines, kind=None):
    out = io.StringIO()
    writer = csv.DictWriter(out, column_names(kind or kinds.assessment()), restval="")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode("utf-8-sig")


def count(services, table):
    with services.sessions() as session:
        return session.scalar(select(func.count()).select_from(table))


def good_lines(reference="R-1"):
    """An assessment of two openings and three findings."""
    first = flat(assessment(), reference=reference)
    return (
        first | opening(finding="glass-panelled entrance door"),
        {"reference": reference} | opening(finding="keys held by others or lost"),
        {"reference": reference}
        | opening("window", "bathroom window", "secure", "opens far enough to climb through", "2"),
    )


def test_a_csv_of_assessments_is_checked_then_imported_then_the_same_again(signed_in, catalogue, services):
    browser, _ = signed_in()
    data = sheet(*good_lines())
    checked = hand_in(browser, "assessments", data, check=True)
    assert "nothing is wrong" in checked.text
    assert count(services, Assessment) == 0
    page = hand_in(browser, "assessments", data)
    assert "Assessments: imported" in page.text
    assert count(services, Assessment) == 1
    with services.sessions() as session:
        assert len(session.scalars(select(Opening)).all()) == 2
        assert len(session.scalars(select(OpeningFinding)).all()) == 3
        code = session.scalar(select(Assessment.code))
    assert code in page.text
    again = hand_in(browser, "assessments", data)
    assert "was imported before" in again.text
    assert count(services, Assessment) == 1


def test_json_and_csv_of_the_same_assessment_say_the_same(signed_in, catalogue, services):
    browser, _ = signed_in()
    hand_in(browser, "assessments", sheet(*good_lines()))
    body = json.dumps({"records": [assessment(home=assessment()["home"] | {"street": "3 Other Street"},
                                              person={"name": "Ana Other"}, reference="R-2")]})  # fmt: skip
    page = hand_in(browser, "assessments", body.encode(), name="file.json")
    assert "Assessments: imported" in page.text
    assert count(services, Assessment) == 2


def test_every_fault_is_listed_with_line_and_column_and_nothing_is_kept(signed_in, catalogue, services):
    browser, _ = signed_in()
    lines = [
        *good_lines("R-1"),
        flat(assessment(), reference="R-2", urgency="P7", adults="many") | opening(finding=NAME),
        flat(assessment(), reference="R-3", **{"home.town": STREET}) | opening(kind=PHONE),
        flat(assessment(), reference="R-4", answers_given_by=NAME)
        | opening("window", PHONE, "secure", "opens far enough to climb through", "2"),
    ]
    page = hand_in(browser, "assessments", sheet(*lines))
    assert "not imported" in page.text
    with services.sessions() as session:
        (run,) = session.scalars(select(ImportRun)).all()
        told = {(fault["row"], fault["field"]) for fault in run.faults}
        assert told == {
            (5, "urgency"),
            (5, "adults"),
            (6, "home.town"),
            (6, "openings.kind"),
            (7, "answers_given_by"),
            (7, "openings.label"),
        }
        kept = json.dumps([run.faults, run.made, [row.detail for row in session.scalars(select(AuditEvent))]])
    assert count(services, Assessment) == 0
    for word in (STREET, NAME, PHONE, "R-2"):
        assert word not in kept
        assert word not in page.text


def test_a_rule_that_refuses_a_record_takes_the_whole_file_back(signed_in, catalogue, services):
    browser, _ = signed_in()
    odd = flat(assessment(), reference="R-2") | opening(finding=NAME)
    page = hand_in(browser, "assessments", sheet(*good_lines(), odd))
    assert "openings.findings.finding" in page.text
    assert NAME not in page.text
    assert count(services, Assessment) == 0


BROKEN = (
    (b"", "The column firm_code is missing"),
    (b"\xff\xfe", "not UTF-8"),
    (b'a,"b\n', "not readable as CSV"),
    (b"{", "not readable as JSON"),
    (b"Canary Street,Canary Name\nx,y\n", "Column 1 is not known"),
    (b"firm_code,first_name,last_name,base_town,trades\n", "has no rows"),
    (b"firm_code,first_name,last_name,base_town,trades\nF1,a\n", "2 cells where the header has 5"),
)


def test_a_file_that_is_none_is_refused_in_words_without_its_words(signed_in):
    browser, _ = signed_in("administrator")
    for data, told in BROKEN:
        page = hand_in(browser, "workers", data)
        assert told in page.text
        assert "Canary" not in page.text


def test_workers_and_checks_come_by_csv(signed_in, services):
    browser, _ = signed_in("administrator")
    with services.sessions.begin() as session:
        code = factories.make_firm(session).code
    before = count(services, Worker)
    worker = {
        "firm_code": code, "first_name": "Hēmi", "last_name": "Example", "base_town": "tauranga",
        "trades": "locksmith|carpenter", "phone": "021 555 0199", "on_call": "yes",
    }  # fmt: skip
    twice = hand_in(browser, "workers", sheet(worker, worker, kind=kinds.worker()))
    assert "worker of this name already" in twice.text
    assert count(services, Worker) == before
    assert "Workers: imported" in hand_in(browser, "workers", sheet(worker, kind=kinds.worker())).text
    check = {
        "firm_code": code, "first_name": "hēmi", "last_name": "EXAMPLE", "kind": "photo_identity", "number": "7",
        "issuer": "Authority", "issued_on": "2026-01-05", "expires_on": "2030-01-05",
    }  # fmt: skip
    assert "recorded already" in hand_in(browser, "checks", sheet(check, check, kind=kinds.check())).text
    assert count(services, VettingCheck) == 0
    assert "Checks: imported" in hand_in(browser, "checks", sheet(check, kind=kinds.check())).text
    assert count(services, VettingCheck) == 1
    other = check | {"number": "8"}
    assert "recorded already" in hand_in(browser, "checks", sheet(other, check, kind=kinds.check())).text
    assert count(services, VettingCheck) == 1


@pytest.mark.parametrize("kind", ["workers", "checks"])
def test_a_file_reads_as_often_for_many_rows_of_a_firm_as_for_few(signed_in, services, kind):
    browser, _ = signed_in("administrator")
    with services.sessions.begin() as session:
        code = factories.make_firm(session).code
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement.lstrip().startswith("SELECT") and "set_config" not in statement)

    def reading(rows):
        asked.clear()
        event.listen(services.engine, "before_cursor_execute", note)
        try:
            assert "nothing is wrong" in hand_in(browser, kind, sheet(*rows, kind=of), check=True).text
        finally:
            event.remove(services.engine, "before_cursor_execute", note)
        return sum(asked)

    if kind == "workers":
        of, one = kinds.worker(), {"base_town": "tauranga", "trades": "locksmith", "first_name": "Ana"}
        rows = [one | {"firm_code": code, "last_name": f"Example {n}"} for n in "abcdefghi"]
    else:
        of, one = kinds.check(), {"kind": "insurance", "issuer": "Insurer", "issued_on": "2026-01-05"}
        rows = [one | {"firm_code": code, "number": n, "expires_on": "2030-01-05"} for n in "abcdefghi"]
    assert reading(rows[:2]) == reading(rows)


def test_a_catalogue_comes_by_its_two_files_and_their_faults_by_line(signed_in, catalogue):
    browser, _ = signed_in("administrator")
    items = browser.get("/admin/catalogue/1/items.csv").data
    findings = browser.get("/admin/catalogue/1/findings.csv").data
    day = {"valid_from": ["24", "11", "2026"]}
    alone = hand_in(browser, "catalogue", items, **day)
    assert "Choose the file of rules" in alone.text
    broken = items.replace(b"LK03,", b"LK99,", 1)
    page = hand_in(browser, "catalogue", broken, findings=(io.BytesIO(findings), "f.csv"), **day)
    assert "not imported" in page.text
    assert "findings.item" in page.text
    same = hand_in(browser, "catalogue", items, findings=(io.BytesIO(findings), "f.csv"), check=True, **day)
    assert "nothing is wrong" in same.text


def test_a_role_hands_in_its_own_kinds_and_sees_its_own_results(signed_in, services):
    coordinator, _ = signed_in()
    administrator, _ = signed_in("administrator")
    assert coordinator.get("/exchange/imports/workers/new").status_code == 404
    assert administrator.get("/exchange/imports/assessments/new").status_code == 404
    assert coordinator.get("/exchange/imports/nonsense/new").status_code == 404
    hand_in(administrator, "workers", b"x")
    with services.sessions() as session:
        run = session.scalar(select(ImportRun.id))
    assert administrator.get(f"/exchange/imports/{run}").status_code == 200
    assert coordinator.get(f"/exchange/imports/{run}").status_code == 404
    template = administrator.get("/exchange/imports/checks/template.csv")
    assert template.text.startswith("\ufefffirm_code,first_name")


def test_a_token_is_shown_once_to_who_confirms_it_and_revoked_by_a_button(signed_in, services):
    browser, _ = signed_in("administrator")
    sent = {
        "form_uuid": str(uuid.uuid4()), "name": "Refuge", "scopes": ["orders:read"], "regions": ["E8"],
        "last_on": ["1", "3", "2027"], "calls_a_minute": "60", "reason": "Takes orders to the refuge",
    }  # fmt: skip
    waits = browser.post("/exchange/tokens/new", sent, follow_redirects=True).text
    assert "1 March 2027" in waits
    assert count(services, ApiToken) == 0
    other, _ = signed_in("administrator")
    act = re.search(r'action="(/accounts/[0-9a-f-]+/confirm)"', other.get("/accounts").text)[1]
    key = {"form_uuid": str(uuid.uuid4())}
    secret = re.search(r"wo_[\w-]{40,}", other.post(act, key).text).group(0)
    assert secret not in other.post(act, key, follow_redirects=True).text
    assert "Bay of Plenty" in browser.get("/exchange/tokens").text
    assert count(services, ApiToken) == 1
    called = browser.client.get("/api/v1/orders", headers={"Authorization": f"Bearer {secret}"})
    assert called.status_code == 200
    with services.sessions() as session:
        key = session.scalar(select(ApiToken.id))
    browser.post(f"/exchange/tokens/{key}/revoke", {"form_uuid": str(uuid.uuid4())})
    called = browser.client.get("/api/v1/orders", headers={"Authorization": f"Bearer {secret}"})
    assert called.status_code == 401
    wrong = browser.post(
        "/exchange/tokens/new", {"form_uuid": str(uuid.uuid4()), "last_on": ["1", "3", "2031"]}
    )
    assert wrong.status_code == 422
    assert "Choose at least one thing" in wrong.text


def test_a_webhook_is_registered_changed_tested_and_disabled(signed_in, services):
    browser, _ = signed_in("administrator")
    form = lambda **more: {"form_uuid": str(uuid.uuid4())} | more
    details = {"name": "Casework", "url": "https://example.org/hook", "kinds": ["order.issued"]}
    wrong = browser.post("/exchange/webhooks/new", form(**details | {"url": "https://10.0.0.1/"}))
    assert wrong.status_code == 422
    assert "inside a private network" in wrong.text
    made = browser.post("/exchange/webhooks/new", form(**details))
    assert re.search(r"whsec_[\w-]{40,}", made.text)
    with services.sessions() as session:
        key = session.scalar(select(Webhook.id))
    page = f"/exchange/webhooks/{key}"
    assert browser.post(f"{page}/change", form(**details | {"name": "Cases"})).status_code == 303
    assert "whsec_" in browser.post(f"{page}/secret", form()).text
    assert browser.post(f"{page}/ping", form()).status_code == 303
    assert browser.post(f"{page}/disable", form(reason="Not needed")).status_code == 303
    assert "Not needed" in browser.get(page).text
    assert browser.post(f"{page}/enable", form()).status_code == 303
    assert "Cases" in browser.get("/exchange/webhooks").text
    with services.sessions() as session:
        assert keep.find(session, key).disabled_at is None
