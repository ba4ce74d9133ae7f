"""A sweep for protected values through everything that they could run out into; it shows first that it would find them."""

from __future__ import annotations

import csv
import io
import json
import logging
from types import SimpleNamespace

import pytest
import redis
from lxml import etree
from rq import Queue
from rq.serializers import JSONSerializer
from weasyprint import HTML

from tests import factories
from tests.proof import sinks as run_out
from tests.proof.canaries import CANARIES, NOW, hits, house
from tests.proof.sinks import Kept, Sinks
from tests.web.conftest import Browser
from web import jobs
from worksorders.domain.disclosure.policy import Purpose
from worksorders.domain.errors import DomainError
from worksorders.domain.local_time import local_day
from worksorders.gateways.messages.text import Text
from worksorders.steps import disclose
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.scopes import SCOPES

__all__ = ["house"]
PAGES = {f"text/html to {who}" for who in run_out.PEOPLE}


@pytest.fixture(scope="module")
def swept(house, valkey_server, engine_home):
    """Every sink after a whole run: pages of all roles, files, errors, messages, queue, dump, logs."""
    kept, sinks = Kept(), Sinks()
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    try:
        app = run_out.make_app(house)
        seen = run_out.walk(house, app, sinks)
        statuses = run_out.ask_for_errors(app, sinks, CANARIES["name"])
        call_the_api(house, app, sinks)
    finally:
        root.removeHandler(kept)
        root.setLevel(level)
    sinks["logs"] += kept.lines or ["nothing was logged"]
    sinks["database log"].append((engine_home / "pg.log").read_bytes())
    sinks["Valkey log"].append((engine_home / "valkey.log").read_bytes())
    run_out.collect_messages(house, sinks)
    run_out.collect_queue(house, valkey_server, sinks)
    run_out.collect_database(house, sinks)
    sinks["tracebacks"].append(failed_job())
    return SimpleNamespace(sinks=sinks, seen=seen, statuses=statuses)


def call_the_api(house, app, sinks):
    """Each list of the API with a token that may read all."""
    details = tokens.TokenDetails("Sweep", frozenset(SCOPES), local_day(NOW), calls_a_minute=6000)
    with house.services.sessions.begin() as session:
        _, secret = tokens.make(session, house.made.mere, details, NOW)
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api.") and "GET" in rule.methods and not rule.arguments:
            answer = client.get(rule.rule, headers={"Authorization": f"Bearer {secret}"})
            sinks["API answers"].append(answer.get_data())
            assert answer.status_code == 200, rule.rule


def failed_job():
    """What a job that failed over a protected value leaves for RQ to keep."""
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_):
            raise DomainError(f"{CANARIES['name']} lives at {CANARIES['street']}")

        patch.setattr(jobs, "_services", lambda: None)
        patch.setattr(jobs, "deliver", fail)
        with pytest.raises(jobs.WorkFailedError) as error:
            jobs.perform("00000000-0000-4000-8000-000000000000", 1, "default")
    return f"{error.value!r} {error.value.__cause__!r}"


def revealed(house):
    """The one allowed way: announced, for a purpose, by somebody who may; gives all that came out."""
    points, found = {disclose.HOME_COORDINATES}, []
    for under, kinds in ((None, set(house.made.kinds) - points), (Purpose.SCHEDULE, points)):
        read = disclose.read(
            house.services.sessions, house.services.cipher, house.made.mere,
            case_ids=house.made.cases, kinds=kinds, purpose="emergency", under=under,
        )  # fmt: skip
        found += read.values()
    return "\n".join(found)


def test_every_canary_comes_out_of_the_one_allowed_reveal(house):
    assert hits(revealed(house)) == set(CANARIES)


def test_the_named_worker_gets_the_address_for_the_password_and_in_no_other_way(house):
    browser = Browser(run_out.make_app(house))
    assert browser.sign_in("named").status_code == 303
    path = f"/portal/visits/{house.made.visit_id}"
    assert "street" not in hits(browser.get(path).get_data())
    answer = browser.post(f"{path}/address", {"password": factories.PASSWORD})
    assert answer.status_code == 200
    assert "street" in hits(answer.get_data())


