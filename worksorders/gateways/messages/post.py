"""The ways out that the operator has set up: a mail server, an SMS gateway, both or neither, and the cover name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from worksorders.gateways.messages.text import Text

COVER_NAME = "Kererū Services"


class Gateway(Protocol):
    """Takes one message for one receiver, or raises NotSentError."""

    def send(self, to: str, text: Text) -> None:
        """Hand the message over."""


@dataclass(frozen=True, slots=True)
class Post:
    """Gateways by channel; one that is None keeps its messages waiting until the operator names a host."""

    mail: Gateway | None = None
    sms: Gateway | None = None
    sender: str = COVER_NAME

    def gateway(self, channel: str) -> Gateway | None:
        """The gateway of a channel, `mail` or `sms`."""
        return self.mail if channel == "mail" else self.sms
