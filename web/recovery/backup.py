"""Makes a backup: one snapshot for dump and manifest alike, whole in its folder or not there at all."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import psycopg

from web.recovery import manifest as manifests
from web.recovery.contents import read_contents
from web.recovery.manifest import Manifest
from web.recovery.target import RecoveryError, Target, private_file
from worksorders.gateways.cipher import Cipher


def backup(target: Target, cipher: Cipher, folder: Path, now: datetime) -> tuple[Path, Manifest]:
    """Write `folder/works-<instant>/` with dump, manifest and its keyed hash; no key is in it.

    Raises RecoveryError where the role would leave rows out, a key in use is missing, or PostgreSQL fails.
    """
    place = folder / f"works-{now:%Y%m%dT%H%M%SZ}"
    part = place.with_name(f"{place.name}.part")
    if place.exists() or part.exists():
        raise RecoveryError(f"{place} is there already: wait a second, or remove it.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part.mkdir(mode=0o700)
    try:
        made = _write(target, cipher, part, now)
        part.rename(place)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return place, made


def _write(target: Target, cipher: Cipher, part: Path, now: datetime) -> Manifest:
    dump = part / manifests.DUMP
    with target.connect(autocommit=False) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        _must_see_all(connection)
        contents = read_contents(connection)
        _must_hold(cipher, contents.key_versions)
        snapshot = connection.execute("select pg_export_snapshot()").fetchone()
        if snapshot is None:
            raise RecoveryError("PostgreSQL gave no snapshot.")
        old = os.umask(0o077)
        try:
            target.run(
                [
                    "pg_dump",
                    "--format=custom",
                    f"--snapshot={snapshot[0]}",
                    "--no-unlogged-table-data",
                    f"--file={dump}",
                ]
            )
        finally:
            os.umask(old)
        made = manifests.make(now, connection.info.server_version, contents, cipher, dump)
    private_file(part / manifests.MANIFEST, made.text().encode())
    private_file(part / manifests.MAC, f"{manifests.seal(made.text(), cipher)}\n".encode())
    return made


def _must_see_all(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "select rolsuper or rolbypassrls, rolname from pg_roles where rolname = current_user"
    ).fetchone()
    if not found or not found[0]:
        raise RecoveryError(
            f"The role {found[1] if found else '?'} is bound by row security and would leave rows out: back up as a "
            "role with BYPASSRLS (deploy/backup-role.sql makes works_backup) or as superuser."
        )


def _must_hold(cipher: Cipher, versions: list[int]) -> None:
    lacking = [str(version) for version in versions if version not in cipher.masters]
    if lacking:
        raise RecoveryError(
            f"The key file lacks master key {', '.join(lacking)}, under which cases stand: a backup without it could "
            "never be read. Name the right file in VAULT_KEY_FILE."
        )
