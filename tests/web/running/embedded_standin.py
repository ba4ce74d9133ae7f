"""A whole installation with small commands in place of the product's, run as a program by the tests."""

import os
import sys
from pathlib import Path

from web.embedded.__main__ import say
from web.embedded.confine import EngineError
from web.embedded.installation import Installation, take_lock
from web.embedded.parts import Commands, listen
from web.embedded.running import run

MIGRATE = """
import os, psycopg
assert "MIGRATION_URL" in os.environ
with psycopg.connect(os.environ["MIGRATION_URL"].replace("+psycopg", "")) as c:
    c.execute("create table if not exists app_user (name text)")
    c.execute("grant select, insert on app_user to works_app")
print("migrated", flush=True)
"""
LOAD = """
import os, time, psycopg
assert "MIGRATION_URL" not in os.environ
with psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", "")) as c:
    c.execute("insert into app_user values ('Hana')")
    c.commit()
    if os.environ.get("SLOW_DEMO"):
        print("half a demo", flush=True)
        time.sleep(1000)
    c.execute("insert into app_user values ('Tama')")
print("demo loaded", flush=True)
"""
PEOPLE = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", "")) as c:
    print("people", *(row[0] for row in c.execute("select name from app_user")), flush=True)
"""
WEB = """
import http.server, os, socket, socketserver, sys, psycopg, redis
assert "MIGRATION_URL" not in os.environ
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", "")).close()
        redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", 0), Page, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.serve_forever()
"""
WORKER = """
import ctypes, os, signal, sys, time
terms = []
def end(*_):
    terms.append(1)
    if len(terms) > 1:
        sys.exit()
signal.signal(signal.SIGTERM, end)
parent = os.getpid()
if os.fork() == 0:
    os.setpgrp()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
while True:
    time.sleep(1000)
"""


def commands(descriptor: int) -> Commands:
    """Stand-ins: like RQ, the worker ends at the second SIGTERM and has a tied child in a process group of its own."""
    python = (sys.executable, "-c")
    return Commands(
        migrate=(*python, MIGRATE),
        load_demo=(*python, LOAD),
        show_people=(*python, PEOPLE),
        web=(*python, WEB, str(descriptor)),
        workers={"planning": (*python, WORKER, "stand-in-worker")},
        relay=("sleep", "1000"),
    )


def main() -> int:
    """Run in the folder given as the argument, on a free port."""
    folder = Path(sys.argv[1])
    try:
        take_lock(folder, "the tests")
        with listen("127.0.0.1", 0) as listener:
            given = {"PATH": "/usr/local/bin:/usr/bin:/bin", "MARK": str(folder)}
            given |= {name: os.environ[name] for name in ("SLOW_DEMO",) if name in os.environ}
            installation = Installation.open(folder, given)
            return run(installation, commands(listener.fileno()), listener, say)
    except EngineError as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
