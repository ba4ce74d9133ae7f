"""Pages of the end of the work: closing, inspections, defects, keys, papers, reviews and the family's guide."""

from web.aftercare import closing, defects, guide, inspections, keys, papers, reviews
from web.aftercare.blueprint import blueprint
from web.aftercare.policy import POLICY
from web.navigation import NavItem
from worksorders.domain.roles import Role

NAVIGATION = [NavItem("aftercare.inspections", "Inspections", frozenset({Role.COORDINATOR}), ("/aftercare",))]

__all__ = [
    "NAVIGATION",
    "POLICY",
    "blueprint",
    "closing",
    "defects",
    "guide",
    "inspections",
    "keys",
    "papers",
    "reviews",
]
