"""Seeds that make a second database beside the one in use: a migration cut short, and a backup that is restored."""

import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime

from tests.faults.harness import checker
from tests.faults.harness.running.house import KILL, signalled
from tests.faults.harness.storm import Fault
from tests.faults.harness.traffic.client import Outcome
from tools import schema
from web import jobs
from web.embedded.engines import Postgres, database_url
from web.embedded.roles import discard, prepare
from web.embedded.state import newest_revision
from web.recovery.backup import backup
from web.recovery.restore import restore
from web.recovery.target import Target
from web.services import make_services
from worksorders.steps import outbox

BESIDE = "beside"
PATIENCE_SECONDS = 60.0


def server_of(house):
    """The running PostgreSQL, for making and dropping databases."""
    made = house.installation
    return Postgres(None, made.run_dir, made.secrets)


def guards(connection):
    """Everything of a schema that the committed picture of it shows."""
    return {
        (title, *map(str, row))
        for title, question in schema.QUESTIONS.items()
        for row in connection.execute(question.encode())
    }


class MigrationInterrupted(Fault):
    """A migration is killed somewhere in it; run again it leaves what an uninterrupted one leaves."""

    def __init__(self):
        super().__init__(None)

    def strike(self, storm, seed, chance):
        server = server_of(storm.house)
        discard(server, BESIDE)
        prepare(server, BESIDE)
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment["MIGRATION_URL"] = storm.house.database_url(BESIDE)
        command = [sys.executable, "-m", "web.embedded.migrate"]
        first = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait_for_work(storm.house, first)
        time.sleep(chance.uniform(0, 1.5))
        signalled(first.pid, KILL)
        first.wait(PATIENCE_SECONDS)
        again = subprocess.run(
            command, env=environment, capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
        if again.returncode != 0:
            last = again.stderr.decode().strip().splitlines()[-1:]
            seed.violations.append(checker.Violation("half-done", f"the migration run again failed: {last}"))

    def _wait_for_work(self, house, process):
        until = time.monotonic() + PATIENCE_SECONDS
        with house.connect() as connection:
            while process.poll() is None and time.monotonic() < until:
                if checker.count(connection, "select count(*) from pg_stat_activity where datname = %(name)s",
                                 {"name": BESIDE}):  # fmt: skip
                    return
                time.sleep(0.02)

    def look(self, storm, _seed, connection):
        found = []
        with storm.house.connect(BESIDE) as beside:
            revision = beside.execute("select version_num from alembic_version").fetchone()[0]
            if revision != newest_revision():
                found.append(checker.Violation("half-done", f"the schema is at {revision}"))
            differing = guards(beside) ^ guards(connection)
        if differing:
            found.append(checker.Violation("half-done", f"the schema differs: {sorted(differing)[:3]}"))
        discard(server_of(storm.house), BESIDE)
        return found


class Restored(Fault):
    """A backup is made in the middle of the traffic; restored, it holds all that was acknowledged before it."""

    def __init__(self):
        super().__init__(None)

    def strike(self, storm, seed, _chance):
        self.before = [deed for deed in seed.writes if deed.outcome is Outcome.TAKEN]
        house = storm.house
        target = self._target(house, "works")
        self.place, _ = backup(target, house.services.cipher, house.folder / "backups", datetime.now(UTC))

    def _target(self, house, database):
        made = house.installation
        return Target(
            {
                "host": str(made.run_dir),
                "user": "postgres",
                "password": made.secrets.postgres,
                "dbname": database,
            }
        )

    def look(self, storm, seed, _connection):
        house = storm.house
        server = server_of(house)
        discard(server, BESIDE)
        restore(self._target(house, BESIDE), house.services.cipher, self.place, datetime.now(UTC))
        self._go_on(house)
        found = []
        with house.connect(BESIDE) as connection:
            for deed in seed.writes:
                known, deed.outcome = deed.outcome, Outcome.TAKEN if deed in self.before else Outcome.UNKNOWN
                found += checker.check(connection, deed)
                deed.outcome = known
        discard(server, BESIDE)
        shutil.rmtree(self.place)
        return found

    def _go_on(self, house):
        """Do what was waiting when the backup was made, as the relay and a worker would."""
        made = house.installation
        url = database_url(made.run_dir, made.secrets, "works_app", BESIDE)
        services = make_services(url, made.vault_key)
        try:
            with house.connect(BESIDE) as connection:
                connection.execute(
                    "update outbox_message set due_at = now() where done_at is null and wanted_at <= now()"
                )
            for _ in range(20):
                with services.sessions.begin() as session:
                    deliveries = outbox.take_due(session)
                if not deliveries:
                    break
                for delivery in deliveries:
                    jobs.deliver(services, delivery)
        finally:
            services.engine.dispose()


DATABASES = {"migration interrupted": MigrationInterrupted(), "restored from backup": Restored()}
