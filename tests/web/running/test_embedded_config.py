"""Settings come from the environment alone, and a bad one is named before anything starts."""

import base64
from pathlib import Path

import pytest

from web.config import ConfigError, load, migration_url

GOOD = {
    "DATABASE_URL": "postgresql://works_app:pw@db.example/works",
    "REDIS_URL": "redis://cache.example/0",
    "SECRET_KEY": "k" * 32,
}


@pytest.fixture
def good(vault_key_file):
    return GOOD | {"VAULT_KEY_FILE": str(vault_key_file)}


def test_good_settings_are_read(good):
    settings = load(good | {"PORT": "8123"})
    assert settings.database_url == "postgresql+psycopg://works_app:pw@db.example/works"
    assert settings.public_url == "http://localhost:8123"
    assert not settings.secure


def test_a_key_file_with_a_newer_key_is_one_to_start_with(good, tmp_path):
    first = Path(good["VAULT_KEY_FILE"]).read_text().strip()
    path = tmp_path / "vault.key"
    path.write_text(f"{first}\n{base64.b64encode(bytes(32)).decode()}\n")
    path.chmod(0o600)
    assert load(good | {"VAULT_KEY_FILE": str(path)}).vault_key_file == path
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="read by everybody"):
        load(good | {"VAULT_KEY_FILE": str(path)})


def test_https_is_secure(good):
    assert load(good | {"PUBLIC_URL": "https://works.example.org.nz/"}).secure


def test_all_faults_are_told_at_once():
    with pytest.raises(ConfigError) as caught:
        load({"PORT": "eighty", "REDIS_URL": "http://cache.example"})
    told = str(caught.value)
    assert len(told.splitlines()) == 5
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "VAULT_KEY_FILE", "PORT is 'eighty'"):
        assert name in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///works.db"),
        ("SECRET_KEY", "short"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "²"),
        ("PROXIES", "-1"),
        ("PUBLIC_URL", "works.example.org.nz"),
        ("VAULT_KEY_FILE", "/nowhere/vault.key"),
    ],
)
def test_a_bad_setting_is_named(good, name, value):
    with pytest.raises(ConfigError, match=name):
        load(good | {name: value})


def test_the_owner_of_the_database_never_reaches_the_web(good):
    with pytest.raises(ConfigError, match="MIGRATION_URL"):
        load(good | {"MIGRATION_URL": "postgresql://works_owner:pw@db.example/works"})


def test_a_migration_needs_the_owner():
    with pytest.raises(ConfigError, match="MIGRATION_URL is not set"):
        migration_url(GOOD)


@pytest.mark.parametrize(
    ("text", "told"),
    [("short", "base64"), ("c2hvcnQ=", "5 bytes; a key has 32"), ("\xff", "not text|base64")],
)
def test_a_damaged_vault_key_is_told(good, tmp_path, text, told):
    path = tmp_path / "vault.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=told):
        load(good | {"VAULT_KEY_FILE": str(path)})


def test_a_vault_key_open_to_everybody_is_refused(good, vault_key_file, tmp_path):
    path = tmp_path / "vault.key"
    path.write_text(vault_key_file.read_text())
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load(good | {"VAULT_KEY_FILE": str(path)})


def test_settings_do_not_show_secrets(good):
    shown = repr(load(good))
    assert "pw" not in shown
    assert GOOD["SECRET_KEY"] not in shown
