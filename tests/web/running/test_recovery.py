"""A backup is restored into an empty database whole, with its guards, and opens with its keys and no others."""

from __future__ import annotations

import base64
import contextlib
import errno
import json
import os
import uuid
from dataclasses import replace
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import sql

from tests import factories
from web.embedded.engines import OWNER_ROLE
from web.recovery import __main__ as command
from web.recovery import keys, manifest
from web.recovery.backup import backup
from web.recovery.restore import restore
from web.recovery.target import RecoveryError, Target, private_file, target_from
from web.services import make_services
from worksorders.gateways.cipher import SealError, cipher_from_text, load_cipher
from worksorders.steps import audit, disclose
from worksorders.steps.sealing.seal import seal_waiting
from worksorders.steps.sealing.verify import verify
from worksorders.store import migrate

NAME = "Kahurangi Canary"


def target_of(database, role="postgres", name=None):
    server = database.server
    return Target(
        {
            "host": str(server.run_dir),
            "user": role,
            "password": getattr(server.secrets, role),
            "dbname": name or database.name,
        }
    )


@pytest.fixture(scope="module")
def world(new_database, tmp_path_factory):
    """A database with a sealed case and a sealed trail, its key file, and one backup of it."""
    folder = tmp_path_factory.mktemp("recovery")
    key_file = folder / "vault.key"
    key_file.write_bytes(base64.b64encode(os.urandom(32)) + b"\n")
    with new_database() as database, contextlib.ExitStack() as closing:
        services = make_services(database.app_url, key_file)
        closing.callback(services.engine.dispose)
        with services.sessions.begin() as session:
            case = factories.make_case(session)
            disclose.open_case(session, services.cipher, case.id)
            disclose.protect(session, services.cipher, case.id, case.id, {disclose.PERSON_NAME: NAME})
            user = factories.make_user(session)
            actor = factories.actor_of(user)
            audit.record(session, actor, "case.opened", ("case_file", case.id))
        with services.sessions.begin() as session:
            assert seal_waiting(session) > 0
        place, made = backup(target_of(database), services.cipher, folder / "backups", factories.NOW)
        yield SimpleNamespace(
            database=database,
            services=services,
            case_id=case.id,
            actor=actor,
            folder=folder,
            key_file=key_file,
            place=place,
            made=made,
            cipher=services.cipher,
        )


@pytest.fixture
def empty(world):
    """The name of a database that is not there yet; dropped at the end."""
    name = f"restored_{uuid.uuid4().hex[:8]}"
    yield target_of(world.database, name=name)
    with world.database.server.connect() as connection:
        made = connection.execute("select datname from pg_database where datname like %s", [f"{name}%"])
        for (found,) in made.fetchall():
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(found)))


def opened(world, target, key_file):
    server = world.database.server
    return make_services(server.url(database=target.database), key_file)


def read_name(services, world):
    return disclose.read(
        services.sessions,
        services.cipher,
        world.actor,
        case_ids=[world.case_id],
        kinds=[disclose.PERSON_NAME],
        purpose="prove the restore",
    ).of(world.case_id, disclose.PERSON_NAME)


def test_a_restored_database_is_whole_guarded_and_opens_with_its_keys_alone(world, empty, tmp_path):
    made, still = restore(empty, world.cipher, world.place, factories.NOW)
    assert made == world.made
    assert any("audit verify" in line for line in still)
    services = opened(world, empty, world.key_file)
    try:
        with services.sessions() as session:
            verdict = verify(session, [])
        assert (verdict.broken, verdict.links) == (None, world.made.contents.head_number)
        assert read_name(services, world) == NAME
        other = tmp_path / "other.key"
        other.write_bytes(base64.b64encode(os.urandom(32)))
        with pytest.raises(SealError):
            read_name(replace(services, cipher=load_cipher(other)), world)
        with empty_app(world, empty) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select * from vault.sealed")
            assert connection.execute("select count(*) from case_file").fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("create temp table x (y int)")
        migrate.check(world.database.server.url(OWNER_ROLE, empty.database))
    finally:
        services.engine.dispose()


def empty_app(world, target):
    return target_of(world.database, "works_app", target.database).connect()


def test_no_name_and_no_key_is_in_the_backup(world):
    content = b"".join(path.read_bytes() for path in world.place.iterdir())
    assert NAME.encode() not in content
    assert world.key_file.read_bytes().strip() not in content
    assert {path.stat().st_mode & 0o777 for path in world.place.iterdir()} == {0o600}
    assert sorted(path.name for path in world.place.iterdir()) == [
        manifest.DUMP,
        manifest.MANIFEST,
        manifest.MAC,
    ]


def test_a_database_that_is_not_empty_is_refused_or_kept_aside(world, empty):
    restore(empty, world.cipher, world.place, factories.NOW)
    with pytest.raises(RecoveryError, match=r"holds \d+ tables: restore into an empty one, or say --aside"):
        restore(empty, world.cipher, world.place, factories.NOW)
    _, still = restore(empty, world.cipher, world.place, factories.NOW, aside=True)
    assert f"{empty.database}_before_" in " ".join(still)


