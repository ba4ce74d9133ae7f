"""Whether the service can work, for load balancers, and its figures, for whoever watches over it: never content."""

from web.watch.policy import POLICY
from web.watch.routes import blueprint

__all__ = ["POLICY", "blueprint"]
