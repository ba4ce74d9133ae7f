"""Compare the migrated database with the models and with the committed picture of its guards.

Alembic compares tables and columns only. A lost policy, exclusion constraint, trigger, grant or function would pass
unseen, so they are written out here, one a line, and compared: `python tools/schema.py check`, and after a wanted
change `python tools/schema.py write`.
"""

import difflib
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from web.embedded.confine import confinement
from web.embedded.engines import DATABASE, OWNER_ROLE, start_postgres
from web.embedded.keys import Secrets
from web.embedded.roles import prepare
from worksorders.store import migrate

PICTURE = Path(__file__).with_name("schema.txt")
OURS = """
    n.nspname in ('public', 'vault', 'access', 'gazetteer') and not exists
        (select from pg_depend d where d.objid = o.oid and d.deptype = 'e')
"""
QUESTIONS = {
    "schema": """
        select o.nspname, coalesce((select string_agg(a::text, ' ' order by a::text) from unnest(o.nspacl) a), '-')
        from pg_namespace o where o.nspname in ('public', 'vault', 'access', 'gazetteer')""",
    "table": f"""
        select n.nspname || '.' || o.relname, o.relkind::text, o.relowner::regrole::text,
            case when o.relrowsecurity then 'row-security' else 'open' end
                || case when o.relforcerowsecurity then ' forced' else '' end,
            coalesce((select string_agg(a::text, ' ' order by a::text) from unnest(o.relacl) a), '-')
        from pg_class o join pg_namespace n on n.oid = o.relnamespace
        where o.relkind in ('r', 'p', 'v', 'm', 'S') and {OURS}""",
    "column grant": f"""
        select n.nspname || '.' || o.relname, c.attname,
            (select string_agg(a::text, ' ' order by a::text) from unnest(c.attacl) a)
        from pg_attribute c join pg_class o on o.oid = c.attrelid join pg_namespace n on n.oid = o.relnamespace
        where c.attacl is not null and {OURS}""",
    "default grant": """
        select o.defaclrole::regrole::text, coalesce(n.nspname, '-'), o.defaclobjtype::text,
            (select string_agg(a::text, ' ' order by a::text) from unnest(o.defaclacl) a)
        from pg_default_acl o left join pg_namespace n on n.oid = o.defaclnamespace""",
    "policy": """
        select schemaname || '.' || tablename, policyname, permissive, cmd, array_to_string(roles, ' '),
            coalesce(qual, '-'), coalesce(with_check, '-')
        from pg_policies""",
    "constraint": f"""
        select o.conrelid::regclass::text, o.conname, pg_get_constraintdef(o.oid)
        from pg_constraint o join pg_namespace n on n.oid = o.connamespace
        where o.contype in ('c', 'x') and {OURS}""",
    "partial index": f"""
        select pg_get_indexdef(o.oid)
        from pg_class o join pg_namespace n on n.oid = o.relnamespace join pg_index i on i.indexrelid = o.oid
        where (i.indpred is not null or i.indexprs is not null) and {OURS}""",
    "trigger": f"""
        select t.tgenabled::text, pg_get_triggerdef(t.oid)
        from pg_trigger t join pg_class o on o.oid = t.tgrelid join pg_namespace n on n.oid = o.relnamespace
        where not t.tgisinternal and {OURS}""",
    "function": f"""
        select o.oid::regprocedure::text, o.proowner::regrole::text,
            case when o.prosecdef then 'definer' else 'invoker' end, o.provolatile::text,
            coalesce(array_to_string(o.proconfig, ' '), '-'),
            coalesce((select string_agg(a::text, ' ' order by a::text) from unnest(o.proacl) a), '-'),
            md5(coalesce(o.prosrc, '') || coalesce(pg_get_function_sqlbody(o.oid), ''))
        from pg_proc o join pg_namespace n on n.oid = o.pronamespace where {OURS}""",
}


def picture() -> list[str]:
    """Migrate an empty database, compare it with the models, and write out its guards, one a line."""
    home = Path(tempfile.mkdtemp(prefix="hsw-"))
    confinement().own(home)
    server = start_postgres(
        home / "pg", home / "run", secrets=Secrets.random(), log=home / "pg.log", fast=True
    )
    try:
        prepare(server)
        owner = server.url(OWNER_ROLE)
        migrate.upgrade(owner)
        migrate.check(owner)
        with server.connect(DATABASE) as connection:
            lines = [
                " | ".join((title, *(" ".join(str(value).split()) for value in row)))
                for title, question in QUESTIONS.items()
                for row in connection.execute(question.encode())
            ]
        return sorted(f"{line}\n" for line in lines)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """Do what the one argument says; gives the exit code."""
    if arguments not in (["check"], ["write"]):
        print("Say: python tools/schema.py check, or write.")
        return 2
    now = picture()
    if arguments == ["write"]:
        PICTURE.write_text("".join(now), encoding="utf-8")
        return 0
    before = PICTURE.read_text(encoding="utf-8").splitlines(keepends=True)
    changes = list(difflib.unified_diff(before, now, "tools/schema.txt", "the migrated database", n=0))
    if changes:
        print("".join(changes), "\nIf these changes are wanted: python tools/schema.py write", sep="")
        return 1
    print(
        f"The migrated database has the {len(now)} guards of tools/schema.txt and the tables of the models."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
