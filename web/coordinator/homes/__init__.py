"""Where a home is: its address found while it is typed."""

from web.coordinator.homes import finding

__all__ = ["finding"]
