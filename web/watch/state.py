"""Asks each part of the service how it is, at most once a second, and keeps the answers apart from their reasons."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import cast

import redis

from web.services import Services
from worksorders.steps.master_keys.backup import missing
from worksorders.steps.outbox import QUEUES
from worksorders.steps.watch.readings import Readings, in_tens, read
from worksorders.store.migrate import revisions

BEAT = "relay:beat"
RELAY_SECONDS = 15.0
SEALER_SECONDS = 60.0
KEEP_SECONDS = 1.0
PATIENCE_SECONDS = 1.0


@dataclass(frozen=True)
class State:
    """What each check said (True: well), and the figures as far as they could be read."""

    checks: dict[str, bool]
    database_seconds: float | None = None
    readings: Readings | None = None
    relay_seconds: float | None = None
    queued: dict[str, int] = field(default_factory=dict)

    @property
    def failing(self) -> list[str]:
        """The names of the parts that are not well."""
        return [name for name, well in self.checks.items() if not well]


@dataclass
class Watch:
    """Asks and remembers for a second, so that nobody can load the service by asking."""

    services: Services
    redis_url: str
    clock: Callable[[], datetime]
    real_use: bool = False
    _newest: str = ""
    _state: State | None = None
    _asked: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def look(self) -> State:
        """The state of now, or of up to a second ago."""
        with self._lock:
            if self._state is None or time.monotonic() - self._asked > KEEP_SECONDS:
                self._state = self._ask()
                self._asked = time.monotonic()
            return self._state

    def _ask(self) -> State:
        checks = dict.fromkeys(("database", "schema", "sealer", "valkey", "relay", "keys"), False)
        seconds, readings = self._database(checks)
        relay, queued = self._valkey(checks)
        return State(checks, seconds, readings, relay, queued)

    def _database(self, checks: dict[str, bool]) -> tuple[float | None, Readings | None]:
        began = time.perf_counter()
        try:
            with self.services.sessions() as session:
                readings = read(session, self.clock())
                seconds = time.perf_counter() - began
                checks["keys"] = not (self.real_use and missing(session, self.services.cipher))
        except Exception:  # noqa: BLE001 -- whatever the engine raises, the answer is "not well".
            return None, None
        self._newest = self._newest or revisions()[-1]
        checks["database"] = True
        checks["schema"] = readings.schema == self._newest
        checks["sealer"] = readings.unsealed_seconds <= SEALER_SECONDS
        return seconds, readings

    def _valkey(self, checks: dict[str, bool]) -> tuple[float | None, dict[str, int]]:
        try:
            with redis.Redis.from_url(
                self.redis_url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
            ) as client:
                beat = cast("bytes | None", client.get(BEAT))
                queued = {name: in_tens(cast("int", client.llen(f"rq:queue:{name}"))) for name in QUEUES}
        except (redis.RedisError, ValueError):
            return None, {}
        checks["valkey"] = True
        if beat is None:
            return None, queued
        seconds = max(0.0, self.clock().timestamp() - float(beat))
        checks["relay"] = seconds <= RELAY_SECONDS
        return seconds, queued
