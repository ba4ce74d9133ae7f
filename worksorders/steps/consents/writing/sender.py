"""Under whose name letters go out: a neutral one of the operator's, with an address and a phone to answer to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.people.neutral_words import betraying
from worksorders.domain.roles import Role
from worksorders.gateways.messages.post import COVER_NAME
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.work.catalogue import Setting

NAME = "letters"
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Sender:
    """The cover name, address and phone at the head of a letter."""

    name: str = COVER_NAME
    address: str = ""
    phone: str = ""


def sender(session: Session) -> Sender:
    """The sender in force."""
    row = session.get(Setting, NAME)
    return Sender(**(row.value if row else {}))


def change_sender(session: Session, actor: Actor, given: Sender, now: datetime) -> None:
    """Change the sender; FaultsError at `name`, `address` or `phone` for words that would tell why."""
    if actor.role is not Role.ADMINISTRATOR:
        raise NotFoundError("There is no such page.")
    faults = Faults()
    faults.require(given.name.strip(), "name", "Enter the name under which letters go out.")
    for field, text in asdict(given).items():
        if len(text) > LONGEST:
            faults.add(field, f"Write at most {LONGEST} letters; this has {len(text)}.")
        for word in betraying(text)[:1]:
            faults.add(field, f"“{word}” would tell why: choose neutral words.")
    faults.raise_if_any()
    before = asdict(sender(session))
    row = session.get(Setting, NAME, with_for_update=True)
    if row is None:
        row = Setting(name=NAME, value={})
        session.add(row)
    row.value = asdict(given)
    row.changed_at, row.changed_by = now, actor.user_id
    session.flush()
    changes = {key: [before[key], value] for key, value in row.value.items() if before[key] != value}
    detail = {"group": NAME, "changes": changes}
    audit.record(session, actor, "setting.changed", ("app_user", actor.user_id), detail=detail)
