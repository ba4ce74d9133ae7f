"""Pages on which coordinators follow the work: offers, alerts, visits of today, work to accept."""

from web.dispatch import alerts, offers, visits, work
from web.dispatch.blueprint import blueprint
from web.dispatch.policy import POLICY
from web.navigation import NavItem
from worksorders.domain.roles import Role

_COORDINATOR = frozenset({Role.COORDINATOR})

NAVIGATION = [
    NavItem("dispatch.visits", "Visits", _COORDINATOR),
    NavItem("dispatch.offers", "Offers", _COORDINATOR),
    NavItem("dispatch.alerts", "Alerts", _COORDINATOR),
    NavItem("dispatch.works", "Work to accept", _COORDINATOR, ("/dispatch/orders",)),
]

__all__ = ["NAVIGATION", "POLICY", "alerts", "blueprint", "offers", "visits", "work"]
