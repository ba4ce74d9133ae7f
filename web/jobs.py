"""Runs one delivery of an outbox row inside an RQ worker: prepare, then effect and `done_at` in one transaction."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from sqlalchemy.orm import configure_mappers

import worksorders.steps
from web.services import Services, services_from
from worksorders.steps import outbox
from worksorders.steps.jobs import Job, handler_of

log = logging.getLogger(__name__)


class WorkFailedError(Exception):
    """Work failed; the text names the class of the cause and where it rose, never what it said."""


def perform(message_id: str, attempt: int, queue: str) -> None:
    """The one function that RQ calls; its arguments are an id, a number and a queue's name.

    RQ logs what a job raises and keeps it in Valkey, so an error's own words end here.
    """
    try:
        deliver(_services(), outbox.Delivery(uuid.UUID(message_id), attempt, queue))
    except Exception as error:  # noqa: BLE001 -- whatever it is, its words may hold someone's address.
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
        failed = f"{type(error).__name__}: {places}"
    else:
        return
    raise WorkFailedError(failed)


def deliver(services: Services, delivery: outbox.Delivery) -> bool:
    """Do the work of a row; False when it was done already, is early, or a newer attempt has taken over."""
    load_handlers()
    with services.sessions.begin() as session:
        message = outbox.still_mine(session, delivery)
        if message is None or outbox.put_off_early(message, _now()):
            return False
        outbox.begin(message)
        kind, payload = message.kind, dict(message.payload)
    job = Job(
        message_id=delivery.id,
        attempt=delivery.attempt,
        payload=payload,
        sessions=services.sessions,
        cipher=services.cipher,
        now=_now,
        keep=_keeper(services, delivery),
        post=services.post,
    )
    try:
        effect = handler_of(kind)(job)
        with services.sessions.begin() as session:
            message = outbox.still_mine(session, delivery)
            if message is None:
                return False
            effect(session, _now())
            outbox.finish(message)
    except Exception as error:
        with services.sessions.begin() as session:
            outbox.note_error(session, delivery, type(error).__name__)
        raise
    return True


def prepare() -> None:
    """Do once, before a worker forks, what each job would else do for itself; no connection is made."""
    load_handlers()
    configure_mappers()
    _services()


@cache
def load_handlers() -> None:
    """Import every step once, so that all handlers are registered."""
    for module in pkgutil.walk_packages(worksorders.steps.__path__, "worksorders.steps."):
        importlib.import_module(module.name)


@cache
def _services() -> Services:
    return services_from()


def _now() -> datetime:
    return datetime.now(UTC)


def _keeper(services: Services, delivery: outbox.Delivery) -> Callable[[], bool]:
    def keep() -> bool:
        with services.sessions.begin() as session:
            return outbox.keep(session, delivery)

    return keep
