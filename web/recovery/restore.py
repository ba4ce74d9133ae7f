"""Puts a backup into an empty database and proves that it is whole: rows, guards, schema and the head of the trail."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from web.embedded.engines import APP_ROLE, OWNER_ROLE
from web.embedded.roles import close_to_others
from web.recovery import manifest as manifests
from web.recovery.contents import SCHEMAS, Contents, read_contents
from web.recovery.manifest import Manifest
from web.recovery.target import RecoveryError, Target
from worksorders.gateways.cipher import Cipher
from worksorders.store import migrate


def restore(
    target: Target, cipher: Cipher | None, folder: Path, now: datetime, *, aside: bool = False
) -> tuple[Manifest, list[str]]:
    """Restore the backup of a folder; gives its manifest and what is still to be done.

    The database must be empty; with `aside` what is there is renamed first and kept. Raises RecoveryError before
    anything is written where files, versions, keys, roles or database do not fit, and after it where the restored
    database is not the one that was backed up.
    """
    made = manifests.read(folder, cipher)
    newest = _check_versions(made)
    if cipher is not None:
        _check_keys(made, cipher)
    kept = _prepare(target, made, now, aside=aside)
    target.run(
        [
            "pg_restore",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={target.database}",
            str(folder / manifests.DUMP),
        ]
    )
    with target.connect() as connection:
        _compare(made.contents, read_contents(connection))
        connection.execute("analyze")
    return made, _still_to_do(made, cipher, kept, newest)


def _check_versions(made: Manifest) -> str:
    known = migrate.revisions()
    if made.contents.revision not in known:
        raise RecoveryError(
            f"The backup has schema {made.contents.revision}, this version knows up to {known[-1]}: it was made by a "
            "newer version, restore it with that one."
        )
    return known[-1]


def _check_keys(made: Manifest, cipher: Cipher) -> None:
    for version in map(str, made.contents.key_versions):
        if int(version) not in cipher.masters or cipher.fingerprint(int(version)) != made.fingerprints.get(
            version
        ):
            raise RecoveryError(
                f"VAULT_KEY_FILE does not hold master key {version} ({made.fingerprints.get(version)}): names and "
                "addresses would stay closed. Put the keys of this backup in place first, or say --without-keys."
            )


def _prepare(target: Target, made: Manifest, now: datetime, *, aside: bool) -> str:
    """See that the server takes the dump, and that the database is empty or, with `aside`, made anew."""
    with target.other("postgres").connect() as connection:
        _check_server(connection, made)
        there = connection.execute(
            "select 1 from pg_database where datname = %s", [target.database]
        ).fetchone()
        kept = ""
        if there and aside:
            kept = f"{target.database}_before_{now:%Y%m%dt%H%M%S}"
            connection.execute(
                sql.SQL("alter database {} rename to {}").format(
                    sql.Identifier(target.database), sql.Identifier(kept)
                )
            )
        if not there or aside:
            _create(connection, target.database)
    with target.connect() as connection:
        tables = connection.execute(
            "select count(*) from pg_class where relkind = 'r' and relnamespace in"
            " (select oid from pg_namespace where nspname = any (%s))",
            [list(SCHEMAS)],
        ).fetchone()
    if tables and tables[0]:
        raise RecoveryError(
            f"The database {target.database} holds {tables[0]} tables: restore into an empty one, or say --aside to "
            "keep this one under another name."
        )
    return kept


def _check_server(connection: psycopg.Connection, made: Manifest) -> None:
    if connection.info.server_version // 10000 < made.server // 10000:
        raise RecoveryError(
            f"The backup is of PostgreSQL {made.server // 10000}, this server is "
            f"{connection.info.server_version // 10000}: use at least the version that made it."
        )
    rights = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    if not rights or not rights[0]:
        raise RecoveryError("A restore makes extensions, owners and policies: run it as superuser.")
    roles = connection.execute(
        "select count(*) from pg_roles where rolname in (%s, %s)", [APP_ROLE, OWNER_ROLE]
    ).fetchone()
    if not roles or roles[0] != 2:
        raise RecoveryError(
            f"The roles {OWNER_ROLE} and {APP_ROLE} are not there: run deploy/roles.sql first."
        )


def _create(connection: psycopg.Connection, database: str) -> None:
    connection.execute(
        sql.SQL(
            "create database {} owner {} template template0 encoding 'UTF8' locale_provider builtin"
            " builtin_locale 'C.UTF-8' locale 'C'"
        ).format(sql.Identifier(database), sql.Identifier(OWNER_ROLE))
    )
    close_to_others(connection, database)


def _compare(before: Contents, after: Contents) -> None:
    wrong = [
        f"{table} holds {after.rows.get(table, 0)} rows, not {count}"
        for table, count in before.rows.items()
        if after.rows.get(table) != count
    ]
    if before.revision != after.revision:
        wrong.append(f"the schema is {after.revision}, not {before.revision}")
    if (before.head_number, before.head_digest) != (after.head_number, after.head_digest):
        wrong.append(f"the audit trail ends at link {after.head_number}, not {before.head_number}")
    if before.guards != after.guards:
        wrong.append("owners, grants, policies, triggers or functions are not those that were backed up")
    if wrong:
        raise RecoveryError(f"The restored database must not be used: {'; '.join(wrong)}.")


def _still_to_do(made: Manifest, cipher: Cipher | None, kept: str, newest: str) -> list[str]:
    found = []
    if made.contents.revision != newest:
        found.append(
            f"Migrate before the start: the backup has schema {made.contents.revision}, this version {newest}."
        )
    if cipher is None:
        found.append(
            "Without the keys names and addresses stay closed, and nobody looked whether the manifest was changed."
        )
    if kept:
        found.append(f"What was there is kept as the database {kept}: drop it once it is not needed.")
    found.append("Note the restore, begin a new file of audit heads, and run: flask --app wsgi audit verify")
    return found
