"""Sends due outbox rows to RQ, again and again until each is done: `python -m web.relay`.

Valkey may be wiped at any moment: what was lost there comes due again here. The same process is the sweeper that
raises the alarm about rows that wait too long, and the sealer of the audit trail.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from datetime import UTC, date, datetime

import redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.exc import OperationalError

from web.services import Services, heads_from, services_from
from web.watch.state import BEAT
from worksorders.domain.local_time import local_day
from worksorders.gateways.heads import HeadFile
from worksorders.steps import outbox
from worksorders.steps.finance import nightly as finance
from worksorders.steps.forget import nightly as retention
from worksorders.steps.sealing.seal import head, seal_waiting

log = logging.getLogger("relay")
PAUSE_SECONDS = 0.3
SWEEP_SECONDS = 5.0
SEAL_SECONDS = 2.0
PUBLISH_SECONDS = 30.0
MARK = "relay:seen"
BEAT_LASTS_SECONDS = 3600
JOB_TIMEOUT_SECONDS = 3600


def send_due(services: Services, connection: redis.Redis) -> int:
    """Send every due row once; the attempt is counted and committed before the job exists.

    Without Valkey nothing is taken, so that no row is put off for nothing. An empty Valkey has lost what was sent
    before: a mark that is gone tells, and what had been put off is sent at once.
    """
    if not connection.exists(MARK):
        with services.sessions.begin() as session:
            lost = outbox.hasten(session)
        connection.set(MARK, "1")
        if lost:
            log.warning("an empty Valkey: %d rows are sent again", lost)
    with services.sessions.begin() as session:
        deliveries = outbox.take_due(session)
    for delivery in deliveries:
        Queue(delivery.queue, connection=connection, serializer=JSONSerializer).enqueue_call(
            "web.jobs.perform",
            args=(str(delivery.id), delivery.attempt, delivery.queue),
            job_id=f"{delivery.id}_{delivery.attempt}",
            description="outbox row",
            timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=0,
            failure_ttl=600,
        )
    return len(deliveries)


def sweep(services: Services) -> int:
    """Log how many rows are overdue, by kind and never by content."""
    with services.sessions() as session:
        late = outbox.overdue(session)
        for kind in sorted({row.kind for row in late}):
            waiting = [row for row in late if row.kind == kind]
            log.warning(
                "ALARM %d overdue: %s, tries up to %d", len(waiting), kind, max(r.attempts for r in waiting)
            )
    return len(late)


class Nightly:
    """Asks once a day of New Zealand for what finance looks at every night, and for what may not be kept."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._asked: date | None = None

    def work(self, today: date) -> None:
        """Ask, unless it was asked for today; another relay asking too changes nothing."""
        if self._asked != today:
            with self._services.sessions.begin() as session:
                finance.ask_for_night(session, today)
                retention.ask_for_night(session, today)
            self._asked = today


class Sealer:
    """Links new events of the trail every few seconds and publishes the head outside the database, if told where."""

    def __init__(self, services: Services, heads: HeadFile | None) -> None:
        self._services = services
        self._heads = heads
        self._published = 0
        self._publish_at = 0.0

    def work(self) -> int:
        """Seal what waits; the head is published at most every PUBLISH_SECONDS and only when it is new.

        Where it cannot be written (a full disk) that is alarmed and tried again: sending goes on.
        """
        with self._services.sessions.begin() as session:
            sealed = seal_waiting(session)
        if self._heads and time.monotonic() >= self._publish_at:
            self._publish_at = time.monotonic() + PUBLISH_SECONDS
            try:
                self.publish(self._heads)
            except OSError as error:
                log.warning("ALARM the head of the trail is not published: %s", type(error).__name__)
        return sealed

    def publish(self, heads: HeadFile) -> None:
        """Append the newest head to the file, unless it is there."""
        with self._services.sessions() as session:
            newest = head(session, datetime.now(UTC))
        if newest and newest.number != self._published:
            heads.publish(newest)
            self._published = newest.number


def run(services: Services, connection: redis.Redis, stop: threading.Event) -> None:
    """Relay until told to stop; a lost engine is waited for."""
    swept = sealed = time.monotonic()
    sealer = Sealer(services, heads_from(os.environ))
    nightly = Nightly(services)
    while not stop.is_set():
        sent = 0
        try:
            nightly.work(local_day(datetime.now(UTC)))
            sent = send_due(services, connection)
            connection.set(BEAT, time.time(), ex=BEAT_LASTS_SECONDS)
            if time.monotonic() - swept > SWEEP_SECONDS:
                swept = time.monotonic()
                sweep(services)
            if time.monotonic() - sealed > SEAL_SECONDS:
                sealed = time.monotonic()
                sealer.work()
        except (OperationalError, redis.RedisError) as error:
            log.warning("waiting for an engine: %s", type(error).__name__)
            stop.wait(1)
        if not sent:
            stop.wait(PAUSE_SECONDS)


def main() -> None:
    """Relay with the engines named in the environment."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s relay %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(services_from(), redis.Redis.from_url(os.environ["REDIS_URL"]), stop)


if __name__ == "__main__":
    main()
