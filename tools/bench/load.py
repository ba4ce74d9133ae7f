"""Drive the product with 50 users at once and print p50 and p95 of each page: `make load` (USERS=50 SECONDS_LONG=60).

An installation of its own is made: PostgreSQL and Valkey, four years at 10,000 orders with 480 workers
(tools/bench/make_many_orders.py), and gunicorn as `make run` starts it, on loopback. Each user opens a page, reads it for some
seconds (THINK, five on average), and opens the next. It fails where the p95 over all pages is 300 ms or more. The
processor time a page is told too: it says what the pages cost where others use the machine as well.
"""

import argparse
import http.client
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from tools.bench import make_many_orders
from tools.bench.spent import spent
from web import create_app
from web.embedded.confine import confinement
from web.embedded.engines import DATABASE, OWNER_ROLE, SUPERUSER, Postgres, start_postgres, start_valkey
from web.embedded.keys import Secrets, ensure_vault_key
from web.embedded.process import stop as stop_process
from web.embedded.roles import prepare
from web.services import make_services
from worksorders.domain.local_time import local_day
from worksorders.steps.addresses.load import INVENTED, load
from worksorders.steps.admin import catalogue
from worksorders.steps.sign_in import open_session
from worksorders.store import migrate
from worksorders.store.tables.identity.people import AppUser

MOST_MILLISECONDS = 300
ROOT = Path(__file__).parents[2]
SHARES = (("coordinator", 30), ("contractor", 14), ("finance", 6))
# Others of the office and the firms, and marks that let demo accounts in without a second proof.
ACCOUNTS = """
SET session_replication_role = replica;
INSERT INTO demo_mark (made_at) VALUES (now());
INSERT INTO app_user (id, sign_in_name, display_name, role, firm_id, worker_id)
SELECT gen_random_uuid(), 'works' || row_number() OVER (ORDER BY w.id), w.first_name, 'contractor', w.firm_id, w.id
FROM worker w ORDER BY w.id LIMIT 100;
INSERT INTO app_user (id, sign_in_name, display_name, role)
SELECT gen_random_uuid(), 'pays' || n, 'Finance ' || n, 'finance' FROM generate_series(1, 10) n;
UPDATE app_user SET is_demo = true;
"""
PAGES = {
    "coordinator": [
        ("/today", 4), ("/orders", 4), ("order", 6), ("/orders?state=&page=300", 1), ("/assessments", 2),
        ("/dispatch/visits", 2), ("/dispatch/offers", 1), ("/assessments/new", 1), ("find", 4),
    ],
    "contractor": [("/portal/today", 5), ("/portal/offers", 3), ("/portal/invoices", 1), ("/portal/firm", 1)],
    "finance": [("/finance", 4), ("invoice", 4), ("/finance/months", 1), ("/finance/clocks", 1)],
}  # fmt: skip


# A role, the cookie of somebody signed in, and ids to open.
Sign = tuple[str, str, dict[str, list[uuid.UUID]]]


class User(threading.Thread):
    """One signed-in person who opens pages until told to stop."""

    def __init__(self, port: int, sign: Sign, think: float, stop: threading.Event, seed: int) -> None:
        super().__init__(daemon=True)
        self.port, self.think, self.stop = port, think, stop
        self.role, self.cookie, self.ids = sign
        self.dice = random.Random(seed)
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.wrong: list[str] = []
        self.token = ""

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.stop.wait(self.dice.uniform(0, self.think))
        names, weights = zip(*PAGES[self.role], strict=True)
        if self.role == "coordinator":
            page = self.ask(connection, "GET", "/assessments/new")[1]
            self.token = re.search(r'data-token="([^"]+)"', page).group(1)
        while not self.stop.is_set():
            self.open(connection, self.dice.choices(names, weights)[0])
            self.stop.wait(self.dice.uniform(0.4, 1.6) * self.think)
        connection.close()

    def open(self, connection: http.client.HTTPConnection, name: str) -> None:
        if name == "find":
            typed = f"typed={self.dice.randint(1, 60)}+kowhai+st"
            seconds, _ = self.ask(connection, "POST", "/assessments/addresses", typed)
        else:
            path = {"order": "/orders/", "invoice": "/finance/invoices/"}.get(name, name)
            path += str(self.dice.choice(self.ids[name])) if name in self.ids else ""
            seconds, _ = self.ask(connection, "GET", path)
        self.taken[name].append(seconds * 1000)

    def ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: str | None = None
    ) -> tuple[float, str]:
        headers = {"Cookie": self.cookie}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.token}
        began = time.perf_counter()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # The server closes a connection that was idle for a while; a browser opens another.
            connection.close()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        seconds = time.perf_counter() - began
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        if answer.status != 200:
            self.wrong.append(f"{path}: {answer.status}")
        return seconds, text