def test_the_sweep_went_through_all_of_it(swept):
    assert set(swept.sinks) >= PAGES | {
        "PDF text", "PDF metadata", "text/csv", "headers", "cookies", "addresses", "logs", "database log",
        "Valkey log", "mail", "SMS", "Valkey", "job payloads", "database dump", "audit rows", "outbox rows",
        "plans and their problems", "webhook deliveries", "imports", "tracebacks", "API answers",
        *(f"error page {status}" for status in (400, 404, 405, 413, 500)),
    }  # fmt: skip
    assert len(swept.sinks) >= 30
    assert len(CANARIES) >= 12
    assert swept.seen >= 180
    assert {wanted: told for wanted, told in swept.statuses.items() if wanted != told} == {}
    assert [name for name, texts in swept.sinks.items() if not any(texts) and name != "cookies"] == []


def test_no_sink_holds_a_canary(swept):
    found = {}
    for name, texts in swept.sinks.items():
        joined = b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in texts)
        if hits(joined):
            found[name] = hits(joined)
    assert found == {}


def leaky_pdf(value):
    sinks = Sinks()
    page = HTML(string=f"<html><head><title>{value}</title></head><body>{value}</body></html>")
    sinks._pdf(page.write_pdf())
    return sinks["PDF text"][0], sinks["PDF metadata"][0]


def leaky_mail(house, value):
    before = len(house.inbox.taken), len(house.texts)
    text = Text(house.made.order_id, value, value, value, NOW)
    house.mail.send("mere@example.org", text)
    house.sms.send("+64215550100", text)
    sinks = Sinks()
    run_out.collect_messages(house, sinks)
    del house.inbox.taken[before[0] :], house.texts[before[1] :]
    return sinks["mail"][before[0]], sinks["SMS"][before[1]]


def leaky_queue(address, value):
    sinks = Sinks()
    with redis.Redis.from_url(address) as client:
        Queue("default", connection=client, serializer=JSONSerializer).enqueue_call("x.y", args=(value,))
        run_out.take_queue(client, sinks)
        client.flushall()
    return b"".join(sinks["job payloads"]), b"".join(sinks["Valkey"])


def leaky_log(value):
    kept, log = Kept(), logging.getLogger("leaky")
    log.addHandler(kept)
    log.propagate = False
    try:
        log.error("refused %s", value)
    finally:
        log.removeHandler(kept)
    return kept.lines[0]


def leaky_csv(value):
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(["code", value])
    return written.getvalue()


def leaky_xml(value):
    root = etree.Element("a")
    root.set("b", value)
    return etree.tostring(root)


@pytest.mark.parametrize("name", CANARIES)
def test_the_sweep_would_find_each_canary_in_a_leaky_copy_of_each_kind_of_sink(house, valkey_server, name):
    value = CANARIES[name]
    copies = [
        *leaky_pdf(value), *leaky_mail(house, value), *leaky_queue(valkey_server, value), leaky_log(value),
        leaky_csv(value), leaky_xml(value), json.dumps({"a": value}), value.encode("utf-16-le"),
        f"BEGIN:VCALENDAR\r\nLOCATION:{value}\r\n", f"/find?q={value.replace(' ', '+')}", value.upper(),
        repr(RuntimeError(value)), f"INSERT INTO public.setting VALUES ('{value}');", f"<td>{value}</td>",
    ]  # fmt: skip
    assert [number for number, copy in enumerate(copies) if name not in hits(copy)] == []


def test_a_page_header_or_cookie_that_leaks_is_found(house):
    """The very walk of the sweep, over an application whose every answer tells one canary more than it should."""
    sinks = Sinks()
    leaky = run_out.make_app(house, leak=CANARIES["landlord"])
    pages = {
        "coordinator.today",
        "finance.queue",
        "admin.users",
        "admin.audit",
        "portal.today",
        "admin.audit_csv",
    }
    run_out.walk(house, leaky, sinks, pages)
    run_out.ask_for_errors(leaky, sinks, "nothing")
    told = {name for name, texts in sinks.items() if any(hits(one) for one in texts)}
    assert told >= PAGES | {
        "headers",
        "cookies",
        "text/csv",
        *(f"error page {n}" for n in (400, 404, 405, 500)),
    }


def test_a_dump_of_a_database_that_holds_one_in_clear_is_found(house):
    sinks = Sinks()
    with house.database.connect("postgres") as connection:
        connection.execute("CREATE TABLE leak AS SELECT %s::text AS words", [CANARIES["street"]])
        run_out.collect_database(house, sinks)
        connection.execute("DROP TABLE leak")
    assert hits(sinks["database dump"][0]) == {"street"}
