"""Signing in and out, unlocking an idle screen, and loading who is signed in before each request."""

from web.auth import account, passkeys, second_step, waiting
from web.auth.loading import init_app
from web.auth.policy import CONFIRMERS, POLICY
from web.auth.routes import blueprint
from web.navigation import NavItem

NAVIGATION = [NavItem("auth.waiting", "Accounts to confirm", CONFIRMERS.roles)]

__all__ = ["NAVIGATION", "POLICY", "account", "blueprint", "init_app", "passkeys", "second_step", "waiting"]
