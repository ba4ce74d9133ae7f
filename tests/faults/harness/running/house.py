"""The processes of the harness: engines and product as `make run` starts them, kept up by its own supervisor."""

import os
import signal
import sys
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import redis

from tests.faults.harness.running import plants, shift
from tests.gateways.test_messages_out import smtp_server
from web.embedded.confine import EngineError
from web.embedded.engines import OWNER_ROLE, Postgres, start_postgres, start_valkey, valkey_url
from web.embedded.installation import Installation
from web.embedded.parts import engine_parts, listen, product_commands, product_parts
from web.embedded.process import session_members
from web.embedded.roles import prepare
from web.embedded.running import answers
from web.embedded.supervisor import Supervisor
from web.services import heads_from, make_services
from worksorders.store import migrate

GUNICORN_SECONDS, PLANNER_SECONDS = 60, 60
PLANNER = "worker planning"
PLAIN = ("PATH", "HOME", "NUMBA_CACHE_DIR", "LANG", "TZ", "TMPDIR")


class House:
    """One installation in a folder of its own; made, watched and ended in the main thread."""

    def __init__(self, folder, scale):
        self.folder, self.scale = folder, scale
        os.environ[shift.NAME] = str(folder / "clock")
        os.environ[plants.FILE] = str(folder / "plant")
        shift.moved()
        given = {name: os.environ[name] for name in (*PLAIN, shift.NAME, plants.FILE) if name in os.environ}
        given["FAULTS_SCALE"] = str(scale)
        self.open = ExitStack()
        self.inbox, mail = self.open.enter_context(smtp_server())
        given |= {
            "MAIL_HOST": mail.host,
            "MAIL_PORT": str(mail.port),
            "MAIL_FROM": mail.sender,
            "MAIL_SECURITY": "none",
        }
        self.installation = Installation.open(folder / "instance", given)
        self.supervisor = Supervisor(self._heard)
        self.listener = listen("127.0.0.1", 0)
        self.port = self.listener.getsockname()[1]
        self.services, self.planner, self.wanted, self.plans = None, None, threading.Event(), False

    def _heard(self, line):
        with self.installation.log("supervisor").open("a") as log:
            log.write(f"{time.time():.2f} {line}\n")

    def start(self):
        """Engines first, then the schema, then the product; ready once the web answers."""
        self.supervisor.listen()
        made, parts = self.installation, engine_parts(self.installation)
        server = start_postgres(made.data_dir, made.run_dir, secrets=made.secrets, log=made.log("postgres"))
        self.supervisor.adopt(parts["postgres"], server.process)
        prepare(server)
        migrate.upgrade(made.url(OWNER_ROLE))
        valkey = start_valkey(made.run_dir, log=made.log("valkey"))
        self.supervisor.adopt(parts["valkey"], valkey.process)
        self.services = make_services(made.environment()["DATABASE_URL"], made.vault_key)
        for part in product_parts(made, self._commands(), self.listener.fileno()):
            if part.name == PLANNER:
                self.planner = part
            else:
                self.supervisor.start(part)

    def beat(self):
        """Start the planning worker once a seed wants it: children belong to the main thread, and it takes seconds."""
        if self.wanted.is_set() and self.planner is not None:
            self.supervisor.start(self.planner)
            self.planner = None

    def want_planner(self):
        """Have a planning worker; only the first seed with a plan has to wait until it listens."""
        until = time.monotonic() + PLANNER_SECONDS
        self.wanted.set()
        while not self.plans:
            if time.monotonic() > until:
                raise EngineError(f"no planning worker within {PLANNER_SECONDS} s: see {self.folder}")
            time.sleep(0.1)
            with suppress(redis.RedisError), self.valkey() as client:
                self.plans = any(b"planning" in name for name in client.smembers("rq:workers"))

    def _commands(self):
        """The product's own commands, each through the harness' door; two workers of the queue that all work goes through."""
        commands = product_commands(self.listener.fileno())
        python = (sys.executable, "-m", "tests.faults.harness.running.product")
        web = [f"{__package__}.product:app" if word == "wsgi:app" else word for word in commands.web]
        seconds = web.index("--timeout") + 1
        web[seconds] = str(max(2, round(GUNICORN_SECONDS / self.scale)))
        workers = dict.fromkeys(("default", "second"), (*python, "worker", "default"))
        workers["planning"] = (*python, "worker", "planning")
        return replace(commands, web=web, workers=workers, relay=(*python, "relay"))

    def wait_until_ready(self, seconds=60):
        """Wait for the first answer of the web and for both workers to listen."""
        until = time.monotonic() + seconds
        while not (answers(self.listener) and self.listening() >= 2):
            if time.monotonic() > until:
                raise EngineError(f"not ready within {seconds} s: see {self.folder}")
            time.sleep(0.1)

    def listening(self):
        """How many workers Valkey knows."""
        with suppress(redis.RedisError), self.valkey() as client:
            return client.scard("rq:workers")
        return 0

    def valkey(self):
        """A connection to Valkey, not tried yet."""
        return redis.Redis.from_url(valkey_url(self.installation.run_dir), socket_timeout=2)

    def connect(self, database="works"):
        """A superuser's connection in autocommit mode, for the checker; raises OperationalError while there is none."""
        made = self.installation
        return psycopg.connect(
            host=str(made.run_dir), user="postgres", password=made.secrets.postgres, dbname=database,
            autocommit=True, connect_timeout=2,
        )  # fmt: skip

    def heads(self):
        """The heads of the audit chain that were published so far."""
        return heads_from(self.installation.environment()).read()

    def pid(self, name):
        """The process of a part by its name, or None while it is down."""
        for kept in self.supervisor.kept:
            if kept.part.name == name:
                return kept.process.pid if kept.process and kept.process.poll() is None else None
        raise KeyError(name)

    def children(self, name):
        """Processes that a part has started: gunicorn's workers, work horses."""
        parent = self.pid(name)
        return [] if parent is None else [pid for pid in session_members(parent) if pid != parent]

    def backends(self):
        """PostgreSQL's own children, each in a session of its own."""
        parent = self.pid("PostgreSQL")
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == parent and fields[0] not in "ZX":
                    found.append(int(entry.name))
        return found

    def calm(self):
        """Take the supervisor's longer and longer delays back, as half a minute of quiet would."""
        for kept in self.supervisor.kept:
            kept.delay = 0.0

    def database_url(self, name):
        """The owner's address of another database of this server."""
        made = self.installation
        return Postgres(None, made.run_dir, made.secrets).url(OWNER_ROLE, name)

    def end(self):
        """Stop everything."""
        self.supervisor.stop_all()
        self.listener.close()
        self.open.close()


def signalled(pid, number):
    """Send a signal; False where the process is gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


KILL, STOP, CONTINUE = signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT
