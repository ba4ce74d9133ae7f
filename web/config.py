"""Read every setting from the environment once, at the start, and refuse a bad one in plain words."""

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from web.forms.post import post_from
from worksorders.gateways.addresses.geocode import geocoder_from
from worksorders.gateways.cipher import SealError, load_cipher
from worksorders.gateways.retention import check_rules

SHORTEST_SECRET = 32
DEFAULT_PORT = 8000
REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
POSTGRES_SCHEMES = frozenset({"postgresql", "postgresql+psycopg"})


class ConfigError(Exception):
    """The environment is not fit to start with; the message lists every fault, one a line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the web process and the workers need to know about their surroundings."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    vault_key_file: Path
    port: int = DEFAULT_PORT
    public_url: str = f"http://localhost:{DEFAULT_PORT}"
    proxies: int = 0
    metrics_token: str = field(default="", repr=False)

    @property
    def secure(self) -> bool:
        """Whether users come by https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")


def load(environment: Mapping[str, str]) -> Settings:
    """Build the settings of a web or worker process; raise ConfigError with all faults at once."""
    faults: list[str] = []
    port_number = _whole(environment, "PORT", DEFAULT_PORT, range(1, 65536), faults)
    settings = Settings(
        database_url=_database(environment, "DATABASE_URL", faults),
        redis_url=_redis(environment, faults),
        secret_key=_secret(environment, faults),
        vault_key_file=_vault_key_file(environment, faults),
        port=port_number,
        public_url=_public_url(environment, port_number, faults),
        proxies=_whole(environment, "PROXIES", 0, range(10), faults),
        metrics_token=_metrics_token(environment, faults),
    )
    post_from(environment, faults)
    geocoder_from(environment, faults)
    check_rules(environment, faults)
    if environment.get("MIGRATION_URL"):
        faults.append(
            "MIGRATION_URL is set: it belongs to migrations alone, remove it from web and worker processes."
        )
    _raise(faults)
    return settings


def port(environment: Mapping[str, str]) -> int:
    """Port to serve on; raises ConfigError."""
    faults: list[str] = []
    found = _whole(environment, "PORT", DEFAULT_PORT, range(1, 65536), faults)
    _raise(faults)
    return found


def migration_url(environment: Mapping[str, str]) -> str:
    """Database address of the owner role, for migration commands alone; raises ConfigError."""
    faults: list[str] = []
    url = _database(environment, "MIGRATION_URL", faults)
    _raise(faults)
    return url


def check_vault_key(path: Path) -> None:
    """Raise ConfigError naming the key file where it cannot be read, is open to everybody, or holds a broken key.

    It may hold several, one a line, once a master key was added.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        load_cipher(path)
    except (OSError, SealError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"VAULT_KEY_FILE {path} cannot be read: {why}") from error
    except ValueError as error:
        raise ConfigError(f"VAULT_KEY_FILE {path} is not text: it must hold keys in base64.") from error
    if mode & stat.S_IRWXO:
        raise ConfigError(f"VAULT_KEY_FILE {path} can be read by everybody (mode {mode:o}): chmod 600 it.")


def _raise(faults: list[str]) -> None:
    if faults:
        raise ConfigError("\n".join(faults))


def _database(environment: Mapping[str, str], name: str, faults: list[str]) -> str:
    """A PostgreSQL address, with our driver named in it."""
    given = environment.get(name, "")
    scheme, separator, rest = given.partition("://")
    if not given:
        faults.append(f"{name} is not set: 'make run' sets it, docs/operations.md tells how otherwise.")
    elif not separator or scheme not in POSTGRES_SCHEMES:
        faults.append(
            f"{name} starts with '{scheme}': it must be postgresql://user:password@host/name, no other database."
        )
    return f"postgresql+psycopg://{rest}"


def _redis(environment: Mapping[str, str], faults: list[str]) -> str:
    given = environment.get("REDIS_URL", "")
    if not given:
        faults.append("REDIS_URL is not set: 'make run' sets it, docs/operations.md tells how otherwise.")
    elif urlsplit(given).scheme not in REDIS_SCHEMES:
        faults.append("REDIS_URL must start with redis://, rediss:// or unix://.")
    return given


def _secret(environment: Mapping[str, str], faults: list[str]) -> str:
    given = environment.get("SECRET_KEY", "")
    if len(given) < SHORTEST_SECRET:
        faults.append(
            f"SECRET_KEY has {len(given)} characters, {SHORTEST_SECRET} at the least: draw one with 'openssl rand -hex 32'."
        )
    return given


def _metrics_token(environment: Mapping[str, str], faults: list[str]) -> str:
    given = environment.get("METRICS_TOKEN", "")
    if given and len(given) < SHORTEST_SECRET:
        faults.append(
            f"METRICS_TOKEN has {len(given)} characters, {SHORTEST_SECRET} at the least: draw one with 'openssl rand -hex 32', or unset it."
        )
    return given


def _vault_key_file(environment: Mapping[str, str], faults: list[str]) -> Path:
    path = Path(environment.get("VAULT_KEY_FILE", ""))
    if not environment.get("VAULT_KEY_FILE"):
        faults.append("VAULT_KEY_FILE is not set: it names a file with 32 random bytes in base64.")
        return path
    try:
        check_vault_key(path)
    except ConfigError as error:
        faults.append(str(error))
    return path


def _whole(environment: Mapping[str, str], name: str, default: int, allowed: range, faults: list[str]) -> int:
    given = environment.get(name) or str(default)
    if given.isascii() and given.isdecimal() and int(given) in allowed:
        return int(given)
    faults.append(f"{name} is '{given}': it must be a whole number from {allowed[0]} to {allowed[-1]}.")
    return default


def _public_url(environment: Mapping[str, str], port: int, faults: list[str]) -> str:
    given = environment.get("PUBLIC_URL") or f"http://localhost:{port}"
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        faults.append(
            f"PUBLIC_URL is '{given}': it must be like https://works.example.org.nz, without a path."
        )
    return given.rstrip("/")
