"""Pages on duty: the roster, alerts until somebody takes care, and the banner for whoever was called."""

from flask import Flask

from web.duty import alerts, banner, roster
from web.duty.blueprint import blueprint
from web.duty.policy import POLICY
from web.navigation import NavItem
from worksorders.domain.roles import Role

NAVIGATION = [
    NavItem("duty.roster", "Duty", frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}), ("/duty",)),
]


def init_app(app: Flask) -> None:
    """Let every page of the staff ask for the banner."""
    app.jinja_env.globals["duty_calls"] = banner.duty_calls


__all__ = ["NAVIGATION", "POLICY", "alerts", "blueprint", "init_app", "roster"]
