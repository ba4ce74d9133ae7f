"""The SQL and the units for a deployment of one's own do what `make run` does."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from web.embedded.confine import confinement
from web.embedded.engines import APP_ROLE, OWNER_ROLE
from web.embedded.installation import Installation
from web.embedded.parts import product_commands
from worksorders.store import migrate

ROOT = Path(__file__).parents[3]
# What backs up is no part of the running product: tests/web/running/test_deploy.py looks at its unit.
UNITS = [path for path in sorted((ROOT / "deploy/systemd").glob("*.service")) if "backup" not in path.stem]


def deploy(postgres, database):
    secrets = postgres.secrets
    passwords = [f"owner_password={secrets.works_owner}", f"app_password={secrets.works_app}"]
    values = [f"-v{value}" for value in (f"database={database}", *passwords)]
    subprocess.run(
        [confinement().programs / "psql", "-X", "-q", *values, "-f", ROOT / "deploy/roles.sql"],
        env={
            "PGHOST": str(postgres.run_dir),
            "PGUSER": "postgres",
            "PGPASSWORD": secrets.postgres,
            "PATH": os.environ["PATH"],
        },
        check=True,
        capture_output=True,
    )


def doors(postgres, database):
    """What decides who may enter and what the server calls equal."""
    with postgres.connect(database) as connection:
        settings = connection.execute(
            "select datacl::text, datlocprovider, datlocale, pg_encoding_to_char(encoding), datdba::regrole::text"
            " from pg_database where datname = current_database()"
        ).fetchone()
        schema = connection.execute(
            "select nspacl::text from pg_namespace where nspname = 'public'"
        ).fetchone()
        extensions = connection.execute("select extname from pg_extension order by 1").fetchall()
    return settings, schema, extensions


def test_the_roles_script_can_be_run_twice_and_makes_what_make_run_makes(postgres, template):
    deploy(postgres, "works_deployed")
    deploy(postgres, "works_deployed")
    migrate.upgrade(postgres.url(OWNER_ROLE, "works_deployed"))
    assert doors(postgres, "works_deployed") == doors(postgres, template)
    url = postgres.url(APP_ROLE, "works_deployed").replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from app_user").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table public.mine (id int)")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_each_unit_starts_a_module_that_make_run_starts(path):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(path)
    words = unit["Service"]["ExecStart"].split()
    module = words[words.index("-m") + 1]
    commands = product_commands(3)
    known = [commands.migrate, commands.web, commands.relay, *commands.workers.values()]
    assert module in {command[command.index("-m") + 1] for command in known}
    assert "migrate" in path.stem or unit["Service"]["EnvironmentFile"] == "/etc/works/app.env"


def test_there_are_units_for_web_workers_relay_and_migration():
    assert [path.stem for path in UNITS] == ["works-migrate", "works-relay", "works-web", "works-worker@"]


def test_a_migration_without_an_address_is_one_plain_line(tmp_path):
    environment = Installation.open(tmp_path, {"PATH": os.environ["PATH"]}).environment()
    done = subprocess.run(
        [sys.executable, "-m", "web.embedded.migrate"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("MIGRATION_URL is not set")
    assert len(done.stderr.splitlines()) == 1


def embedded(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "web.embedded", "--folder", folder, *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_dump_restored_elsewhere_brings_rows_and_doors_back(tmp_path):
    first, second, dump = tmp_path / "one", tmp_path / "two", str(tmp_path / "works.dump")
    rows = (
        "create table kept (name text); grant select on kept to works_app; insert into kept values ('Ōtaki')"
    )
    assert embedded(first, "alone", "--role", OWNER_ROLE, "--", "psql", "-c", rows).returncode == 0
    assert embedded(first, "alone", "--role", "postgres", "--", "pg_dump", "-Fc", "-f", dump).returncode == 0
    restore = ("pg_restore", "--clean", "--if-exists", "--create", "-d", "postgres", dump)
    done = embedded(second, "alone", "--role", "postgres", "--", *restore)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    read = embedded(second, "alone", "--", "psql", "-At", "-c", "select name from kept")
    assert read.stdout == "Ōtaki\n"
    refused = embedded(second, "alone", "--", "psql", "-c", "create temporary table mine (id int)")
    assert refused.returncode != 0
