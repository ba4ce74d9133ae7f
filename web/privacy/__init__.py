"""Pages for privacy officers and auditors: readings of protected words that somebody else looks over and signs."""

from web.extensions import NavItem
from web.privacy import reviews
from web.privacy.blueprint import blueprint
from web.privacy.policy import POLICY, REVIEWERS

NAVIGATION = [NavItem("privacy.reviews", "Readings to sign", REVIEWERS.roles)]

__all__ = ["NAVIGATION", "POLICY", "blueprint", "reviews"]
