"""Pages of privacy: readings that somebody else signs, walls before cases, glass broken with a second person, what is destroyed, and requests."""

from web.navigation import NavItem
from web.privacy import glass, requests, retention, reviews, walls
from web.privacy.blueprint import blueprint
from web.privacy.policy import DECIDERS, KEEPERS, OFFICERS, POLICY, REVIEWERS

NAVIGATION = [
    NavItem("privacy.reviews", "Readings to sign", REVIEWERS.roles),
    NavItem("privacy.walls", "Walls", OFFICERS.roles),
    NavItem("privacy.broken_glass", "Break glass", DECIDERS.roles),
    NavItem("privacy.requests", "Privacy requests", KEEPERS.roles),
    NavItem("privacy.retention", "Retention", KEEPERS.roles),
]

__all__ = ["NAVIGATION", "POLICY", "blueprint", "glass", "requests", "retention", "reviews", "walls"]
