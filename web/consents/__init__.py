"""Pages of who has an interest in a home, what they agreed to, and who must never be asked."""

from web.consents import agreements, contacts, due, people
from web.consents.blueprint import blueprint
from web.consents.policy import POLICY
from web.navigation import NavItem
from worksorders.domain.roles import Role

NAVIGATION = [NavItem("consents.answers_due", "Agreements", frozenset({Role.COORDINATOR}))]

__all__ = ["NAVIGATION", "POLICY", "agreements", "blueprint", "contacts", "due", "people"]
