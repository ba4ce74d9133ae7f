"""Command line of backups: `python -m web.recovery backup|check|restore|keys|open-keys`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from web.recovery import keys, manifest
from web.recovery.backup import backup
from web.recovery.restore import restore
from web.recovery.target import RecoveryError, target_from
from worksorders.gateways.cipher import Cipher, SealError, load_cipher


def main(arguments: list[str]) -> int:
    """Do what is asked, and turn a known fault into one plain line."""
    given = _parser().parse_args(arguments)
    began = time.monotonic()
    try:
        lines = _do(given)
    except (RecoveryError, SealError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(lines))
    print(f"Took {time.monotonic() - began:.1f} s.")
    return 0


def _do(given: argparse.Namespace) -> list[str]:
    now = datetime.now(UTC)
    if given.command == "backup":
        place, made = backup(target_from(os.environ), _cipher(), given.to, now)
        return [
            (
                f"{place}: {made.bytes:,} bytes, {sum(made.contents.rows.values()):,} rows, schema {made.contents.revision}, "
                f"audit trail up to link {made.contents.head_number}."
            ),
            "It needs, kept elsewhere: "
            + ", ".join(f"master key {version} ({name})" for version, name in made.fingerprints.items()),
        ]
    if given.command == "check":
        made = manifest.read(given.folder, _cipher())
        return [f"Whole and unchanged since {made.made_at}; schema {made.contents.revision}."]
    if given.command == "restore":
        cipher = None if given.without_keys else _cipher()
        made, still = restore(target_from(os.environ), cipher, given.folder, now, aside=given.aside)
        return [f"Restored what was backed up at {made.made_at}: every row, guard and link is there.", *still]
    passphrase = given.passphrase_file.read_text("utf-8").strip()
    if given.command == "keys":
        files = {"vault.key": _key_path().read_bytes()}
        if given.secrets:
            files["secrets"] = given.secrets.read_bytes()
        keys.save(files, passphrase, given.to)
        return [
            f"{given.to} holds {' and '.join(files)}. Keep it apart from the dumps, and the passphrase from both."
        ]
    given.to.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [f"{given.to} holds {' and '.join(keys.give_back(given.file, passphrase, given.to))}."]


def _key_path() -> Path:
    named = os.environ.get("VAULT_KEY_FILE", "")
    if not named:
        raise RecoveryError("VAULT_KEY_FILE is not set: it names the key file of the vault.")
    return Path(named)


def _cipher() -> Cipher:
    return load_cipher(_key_path())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m web.recovery", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("backup", help="dump the database with a manifest; no key is in it")
    one.add_argument("--to", type=Path, required=True, help="folder in which the backup gets one of its own")
    one = commands.add_parser("check", help="see that a backup is whole and unchanged")
    one.add_argument("folder", type=Path)
    one = commands.add_parser("restore", help="put a backup into an empty database and prove it")
    one.add_argument("folder", type=Path)
    one.add_argument(
        "--aside", action="store_true", help="keep the database that is there under another name"
    )
    one.add_argument("--without-keys", action="store_true", help="go on without the vault's keys")
    one = commands.add_parser("keys", help="copy the keys to a file under a passphrase")
    one.add_argument("--to", type=Path, required=True)
    one.add_argument("--secrets", type=Path, help="the file instance/secrets, to go along")
    one.add_argument("--passphrase-file", type=Path, required=True)
    one = commands.add_parser("open-keys", help="give the keys back")
    one.add_argument("file", type=Path)
    one.add_argument("--to", type=Path, required=True, help="an empty folder")
    one.add_argument("--passphrase-file", type=Path, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
