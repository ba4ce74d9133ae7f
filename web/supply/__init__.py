"""Pages on whom there is to send: checks to verify, kinds of check, gaps by trade and region, shares, what firms ask."""

from web.navigation import NavItem
from web.supply import checks, kinds, matrix, requests, sharing
from web.supply.blueprint import blueprint
from web.supply.policy import POLICY
from worksorders.domain.roles import Role

_OFFICE = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})

NAVIGATION = [NavItem("supply.matrix", "Who can go", _OFFICE, ("/supply",))]

__all__ = ["NAVIGATION", "POLICY", "blueprint", "checks", "kinds", "matrix", "requests", "sharing"]
