"""Signing in and out, unlocking an idle screen, and loading who is signed in before each request."""

from web.auth.loading import init_app
from web.auth.policy import POLICY
from web.auth.routes import blueprint

__all__ = ["POLICY", "blueprint", "init_app"]
