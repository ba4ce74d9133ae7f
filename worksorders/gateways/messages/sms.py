"""Hands a message to the operator's SMS gateway by HTTP POST, on a host that the operator allowed by name."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from worksorders.gateways.messages.errors import NotSentError
from worksorders.gateways.messages.text import Text

TIMEOUT_SECONDS = 20
TRY_AGAIN = frozenset({401, 403, 408, 425, 429})


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """An address like https://sms.example.org.nz/messages that takes `{"id", "to", "text"}`.

    The header `Idempotency-Key` is the message's id, so that one sent twice is delivered once. A redirect is an
    error: the message goes to the host that was allowed and to no other.
    """

    url: str
    token: str = field(default="", repr=False)

    def send(self, to: str, text: Text) -> None:
        """Hand over one message; raises NotSentError."""
        parts = urlsplit(self.url)
        body = json.dumps({"id": str(text.id), "to": to, "text": text.body})
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(text.id)}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = self._connect(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.request("POST", parts.path or "/", body.encode(), headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise NotSentError(f"sms_{type(error).__name__}") from None
        finally:
            connection.close()
        if status // 100 != 2:
            refused = status // 100 == 4 and status not in TRY_AGAIN
            raise NotSentError(f"sms_status_{status}", for_good=refused)

    def _connect(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=context)
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
