"""Pages on which an administrator says who looks after which region, and under whose name letters go out."""

from web.access import allow
from web.navigation import NavItem
from web.office import coordinators, letters
from web.office.blueprint import blueprint
from worksorders.domain.roles import Role

_ADMINISTRATORS = allow(Role.ADMINISTRATOR)
POLICY = dict.fromkeys(("coordinators", "assign", "letters"), _ADMINISTRATORS)
NAVIGATION = [
    NavItem("office.coordinators", "Who covers where", frozenset({Role.ADMINISTRATOR}), ("/office",))
]

__all__ = ["NAVIGATION", "POLICY", "blueprint", "coordinators", "letters"]
