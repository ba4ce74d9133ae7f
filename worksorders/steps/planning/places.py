"""Opens the points of homes for planning, under its own purpose, and hands them on for travel times alone."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.disclosure.policy import Purpose
from worksorders.gateways import places
from worksorders.gateways.cipher import Cipher
from worksorders.steps import disclose
from worksorders.steps.actor import Actor


def read_places(
    sessions: sessionmaker[Session], cipher: Cipher, actor: Actor, cases: Collection[uuid.UUID], purpose: str
) -> dict[uuid.UUID, tuple[float, float]]:
    """The point in degrees of each case that has one; announced, committed and logged like every other reading."""
    found = disclose.read(
        sessions,
        cipher,
        actor,
        case_ids=cases,
        kinds=[disclose.HOME_COORDINATES],
        purpose=purpose,
        under=Purpose.SCHEDULE,
    )
    points = {}
    for case in cases:
        latitude, comma, longitude = (found.of(case, disclose.HOME_COORDINATES) or "").partition(",")
        if comma:
            points[case] = (float(latitude), float(longitude))
    return points


def middle(area_code: str, region_code: str) -> tuple[float, float]:
    """Where people of an area live on average, for a home without a point; of the region where the area is unknown."""
    area = places.areas().get(area_code) or places.region(region_code)
    return area.latitude, area.longitude
