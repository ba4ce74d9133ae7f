"""Who has an interest in a home, who of them passed the conflict check, and who must never be asked.

Source: works-orders.md, "Who must agree, and who must never be asked". The abuser, or someone near to them, may own,
share or let the home: then no letter, message or call to them is ever made, and no key is registered to them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from worksorders.domain.errors import NotPermittedError


class Interest(StrEnum):
    """What a person has to do with the home."""

    OWNER = "owner"
    CO_OWNER = "co_owner"
    TENANT = "tenant"
    LANDLORD = "landlord"
    HOUSING_AGENCY = "housing_agency"
    MORTGAGEE = "mortgagee"


class Screening(StrEnum):
    """The outcome of the conflict check; only a cleared person is ever contacted."""

    WAITING = "waiting"
    CLEARED = "cleared"
    BARRED = "barred"


class Near(StrEnum):
    """What the coordinator knows of whether this is the abuser, or somebody near to them."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Hit(StrEnum):
    """What the keyed hashes of a new person's name and phone met."""

    BARRED_HERE = "barred_here"
    NEVER_SENT = "never_sent"
    BARRED_ELSEWHERE = "barred_elsewhere"
    CONTRACTOR = "contractor"
    CLIENT = "client"


class Channel(StrEnum):
    """A way in which the product could reach somebody."""

    LETTER = "letter"
    MESSAGE = "message"
    CALL_TASK = "call_task"


# Meeting one of these leaves nothing to decide: it is the same person, or one whom the client never wants to be sent.
BARRING = frozenset({Hit.BARRED_HERE, Hit.NEVER_SENT})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an interest in the home; `is_client` for the protected person herself."""

    id: str
    interest: Interest
    screening: Screening
    is_client: bool = False


def screen(near: Near, hits: Collection[Hit], *, is_client: bool = False) -> Screening:
    """The outcome of the conflict check; anything that a person has to look at leaves it waiting, uncontacted."""
    if is_client:
        return Screening.CLEARED
    if near is Near.YES or not BARRING.isdisjoint(hits):
        return Screening.BARRED
    return Screening.WAITING if hits or near is Near.UNKNOWN else Screening.CLEARED


def may_be_contacted(person: Person) -> bool:
    """Only a cleared person; the client never by this path: she is reached by the safe contact alone."""
    return person.screening is Screening.CLEARED and not person.is_client


def require_contactable(person: Person, channel: Channel) -> None:
    """The one gate before any letter, message or call task.

    Raises NotPermittedError in words that fit a barred person and one not screened yet alike.
    """
    if not may_be_contacted(person):
        raise NotPermittedError(f"No {channel.replace('_', ' ')} may be made to this person.")


def may_hold_keys(person: Person) -> bool:
    """Keys are never registered to a barred person, nor to one not screened yet."""
    return person.is_client or person.screening is Screening.CLEARED