def copy_of(world, tmp_path, **changed):
    """A copy of the backup with changed values in its manifest, sealed anew as only the key's holder could."""
    place = tmp_path / "copy"
    place.mkdir()
    for path in world.place.iterdir():
        os.link(path, place / path.name)
    found = json.loads((place / manifest.MANIFEST).read_text())
    for name, value in changed.items():
        (found["contents"] if name in found["contents"] else found)[name] = value
    text = json.dumps(found)
    (place / manifest.MANIFEST).unlink()
    (place / manifest.MAC).unlink()
    (place / manifest.MANIFEST).write_text(text)
    (place / manifest.MAC).write_text(manifest.seal(text, world.cipher))
    return place


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"format": 2}, "has format 2, this version reads 1"),
        ({"revision": "9999"}, "made by a newer version"),
        ({"server": 990001}, "is of PostgreSQL 99, this server is"),
        ({"sha256": "0" * 64}, "is not the file that was backed up"),
        ({"bytes": 5}, "is not the file that was backed up"),
        ({"fingerprints": {"1": "0" * 16}}, "does not hold master key 1"),
        ({"rows": 5}, "is damaged|must not be used"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(world, empty, tmp_path, changed, words):
    if "rows" in changed:
        changed = {"rows": {"public.case_file": 7}}
        words = "must not be used: public.case_file holds 1 rows, not 7"
    with pytest.raises(RecoveryError, match=words):
        restore(empty, world.cipher, copy_of(world, tmp_path, **changed), factories.NOW)


def test_a_tampered_manifest_or_dump_or_another_key_is_refused(world, empty, tmp_path):
    place = copy_of(world, tmp_path)
    (place / manifest.MANIFEST).write_text(
        (place / manifest.MANIFEST).read_text().replace('"public', '"pub1ic', 1)
    )
    with pytest.raises(RecoveryError, match="was changed, or the vault"):
        restore(empty, world.cipher, place, factories.NOW)
    other = cipher_from_text(base64.b64encode(os.urandom(32)).decode())
    with pytest.raises(RecoveryError, match="put the right key"):
        restore(empty, other, world.place, factories.NOW)
    whole = (world.place / manifest.DUMP).read_bytes()
    (place / manifest.DUMP).unlink()
    (place / manifest.DUMP).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(RecoveryError, match="cut or changed"):
        manifest.read(place, None)
    with pytest.raises(RecoveryError, match="holds no backup"):
        manifest.read(tmp_path, None)


def test_without_keys_it_is_said_what_stays_closed(world, empty):
    _, still = restore(empty, None, world.place, factories.NOW)
    assert any("stay closed" in line for line in still)


def test_a_role_that_row_security_binds_makes_no_backup(world, tmp_path):
    with pytest.raises(RecoveryError, match="would leave rows out"):
        backup(target_of(world.database, "works_owner"), world.cipher, tmp_path, factories.NOW)
    assert list(tmp_path.iterdir()) == []
    lost = cipher_from_text(base64.b64encode(os.urandom(32)).decode())
    lost = replace(lost, masters={2: lost.masters[1]})
    with pytest.raises(RecoveryError, match="lacks master key 1"):
        backup(target_of(world.database), lost, tmp_path, factories.NOW)


def test_keys_come_back_under_their_passphrase_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "COST", {"n": 1024, "r": 8, "p": 1})
    files = {"vault.key": b"key\n", "secrets": b"secret\n"}
    path = tmp_path / "keys.json"
    with pytest.raises(RecoveryError, match="16 at the least"):
        keys.save(files, "short", path)
    keys.save(files, "correct horse battery", path)
    assert b"key\n" not in base64.b64decode(json.loads(path.read_text())["sealed"])
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(RecoveryError, match="not the one"):
        keys.give_back(path, "correct horse batterx", tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    assert keys.give_back(path, "correct horse battery", out) == ["secrets", "vault.key"]
    assert (out / "vault.key").read_bytes() == b"key\n"
    with pytest.raises(RecoveryError, match="choose an empty folder"):
        keys.give_back(path, "correct horse battery", out)
    path.write_text("{}")
    with pytest.raises(RecoveryError, match="no key backup"):
        keys.give_back(path, "correct horse battery", out)


def test_the_command_backs_up_checks_and_tells_faults_in_a_line(world, tmp_path, monkeypatch, capsys):
    for name, value in target_of(world.database).values.items():
        monkeypatch.setenv(
            {"host": "PGHOST", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}[name],
            value,
        )
    monkeypatch.setenv("VAULT_KEY_FILE", str(world.key_file))
    assert command.main(["backup", "--to", str(tmp_path)]) == 0
    (place,) = tmp_path.iterdir()
    told = capsys.readouterr().out
    assert f"schema {migrate.revisions()[-1]}" in told
    assert command.main(["check", str(place)]) == 0
    assert command.main(["restore", str(place)]) == 1
    assert "say --aside" in capsys.readouterr().err
    monkeypatch.delenv("VAULT_KEY_FILE")
    assert command.main(["check", str(place)]) == 1
    assert "VAULT_KEY_FILE is not set" in capsys.readouterr().err


def test_the_database_is_named_by_url_or_by_libpqs_own_names():
    assert target_from({"BACKUP_URL": "postgresql+psycopg://b:p@host/works?sslmode=require"}).values == {
        "host": "host",
        "user": "b",
        "password": "p",
        "dbname": "works",
        "sslmode": "require",
    }
    with pytest.raises(RecoveryError, match="No database is named"):
        target_from({})
    assert "p@" not in repr(target_from({"BACKUP_URL": "postgresql://b:secretp@host/works"}))


def test_a_file_is_whole_on_the_disk_though_the_system_takes_it_in_pieces(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: real(descriptor, bytes(content)[:7]))
    private_file(tmp_path / "keys", b"a key that is longer than seven")
    assert (tmp_path / "keys").read_bytes() == b"a key that is longer than seven"
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        private_file(tmp_path / "keys", b"another")


def test_of_a_file_that_the_disk_had_no_room_for_nothing_is_left(tmp_path, monkeypatch):
    def full(_descriptor, _content):
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="no room"):
        private_file(tmp_path / "keys", b"a key")
    assert not (tmp_path / "keys").exists()
