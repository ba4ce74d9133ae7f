"""Make the two database roles, the database and its extensions, which only a superuser can."""

from psycopg import Connection, sql

from web.embedded.engines import APP_ROLE, DATABASE, OWNER_ROLE, Postgres

EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")


def prepare(server: Postgres, database: str = DATABASE) -> None:
    """Make what is missing: roles with their passwords, the database, its extensions and its doors."""
    with server.connect() as connection:
        for role in (OWNER_ROLE, APP_ROLE):
            _ensure_role(connection, role, getattr(server.secrets, role))
        found = connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("create database {} owner {}").format(
                    sql.Identifier(database), sql.Identifier(OWNER_ROLE)
                )
            )
        close_to_others(connection, database)
    with server.connect(database) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(extension)))
        connection.execute(
            sql.SQL("revoke all on schema public from public; grant usage on schema public to {}").format(
                sql.Identifier(APP_ROLE)
            )
        )


def discard(server: Postgres, database: str = DATABASE) -> None:
    """Throw a database away, to begin anew."""
    with server.connect() as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database))
        )


def close_to_others(connection: Connection, database: str) -> None:
    """Let only the two roles in; a copy made from a template does not inherit this."""
    connection.execute(
        sql.SQL("revoke all on database {0} from public; grant connect on database {0} to {1}").format(
            sql.Identifier(database), sql.Identifier(APP_ROLE)
        )
    )


def _ensure_role(connection: Connection, role: str, password: str) -> None:
    """Make the role if missing and set its password to the one in the secrets file."""
    found = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    verb = "create" if found is None else "alter"
    connection.execute(
        sql.SQL(
            verb
            + " role {} with login nosuperuser nocreatedb nocreaterole nobypassrls noreplication password {}"
        ).format(sql.Identifier(role), sql.Literal(password))
    )
