"""What is under deploy/ fits the product: every setting exists, every command is a real one, every unit is confined."""

from __future__ import annotations

import configparser
import importlib.util
import re
import subprocess
from pathlib import Path

import psycopg
import pytest
import yaml

from tests.web.running.test_recovery import target_of
from web.embedded.confine import confinement
from web.recovery.contents import read_contents

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
READ = re.compile(
    r"""environ(?:ment)?(?:\.get)?[\[(]\s*"([A-Z][A-Z_]+)\"|_SETTING = "([A-Z_]+)"|_(?:database|whole)\(environment, "([A-Z_]+)\""""
)
CONFINED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallFilter": "@system-service",
    "CapabilityBoundingSet": "",
}


def settings_read():
    """Every name that the product takes from the environment."""
    found = set()
    for folder in ("web", "worksorders"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= {name for pair in READ.findall(path.read_text("utf-8")) for name in pair if name}
    return found


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def test_the_compose_file_has_every_part_of_the_product_and_nothing_open_but_the_proxy():
    services = compose()["services"]
    assert set(services) == {
        "postgres", "valkey", "migrate", "web", "relay", "worker-planning", "worker-default", "proxy",
    }  # fmt: skip
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert compose()["networks"]["inside"]["internal"] is True
    for name in ("web", "relay", "worker-planning", "worker-default"):
        assert services[name]["env_file"] == "app.env"
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert services["migrate"]["env_file"] == "migrate.env"
    assert services["migrate"]["secrets"] == []


def test_each_part_runs_a_module_that_is_there_with_a_queue_that_is_there():
    for name, service in compose()["services"].items():
        command = service.get("command", [])
        if command[:2] == ["python", "-m"]:
            assert importlib.util.find_spec(command[2]), name
    workers = {
        service["command"][3] for name, service in compose()["services"].items() if name.startswith("worker")
    }
    assert workers == {"planning", "default"}


def test_every_setting_of_the_example_is_one_that_the_product_reads_and_is_told_in_the_docs():
    lines = (DEPLOY / "app.env.example").read_text("utf-8").splitlines()
    named = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert named - settings_read() == set()
    told = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert {name for name in named if f"`{name}`" not in told} == set()
    assert "MIGRATION_URL" not in named
    values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    assert [
        name for name in ("SECRET_KEY", "METRICS_TOKEN", "MAIL_PASSWORD", "SMS_TOKEN") if values[name]
    ] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_each_unit_is_confined_and_starts_what_is_there(unit):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read_string(unit.read_text("utf-8"))
    service = parser["Service"]
    assert {key: service.get(key) for key in CONFINED} == CONFINED
    assert service["User"] != "root"
    (module,) = re.findall(r"python -m ([a-z.]+)", service["ExecStart"])
    assert importlib.util.find_spec(module)


def test_the_proxies_hide_figures_log_nothing_and_keep_nothing_on_disk():
    for name in ("nginx.conf", "nginx.compose.conf"):
        text = (DEPLOY / name).read_text("utf-8")
        assert text.count("{") == text.count("}")
        assert "access_log off;" in text
        assert "location = /metrics { return 404; }" in text
        assert "proxy_max_temp_file_size 0;" in text
        assert not re.search(r"access_log (?!off)", text)
        assert "TLSv1 " not in text
        # An error's line names the address asked for, and with it the secret one of a calendar.
        assert re.findall(r"error_log \S+ (\w+);", text) == ["emerg", "emerg"]
        assert text.count("server_tokens off;") == 2
        assert "error_page 404 413 502 504 @own;" in text
        assert {"Cache-Control", "Content-Security-Policy", "Referrer-Policy"} <= set(
            re.findall(r"add_header (\S+) .+ always;", text)
        )


def test_the_proxy_for_debian_uses_only_what_its_nginx_knows():
    assert not re.search(r"^\s*http2 on;", (DEPLOY / "nginx.conf").read_text("utf-8"), re.MULTILINE)


def test_an_engine_without_capabilities_is_not_begun_as_root():
    service = compose()["services"]["valkey"]
    assert (service["cap_drop"], service["user"]) == (["ALL"], "valkey")


def test_the_image_copies_no_key_and_runs_as_nobody_in_particular():
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    copied = re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE)
    assert not [name for name in copied if "instance" in name or name == "."]
    assert text.index("USER works") < text.index("EXPOSE")
    assert "--require-hashes" in text


def test_the_role_that_backs_up_reads_all_and_changes_nothing(database):
    server = database.server
    values = target_of(database).values
    command = [
        str(confinement().programs / "psql"),
        "-X",
        "-q",
        f"-vdatabase={database.name}",
        "-vbackup_password=b",
    ]
    for _ in range(2):
        subprocess.run(
            [*command, "-f", str(DEPLOY / "backup-role.sql")],
            env={
                "PGHOST": values["host"],
                "PGUSER": "postgres",
                "PGPASSWORD": server.secrets.postgres,
                "PGDATABASE": database.name,
            },
            check=True,
            capture_output=True,
        )
    given = {"host": values["host"], "user": "works_backup", "password": "b", "dbname": database.name}
    with psycopg.connect(**given, autocommit=True) as connection:
        assert read_contents(connection).revision
        assert connection.execute("select count(*) from vault.sealed").fetchone() == (0,)
        for statement in (
            "delete from case_file",
            "create table public.mine (id int)",
            "select vault.put_key(null, null, 1)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
