"""Invented referrals: homes across the country in proportion to population, with findings that occur together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.order.assessment import CRITERIA
from worksorders.gateways.places import Town, towns
from worksorders.steps.demo.names import Names
from worksorders.steps.intake.referral import (
    GivenAnswer,
    Referral,
    ReferredHome,
    ReferredOpening,
    ReferredPerson,
)

AGENCIES = (
    "Women's refuge, local office",
    "Police family harm team",
    "Family violence service",
    "Hospital social work",
)
URGENCIES = ("P1", "P2", "P3", "P4")
SHARES = (6, 30, 50, 14)
# Hours in which a visit is safe; the last is too short for a new door, as happens.
WINDOWS = (
    ((480, 1020),),
    ((540, 1020),),
    ((480, 960),),
    ((510, 990),),
    ((480, 900),),
    ((600, 780), (840, 1020)),
)
Finding = tuple[str, Decimal | None]
FRONT: tuple[tuple[Finding, ...], ...] = (
    (("glass-panelled entrance door", None), ("keys held by others or lost", None)),
    (("hollow or weak door", None), ("cannot see who is there", None)),
    (("keys held by others or lost", None), ("weak lock", None)),
    (("double-keyed lock that traps people", None),),
    (("aluminium frame with glass panel", None), ("letterbox or slot within reach of the lock", None)),
)
OTHERS: tuple[tuple[str, str, tuple[Finding, ...]], ...] = (
    ("back_door", "Back door", (("weak lock", None), ("keys held by others or lost", None))),
    (
        "ranch_slider",
        "Ranch slider, lounge",
        (("can be lifted off its track", None), ("weak or no lock", None)),
    ),
    ("window", "Bathroom window", (("opens far enough to climb through", Decimal(1)),)),
    ("window", "Bedroom windows", (("no lock", Decimal(3)), ("broken fastener", Decimal(1)))),
    ("window", "Kitchen window", (("broken pane up to 0.5 m2", Decimal(1)),)),
    ("approach", "Path to the door", (("unlit approach with an existing fitting", None),)),
    ("approach", "Driveway", (("unlit approach and no wiring possible", None),)),
    ("inside", "Main bedroom", (("no room to retreat to", None),)),
    ("person", "Alarm", (("no silent way to call for help", None),)),
    ("person", "Devices", (("may be tracked or watched by devices", None),)),
    ("gate", "Side gate", (("no lock", None),)),
)


def draw(
    random: Random, names: Names, assessed_on: date, *, urgency: str | None = None, eligible: bool = True
) -> Referral:
    """One referral; `eligible` False fails one of the first five answers and names an advocate."""
    town = _town(random)
    failing = None if eligible else random.choice(CRITERIA[:5]).key
    urgency = urgency or random.choices(URGENCIES, SHARES)[0]
    first, last = names.person()
    return Referral(
        agency=random.choice(AGENCIES),
        urgency=urgency,
        adults=random.choices((1, 2, 3), (6, 3, 1))[0],
        children=random.choices((0, 1, 2, 3, 4), (3, 3, 3, 2, 1))[0],
        assessed_on=assessed_on,
        answers=tuple(
            GivenAnswer(one.key, one.key != failing, "Assessor of the referring agency", assessed_on)
            for one in CRITERIA
        ),
        home=_home(random, names, town),
        person=ReferredPerson(
            f"{first} {last}", names.phone(), (), random.choice(("Text first", "Mornings only", ""))
        ),
        safe_windows=random.choice(WINDOWS),
        openings=_openings(random, urgency),
        advocate="" if eligible else "Advocate of the local refuge",
    )


def _town(random: Random) -> Town:
    there = sorted(towns().values(), key=lambda town: town.code)
    return random.choices(there, [town.population for town in there])[0]


def _home(random: Random, names: Names, town: Town) -> ReferredHome:
    """A made-up address near the town's centre, within the few kilometres that its size suggests."""
    spread = min(0.05, 0.008 + town.population / 8_000_000)
    return ReferredHome(
        street=names.street(),
        town=town.code,
        built_before_2000=random.random() < 0.6,
        latitude=Decimal(str(round(town.latitude + random.uniform(-spread, spread) * 0.7, 5))),
        longitude=Decimal(str(round(town.longitude + random.uniform(-spread, spread) * 0.7, 5))),
    )


def _openings(random: Random, urgency: str) -> tuple[ReferredOpening, ...]:
    """The front door and some others; P1 and some P2 have one that is insecure tonight."""
    insecure = urgency == "P1" or (urgency == "P2" and random.random() < 0.3)
    front = ReferredOpening(
        "front_door",
        "Front door",
        OpeningState.INSECURE if insecure else OpeningState.SECURE,
        random.choice(FRONT[:3] if insecure else FRONT),
    )
    chosen = sorted(random.sample(range(len(OTHERS)), random.randint(1, 3 if urgency in ("P1", "P2") else 4)))
    return (
        front,
        *(
            ReferredOpening(kind, label, OpeningState.SECURE, found)
            for kind, label, found in (OTHERS[at] for at in chosen)
        ),
    )
