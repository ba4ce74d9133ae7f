"""Brings a database to the newest schema, as its owner, one process at a time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def configuration(url: str) -> Config:
    """Alembic's settings for a database given by the owner's URL; no file outside the package is read."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every migration that is missing; `url` must be the owner's, never the app role's."""
    command.upgrade(configuration(url), revision)


def check(url: str) -> None:
    """Raise if the models and the migrated database differ in tables or columns."""
    command.check(configuration(url))


def revisions() -> tuple[str, ...]:
    """Every schema revision that this version knows, the oldest first."""
    script = ScriptDirectory.from_config(configuration(""))
    return tuple(reversed([found.revision for found in script.walk_revisions()]))
