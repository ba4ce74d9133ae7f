"""Why a message could not be handed over, told by a class and never by what the other side said."""

from __future__ import annotations


class NotSentError(Exception):
    """The gateway did not take the message; `for_good` where trying again cannot help.

    The text holds no receiver: it is kept and shown.
    """

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        self.reason = reason
        self.for_good = for_good
        super().__init__(reason)
