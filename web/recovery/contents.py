"""Reads what a database holds without its content: rows by table, the trail's head, and a digest of all its guards."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import psycopg
from psycopg import sql

SCHEMAS = ("public", "vault", "access", "gazetteer")
# What stands between a row and whoever must not see it; a restore without one of these would look whole.
# Brackets are left out: reading an expression back in leaves out those that say nothing.
GUARDS = (
    "select schemaname || '.' || tablename, policyname, permissive, cmd, roles::text, translate(qual, '()', ''), translate(with_check, '()', '') from pg_policies",
    (
        "select o.oid::regclass::text, o.relowner::regrole::text, o.relrowsecurity, o.relforcerowsecurity,"
        " (select array_agg(a::text order by a::text) from unnest(o.relacl) a)::text"
        " from pg_class o where o.relkind in ('r', 'S', 'v') and o.relnamespace = any (%(schemas)s::regnamespace[])"
    ),
    (
        "select pg_get_triggerdef(t.oid), t.tgenabled::text from pg_trigger t join pg_class o on o.oid = t.tgrelid"
        " where not t.tgisinternal and o.relnamespace = any (%(schemas)s::regnamespace[])"
    ),
    (
        "select p.oid::regprocedure::text, p.proowner::regrole::text, p.prosecdef, p.proconfig::text, md5(p.prosrc),"
        " (select array_agg(a::text order by a::text) from unnest(p.proacl) a)::text from pg_proc p"
        " where p.pronamespace = any (%(schemas)s::regnamespace[])"
        " and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"
    ),
    (
        "select c.conrelid::regclass::text, c.conname, translate(pg_get_constraintdef(c.oid), '()', '') from pg_constraint c"
        " where c.connamespace = any (%(schemas)s::regnamespace[]) and c.contype <> 'n'"
    ),
    (
        "select nspname, (select array_agg(a::text order by a::text) from unnest(nspacl) a)::text from pg_namespace"
        " where nspname = any (%(schemas)s)"
    ),
)


@dataclass(frozen=True)
class Contents:
    """A database in figures: schema revision, rows by table, the trail's sealed head, master keys in use, guards."""

    revision: str
    rows: dict[str, int]
    head_number: int
    head_digest: str
    key_versions: list[int]
    guards: str


def read_contents(connection: psycopg.Connection) -> Contents:
    """Read them in one transaction, as a role that row security does not bind."""
    tables = [
        (row[0], row[1])
        for row in connection.execute(
            "select n.nspname, o.relname from pg_class o join pg_namespace n on n.oid = o.relnamespace"
            " where o.relkind = 'r' and o.relpersistence = 'p' and n.nspname = any (%s) order by 1, 2",
            [list(SCHEMAS)],
        )
    ]
    rows = {f"{schema}.{table}": _count(connection, schema, table) for schema, table in tables}
    head = connection.execute(
        "select number, encode(digest, 'hex') from public.audit_seal order by number desc limit 1"
    ).fetchone() or (0, "")
    revision = connection.execute("select version_num from public.alembic_version").fetchone()
    keys = connection.execute("select distinct master_version from vault.case_key order by 1").fetchall()
    return Contents(
        revision=revision[0] if revision else "",
        rows=rows,
        head_number=head[0],
        head_digest=head[1],
        key_versions=[row[0] for row in keys],
        guards=guards_of(connection),
    )


def guards_of(connection: psycopg.Connection) -> str:
    """SHA-256 over owners, policies, grants, triggers, functions and constraints, in an order of their own."""
    lines = [
        repr(tuple(row))
        for question in GUARDS
        for row in connection.execute(question.encode(), {"schemas": list(SCHEMAS)})
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _count(connection: psycopg.Connection, schema: str, table: str) -> int:
    counted = connection.execute(
        sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
    ).fetchone()
    return int(counted[0]) if counted else 0
