"""Pages of privacy: readings that somebody else signs, walls before cases, and glass broken with a second person."""

from web.navigation import NavItem
from web.privacy import glass, reviews, walls
from web.privacy.blueprint import blueprint
from web.privacy.policy import DECIDERS, OFFICERS, POLICY, REVIEWERS

NAVIGATION = [
    NavItem("privacy.reviews", "Readings to sign", REVIEWERS.roles),
    NavItem("privacy.walls", "Walls", OFFICERS.roles),
    NavItem("privacy.broken_glass", "Break glass", DECIDERS.roles),
]

__all__ = ["NAVIGATION", "POLICY", "blueprint", "glass", "reviews", "walls"]