def main() -> int:
    """Make it, drive it, and say how long pages took; the exit code is 1 where they took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=40_000)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=5)
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="hsl-"))
    with ExitStack() as closing:
        closing.callback(shutil.rmtree, home, ignore_errors=True)
        secrets = Secrets.random()
        server = start_postgres(
            confinement().own(home) / "pg", home / "run", secrets=secrets, log=home / "pg.log"
        )
        closing.callback(server.stop)
        (home / "valkey").mkdir()
        valkey = start_valkey(home / "valkey", log=home / "valkey.log")
        closing.callback(valkey.stop)
        settings = {
            "DATABASE_URL": server.url(database=DATABASE),
            "REDIS_URL": valkey.url,
            "SECRET_KEY": uuid.uuid4().hex * 2,
            "VAULT_KEY_FILE": str(ensure_vault_key(home / "vault.key")),
            "PATH": os.environ["PATH"],
            "NUMBA_CACHE_DIR": str(ROOT / "instance" / "numba"),
        }
        users = fill(server, settings, given.orders, given.users)
        port, web = serve(settings, closing, home)
        taken = {"web": web, "database": server.process.pid}
        return report(*drive(port, users, given, taken), given)


def fill(server: Postgres, settings: dict[str, str], orders: int, count: int) -> list[Sign]:
    """Migrate, fill, sign the users in, and give them, not started yet."""
    prepare(server, DATABASE)
    migrate.upgrade(server.url(OWNER_ROLE, DATABASE))
    with psycopg.connect(
        server.url(SUPERUSER, DATABASE).replace("+psycopg", "", 1), autocommit=True
    ) as connection:
        make_many_orders.fill(connection, orders)
        connection.execute(ACCOUNTS)
        ids = {
            "order": [
                row[0] for row in connection.execute("SELECT id FROM works_order ORDER BY id LIMIT 2000")
            ],
            "invoice": [
                row[0] for row in connection.execute("SELECT id FROM invoice ORDER BY id LIMIT 2000")
            ],
        }
    services = make_services(settings["DATABASE_URL"], Path(settings["VAULT_KEY_FILE"]))
    app = create_app({"SECRET_KEY": settings["SECRET_KEY"], "SERVICES": services})
    serializer = app.session_interface.get_signing_serializer(app)
    roles = [role for role, share in SHARES for _ in range(share)]
    found = []
    with services.sessions.begin() as session:
        now = datetime.now(UTC)
        load(session, INVENTED, now)
        catalogue.load(session, None, *catalogue.starting_files(), local_day(now), now)
        people = {
            role: session.query(AppUser).filter_by(role=role).order_by(AppUser.id).all() for role, _ in SHARES
        }
        for number in range(count):
            role = roles[number * len(roles) // count]
            token, _ = open_session(session, people[role][number % len(people[role])], datetime.now(UTC))
            found.append((role, f"session={serializer.dumps({'token': token})}", ids))
    services.engine.dispose()
    return found


def serve(settings: dict[str, str], closing: ExitStack, home: Path) -> tuple[int, int]:
    """Start gunicorn as `make run` does; gives the port once it answers, and the id of its process."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"fd://{listener.fileno()}", "--no-control-socket",
        "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--timeout", "60",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, env=settings, pass_fds=[listener.fileno()], stdout=subprocess.DEVNULL,
        stderr=(home / "web.log").open("wb"),
    )  # fmt: skip
    closing.callback(stop_process, process, ((signal.SIGTERM, 10.0),))
    listener.close()
    for _ in range(600):
        time.sleep(0.1)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return port, process.pid
        except OSError:
            continue
    raise SystemExit((home / "web.log").read_text()[-2000:])


def drive(
    port: int, signed: list[Sign], given: argparse.Namespace, parts: dict[str, int]
) -> tuple[list[User], dict[str, float]]:
    """Let every user work for the time that was given, after a tenth of it to warm up.

    Gives the users, and the processor time of each part of the product (by its process) in seconds.
    """
    stop = threading.Event()
    threads = [User(port, sign, given.think, stop, seed) for seed, sign in enumerate(signed)]
    for thread in threads:
        thread.start()
    time.sleep(given.seconds / 10)
    for thread in threads:
        thread.taken.clear()
    before = {name: spent(process) for name, process in parts.items()}
    time.sleep(given.seconds)
    stop.set()
    for thread in threads:
        thread.join(60)
    return threads, {name: spent(process) - before[name] for name, process in parts.items()}


def report(users: list[User], taken: dict[str, float], given: argparse.Namespace) -> int:
    """Print a line a page; 1 where the p95 over all is too long or an answer was no page."""
    pages = defaultdict(list)
    for user in users:
        for name, times in user.taken.items():
            pages[name] += times
    every = [one for page in pages.values() for one in page]
    print(
        f"{given.users} users for {given.seconds:.0f} s, {given.orders:,} orders; load average {os.getloadavg()[0]:.1f}"
    )
    for name, times in sorted(pages.items()):
        print(line(name, times))
    print(line("all pages", every))
    shares = ", ".join(f"{name} {seconds * 1000 / len(every):.0f} ms" for name, seconds in taken.items())
    print(f"processor time a page: {shares}")
    wrong = [fault for user in users for fault in user.wrong]
    if wrong:
        print(f"{len(wrong)} answers were no page: {', '.join(sorted(set(wrong))[:5])}")
    return 1 if wrong or percentile(every, 95) >= MOST_MILLISECONDS else 0


def line(name: str, taken: list[float]) -> str:
    return f"{name:28} {len(taken):6} times   p50 {percentile(taken, 50):6.0f} ms   p95 {percentile(taken, 95):6.0f} ms"


def percentile(taken: list[float], share: int) -> float:
    return statistics.quantiles(taken, n=100)[share - 1] if len(taken) > 1 else (taken or [float("inf")])[0]


if __name__ == "__main__":
    sys.exit(main())
