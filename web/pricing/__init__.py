"""Pages on which the next catalogue and the next rates are written as drafts."""

from web.pricing import drafts, rates
from web.pricing.blueprint import blueprint
from web.pricing.policy import POLICY

__all__ = ["POLICY", "blueprint", "drafts", "rates"]
