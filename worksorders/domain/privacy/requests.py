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
