"""Pages of the long lists, with filters and export, for everybody in the office."""

from web.lists import pages
from web.lists.blueprint import blueprint
from web.lists.policy import POLICY
from web.navigation import NavItem
from worksorders.steps.lists.find import READERS

NAVIGATION = [NavItem("lists.lists", "Lists", frozenset(READERS))]

__all__ = ["NAVIGATION", "POLICY", "blueprint", "pages"]
