"""Pages on telling people: clients of who comes, calls to be made, safe channels, messages, one's own contact."""

from web.navigation import NavItem
from web.telling import calls, clients, contact, messages, safe_channel
from web.telling.blueprint import blueprint
from web.telling.policy import POLICY
from worksorders.domain.roles import Role

NAVIGATION = [
    NavItem("telling.clients", "Tell clients", frozenset({Role.COORDINATOR})),
    NavItem("telling.calls", "Calls", frozenset({Role.COORDINATOR})),
    NavItem("telling.messages", "Messages", frozenset({Role.ADMINISTRATOR})),
]

__all__ = ["NAVIGATION", "POLICY", "blueprint", "calls", "clients", "contact", "messages", "safe_channel"]
