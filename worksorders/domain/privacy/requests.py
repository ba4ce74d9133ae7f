"""Requests for what is held about somebody: who may be given what, in which time, and on which grounds nothing.

Rules: Privacy Act 2020, sections 39 to 53. The grounds are summaries in our own words, not the text of the Act: the
operator's lawyer confirms them, and each one that is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from worksorders.domain.errors import Fault
from worksorders.domain.people.interests import Screening
from worksorders.domain.workdays import Calendar, add_working_days

ANSWER_WORKING_DAYS = 20
# How many working days before the last day officers are reminded, and how far an extension may reach: our own figures.
REMIND_WORKING_DAYS = (5, 1)
MOST_EXTENSION_WORKING_DAYS = 40


class Subject(StrEnum):
    """About whom somebody asks."""

    CLIENT = "client"
    HOUSEHOLD = "household"
    INTEREST = "interest"
    WORKER = "worker"
    USER = "user"


class Identity(StrEnum):
    """How it was made sure that who asks is who they say."""

    NOT_CONFIRMED = "not_confirmed"
    SAFE_CHANNEL = "safe_channel"
    IN_PERSON = "in_person"
    DOCUMENT = "document"


SUBJECT_WORDS: Mapping[Subject, str] = MappingProxyType(
    {
        Subject.CLIENT: "The client",
        Subject.HOUSEHOLD: "Somebody else of the household",
        Subject.INTEREST: "A person with an interest in the home",
        Subject.WORKER: "A contractor’s worker",
        Subject.USER: "Somebody with an account",
    }
)
IDENTITY_WORDS: Mapping[Identity, str] = MappingProxyType(
    {
        Identity.NOT_CONFIRMED: "Not confirmed yet",
        Identity.SAFE_CHANNEL: "Through the safe channel of the case",
        Identity.IN_PERSON: "In person, by somebody who knows them",
        Identity.DOCUMENT: "By a document with a photo",
    }
)
# Her papers may be in the abuser's hands: for her a document alone proves nothing.
ENOUGH: Mapping[Subject, frozenset[Identity]] = MappingProxyType(
    {
        Subject.CLIENT: frozenset({Identity.SAFE_CHANNEL, Identity.IN_PERSON}),
        Subject.HOUSEHOLD: frozenset({Identity.SAFE_CHANNEL, Identity.IN_PERSON}),
        Subject.INTEREST: frozenset({Identity.IN_PERSON, Identity.DOCUMENT}),
        Subject.WORKER: frozenset({Identity.IN_PERSON, Identity.DOCUMENT}),
        Subject.USER: frozenset({Identity.IN_PERSON, Identity.DOCUMENT}),
    }
)
GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "s47": "Section 47: neither confirm nor deny that anything is held",
        "s49_danger": "Section 49: likely to pose a serious threat to somebody’s life, health or safety",
        "s49_harassment": "Section 49: significant likelihood of serious harassment of somebody",
        "s49_victim": "Section 49: about a victim of an offence, who would be distressed or injured in their dignity",
        "s50": "Section 50: evaluative material",
        "s51": "Section 51: security, defence or international relations",
        "s52": "Section 52: trade secret or commercial position",
        "s53_not_held": "Section 53: not readily retrievable, or it does not exist",
        "s53_others": "Section 53: unwarranted disclosure of somebody else’s affairs",
        "s53_law": "Section 53: prejudice to the maintenance of the law",
        "s53_privilege": "Section 53: legal professional privilege",
        "s53_frivolous": "Section 53: frivolous, vexatious or trivial",
    }
)
EXTENSION_GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "s48_quantity": "Section 48: so much to be given or searched that our work would unreasonably suffer",
        "s48_consultation": "Section 48: others must be consulted first, which cannot be done in time",
        "s48_complexity": "Section 48: questions too complex to be answered properly in time",
    }
)
# What somebody who must never be asked, or who is not cleared, may be answered: nothing that tells of a home.
SILENT = frozenset({"s47"})


def due_on(received_on: date) -> date:
    """The last day to answer: twenty working days after the day of receipt, by the Privacy Act's calendar."""
    return add_working_days(received_on, ANSWER_WORKING_DAYS, Calendar.PRIVACY_ACT)


def against_release(subject: Subject, identity: Identity, screening: Screening | None) -> tuple[Fault, ...]:
    """What stands against giving somebody what is held about them; `screening` is that of a person with an interest."""
    found = []
    if identity not in ENOUGH[subject]:
        ways = " or ".join(IDENTITY_WORDS[way].lower() for way in Identity if way in ENOUGH[subject])
        found.append(Fault("identity", f"Make sure first who asks: {ways}."))
    if subject is Subject.INTEREST and screening is not Screening.CLEARED:
        found.append(
            Fault(
                "proposal",
                "This person is barred or not cleared: an answer would tell that a home is known here.",
            )
        )
    return tuple(found)


def against_refusal(
    subject: Subject, ground: str, reason: str, screening: Screening | None
) -> tuple[Fault, ...]:
    """What is wrong with refusing on this ground."""
    if ground not in GROUNDS:
        return (Fault("ground", "Choose the ground of the refusal."),)
    if subject is Subject.INTEREST and screening is not Screening.CLEARED and ground not in SILENT:
        return (
            Fault(
                "ground",
                "This person is barred or not cleared: neither confirm nor deny, by section 47 alone.",
            ),
        )
    if len(reason.strip()) < 10:
        return (Fault("reason", "Say in a sentence why this ground applies."),)
    return ()


def against_extension(
    due_on: date, until_on: date | None, today: date, ground: str, reason: str, screening: Screening | None
) -> tuple[Fault, ...]:
    """What is wrong with putting the last day off to `until_on`; who asks is told within the first limit, or not at all.

    An extension would tell somebody who is barred or not cleared that there is something to look through.
    """
    found = []
    if screening is not None and screening is not Screening.CLEARED:
        words = "This person is barred or not cleared: an extension would tell that a home is known here."
        found.append(Fault("extension_ground", words))
    elif ground not in EXTENSION_GROUNDS:
        found.append(Fault("extension_ground", "Choose the ground of the extension."))
    if len(reason.strip()) < 10:
        found.append(Fault("extension_reason", "Say in a sentence why it cannot be answered in time."))
    if today > due_on:
        words = (
            f"The last day was {due_on.day}/{due_on.month}/{due_on.year}: nothing can be put off after it."
        )
        found.append(Fault("until_on", words))
    elif until_on is None or until_on <= due_on:
        words = f"Enter a day after {due_on.day}/{due_on.month}/{due_on.year}, the last day so far."
        found.append(Fault("until_on", words))
    elif until_on > (latest := add_working_days(due_on, MOST_EXTENSION_WORKING_DAYS, Calendar.PRIVACY_ACT)):
        words = f"Enter {latest.day}/{latest.month}/{latest.year} or earlier: {MOST_EXTENSION_WORKING_DAYS} working days at most."
        found.append(Fault("until_on", words))
    return tuple(found)


def remind_on(due_on: date) -> tuple[date, ...]:
    """The days on which officers are reminded that a request waits, the first first."""
    return tuple(add_working_days(due_on, -days, Calendar.PRIVACY_ACT) for days in REMIND_WORKING_DAYS)
