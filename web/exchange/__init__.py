"""Pages for what goes in and out by itself: imports, tokens of other systems, and whom we tell of events."""

from web.exchange import imports, tokens, webhooks
from web.exchange.blueprint import blueprint
from web.exchange.policy import POLICY
from web.navigation import NavItem
from worksorders.domain.roles import Role

NAVIGATION = [
    NavItem("exchange.imports", "Imports", frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})),
    NavItem("exchange.tokens", "Other systems", frozenset({Role.ADMINISTRATOR}), ("/exchange/webhooks",)),
]

__all__ = ["NAVIGATION", "POLICY", "blueprint", "imports", "tokens", "webhooks"]
