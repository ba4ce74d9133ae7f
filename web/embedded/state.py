"""Ask a database what state it is in: which schema it has, and whether anybody uses it yet."""

from pathlib import Path

import psycopg

import worksorders
from web.embedded.confine import EngineError

MIGRATIONS = Path(worksorders.__file__).parent / "store" / "migrations" / "versions"
# What it asks is no one person's business, and row security shows nothing to who does not say so.
AS_HOUSE = "-c works.scope=house"


def newest_revision() -> str:
    """Revision of the newest migration: their files begin with it and count upwards."""
    return max(path.name for path in MIGRATIONS.glob("[0-9]*.py")).partition("_")[0]


def schema_revision(database_url: str) -> str | None:
    """Revision that a database was migrated to; None where it never was."""
    try:
        return str(_one(database_url, "select version_num from alembic_version"))
    except psycopg.errors.UndefinedTable:
        return None


def has_users(database_url: str) -> bool:
    """Whether anybody can sign in yet: a database without users is an empty one."""
    return bool(_one(database_url, "select exists (select from app_user)"))


def _one(database_url: str, question: str) -> object:
    """The single value that a question has; raises EngineError where the database cannot be asked."""
    try:
        with psycopg.connect(database_url.replace("+psycopg", "", 1), options=AS_HOUSE) as connection:
            row = connection.execute(question.encode()).fetchone()
    except psycopg.OperationalError as error:
        msg = f"The database does not answer: {str(error).strip().splitlines()[0]}"
        raise EngineError(msg) from error
    return row[0] if row else None
