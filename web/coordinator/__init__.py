"""Pages of coordinators: today, assessments, works orders and the cases with advocates."""

from web.coordinator import assessments, homes, never_send, openings, order_moves, orders, today
from web.coordinator.blueprint import blueprint
from web.coordinator.policy import POLICY
from web.navigation import NavItem
from worksorders.domain.roles import Role

_COORDINATORS = frozenset({Role.COORDINATOR})
NAVIGATION = [
    NavItem("coordinator.today", "Today", _COORDINATORS),
    NavItem("coordinator.assessments", "Assessments", _COORDINATORS),
    NavItem(
        "coordinator.orders",
        "Orders",
        frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}),
        ("/aftercare/orders", "/changes/orders", "/safety"),
    ),
    NavItem("coordinator.handovers", "With advocates", _COORDINATORS),
]

__all__ = [
    "NAVIGATION",
    "POLICY",
    "assessments",
    "blueprint",
    "homes",
    "never_send",
    "openings",
    "order_moves",
    "orders",
    "today",
]
