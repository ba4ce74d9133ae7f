"""Pages on which coordinators plan: ask for a plan, watch it, change it on the week board, publish it."""

from web.navigation import NavItem
from web.planning import drag, move, plans, slots, what_if, why
from web.planning.blueprint import blueprint
from web.planning.policy import POLICY
from worksorders.domain.roles import Role

NAVIGATION = [NavItem("planning.plans", "Plans", frozenset({Role.COORDINATOR}))]

__all__ = ["NAVIGATION", "POLICY", "blueprint", "drag", "move", "plans", "slots", "what_if", "why"]
