"""Signing in and out, unlocking an idle screen, and loading who is signed in before each request."""

from web.auth import account, passkeys, recovery, second_step
from web.auth.loading import init_app
from web.auth.policy import POLICY, RECOVERERS
from web.auth.routes import blueprint
from web.navigation import NavItem

NAVIGATION = [NavItem("auth.recoveries", "Account recovery", RECOVERERS.roles)]

__all__ = ["NAVIGATION", "POLICY", "account", "blueprint", "init_app", "passkeys", "recovery", "second_step"]
