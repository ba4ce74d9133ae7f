"""The only words that leave the system in a message: neutral, by key, the same for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Audience(StrEnum):
    """Whom a template is written for; a client's one has no request to sign in, since clients have no account."""

    STAFF = "staff"
    FIRM = "firm"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Template:
    """One message; subject and text say nothing of whom or what it is about. `{sender}` is the cover name."""

    key: str
    audience: Audience
    subject: str
    text: str


_SUBJECT = "You have an update"


def _template(key: str, audience: Audience, text: str) -> Template:
    return Template(key, audience, _SUBJECT, text)


_ALL = (
    _template("update", Audience.STAFF, "You have an update. Please sign in. {sender}"),
    _template("task", Audience.STAFF, "You have an update. Please sign in today. {sender}"),
    _template("duty_call", Audience.STAFF, "You have an update. Please sign in now. {sender}"),
    _template("duty_call_everyone", Audience.STAFF, "You all have an update. Please sign in now. {sender}"),
    _template("firm_update", Audience.FIRM, "You have an update. Please sign in. {sender}"),
    _template("firm_answer", Audience.FIRM, "You have an update. Please sign in and answer it. {sender}"),
    _template("firm_urgent", Audience.FIRM, "You have an update. Please sign in now. {sender}"),
    _template("worker_update", Audience.FIRM, "You have an update. Please sign in. {sender}"),
    _template("contact_update", Audience.CLIENT, "You have an update. We will be in touch. {sender}"),
    _template("client_update", Audience.CLIENT, "You have an update. We will be in touch. {sender}"),
)
TEMPLATES: Mapping[str, Template] = MappingProxyType({template.key: template for template in _ALL})


def template_of(key: str) -> Template:
    """The template with the key; raises ValueError naming the keys there are."""
    if key not in TEMPLATES:
        raise ValueError(f"{key!r} is no message template; there are {', '.join(TEMPLATES)}.")
    return TEMPLATES[key]


def fill(template: Template, sender: str) -> tuple[str, str]:
    """Subject and text under the cover name of the sender."""
    return template.subject, template.text.replace("{sender}", sender).strip()
