"""Hands a message to the operator's mail server by SMTP, under the cover name and with no header that tells more."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from worksorders.gateways.messages.errors import NotSentError
from worksorders.gateways.messages.text import Text

SECURITY = ("starttls", "tls", "none")
TIMEOUT_SECONDS = 20
PERMANENT = 500


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over; `security` is starttls, tls, or none on this machine alone."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, to: str, text: Text) -> None:
        """Hand over one message; raises NotSentError. The same `text.id` gives the same Message-ID."""
        message = self._message(to, text)
        try:
            with self._connect() as server:
                if self.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message, self.sender, [to])
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise NotSentError("receiver_refused", for_good=min(codes, default=0) >= PERMANENT) from None
        except smtplib.SMTPAuthenticationError:
            raise NotSentError("sign_in_refused") from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(f"mail_{type(error).__name__}") from None

    def _connect(self) -> smtplib.SMTP:
        # The name given to the other side is the sender's domain: this machine's own name is nobody's business.
        own = self.sender.rpartition("@")[2]
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, own, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, own, timeout=TIMEOUT_SECONDS)

    def _message(self, to: str, text: Text) -> EmailMessage:
        message = EmailMessage()
        message["From"] = formataddr((text.sender, self.sender))
        message["To"] = to
        message["Subject"] = text.subject
        message["Date"] = format_datetime(text.at)
        message["Message-ID"] = f"<{text.id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text.body)
        return message
