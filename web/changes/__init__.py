"""Pages on what changes after issue and who may allow it: variations, lent limits, overrides, replaced orders."""

from web.changes import limits, overrides, supersede, variations
from web.changes.blueprint import blueprint
from web.changes.policy import POLICY
from web.navigation import NavItem
from worksorders.domain.roles import Role

_APPROVERS = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})

NAVIGATION = [
    NavItem("changes.variations", "Variations", _APPROVERS, ("/changes/limits",)),
    NavItem("changes.overrides", "P1 overrides", frozenset({Role.ADMINISTRATOR})),
]

__all__ = ["NAVIGATION", "POLICY", "blueprint", "limits", "overrides", "supersede", "variations"]
