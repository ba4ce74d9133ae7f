"""Time a backup and a restore at 40,000 orders: `make bench-recovery`; the figures of docs/operations.md come from here.

A PostgreSQL of its own is made, as durable as a real one, filled by tools/bench/make_many_orders.py, backed up, restored into
a second database by the product's own commands, and thrown away.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from tools.bench import make_many_orders
from web.embedded.confine import confinement
from web.embedded.engines import DATABASE, OWNER_ROLE, SUPERUSER, start_postgres
from web.embedded.keys import Secrets, ensure_vault_key
from web.embedded.roles import prepare
from web.recovery.backup import backup
from web.recovery.restore import restore
from web.recovery.target import Target
from worksorders.gateways.cipher import load_cipher
from worksorders.store import migrate


def main() -> int:
    """Fill, back up, restore, and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=40_000)
    orders = parser.parse_args().orders
    home = Path(tempfile.mkdtemp(prefix="hsr-"))
    secrets = Secrets.random()
    server = start_postgres(
        confinement().own(home) / "pg", home / "run", secrets=secrets, log=home / "pg.log"
    )
    try:
        prepare(server, DATABASE)
        migrate.upgrade(server.url(OWNER_ROLE, DATABASE))
        superuser = server.url(SUPERUSER, DATABASE).replace("+psycopg", "", 1)
        with psycopg.connect(superuser, autocommit=True) as connection:
            make_many_orders.fill(connection, orders)
        target = Target(
            {"host": str(server.run_dir), "user": SUPERUSER, "password": secrets.postgres, "dbname": DATABASE}
        )
        cipher = load_cipher(ensure_vault_key(home / "vault.key"))
        print(f"load average {os.getloadavg()[0]:.1f}")
        began = time.monotonic()
        place, made = backup(target, cipher, home / "backups", datetime.now(UTC))
        backed_up = time.monotonic()
        rows = sum(made.contents.rows.values())
        print(f"backup: {backed_up - began:.1f} s, {made.bytes / 1e6:.1f} MB, {rows:,} rows")
        restore(target.other("restored"), cipher, place, datetime.now(UTC))
        print(f"restore with proof: {time.monotonic() - backed_up:.1f} s")
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
