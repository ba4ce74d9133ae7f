"""What the web process, the worker and the commands share: sessions of the database and the vault's cipher."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flask import current_app
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from web.config import ConfigError
from web.forms.post import post_from
from worksorders.gateways.addresses.geocode import Geocoder
from worksorders.gateways.cipher import Cipher, load_cipher
from worksorders.gateways.heads import HeadFile
from worksorders.gateways.messages.post import Post
from worksorders.steps.free_text.guard import CIPHER
from worksorders.steps.master_keys.backup import missing
from worksorders.store.scope import HOUSE, KEY


class KeyBackupMissingError(Exception):
    """Master keys without a recorded copy."""

    def __init__(self, versions: Sequence[int]) -> None:
        listed = ", ".join(map(str, versions))
        super().__init__(
            f"master key {listed} has no recorded copy: flask --app wsgi vault record-backup COPY"
        )


@dataclass(frozen=True)
class Services:
    """The engine as the app role, its session factory, the cipher of the vault, the gateways of messages, and the geocoder."""

    engine: Engine
    sessions: sessionmaker[Session]
    cipher: Cipher
    post: Post = field(default_factory=Post)
    geocoder: Geocoder | None = None

    def check(self) -> None:
        """Raise when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def check_for_real_use(self) -> None:
        """Raise too while a master key has no recorded copy: data whose key is lost are lost with it."""
        with self.sessions() as session:
            lacking = missing(session, self.cipher)
        if lacking:
            raise KeyBackupMissingError(lacking)


def make_services(
    database_url: str,
    vault_key_file: Path,
    *,
    pool_size: int = 5,
    post: Post | None = None,
    geocoder: Geocoder | None = None,
) -> Services:
    """Build the services; no connection is made before the first one is needed."""
    engine = create_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=5,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"application_name": "works"},
    )
    cipher = load_cipher(vault_key_file)
    return Services(
        engine,
        sessionmaker(engine, expire_on_commit=False, info={KEY: HOUSE, CIPHER: cipher}),
        cipher,
        post or Post(),
        geocoder,
    )


def services_from(environment: Mapping[str, str] = os.environ) -> Services:
    """The services of a process started by the supervisor or an operator's unit file."""
    faults: list[str] = []
    post = post_from(environment, faults)
    if faults:
        raise ConfigError("\n".join(faults))
    return make_services(environment["DATABASE_URL"], Path(environment["VAULT_KEY_FILE"]), post=post)


def heads_from(environment: Mapping[str, str]) -> HeadFile | None:
    """Where heads of the audit chain are published, by `AUDIT_HEADS`; None where the operator named no file."""
    named = environment.get("AUDIT_HEADS", "").strip()
    return HeadFile(Path(named)) if named else None


def services() -> Services:
    """The services of the application that answers the present request."""
    found: Services = current_app.extensions["services"]
    return found
