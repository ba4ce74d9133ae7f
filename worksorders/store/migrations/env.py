"""Alembic's entry: connects as the owner, waits for any other migration, runs ours."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.pool import NullPool

from worksorders.store.tables import Base
from worksorders.store.tables.confidential.vault import TransactionId

ischema_names["xid8"] = TransactionId
LOCK = 7_215_044


def run() -> None:
    url = context.config.attributes.get("url") or os.environ["MIGRATION_URL"]
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            include_schemas=True,
            include_name=lambda name, kind, _: kind != "schema" or name in (None, "vault"),
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


run()
