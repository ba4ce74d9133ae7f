"""A worker's calendar feed: the page that makes and ends it, and the file that a calendar fetches."""

from web.calendars.policy import POLICY
from web.calendars.routes import blueprint
from web.navigation import NavItem
from worksorders.domain.roles import Role

NAVIGATION = [NavItem("calendars.feed", "My calendar", frozenset({Role.CONTRACTOR}))]

__all__ = ["NAVIGATION", "POLICY", "blueprint"]
