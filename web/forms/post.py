"""Reads from the environment where messages are handed over, and refuses a host that was not allowed."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from worksorders.domain.telling.linter import lint
from worksorders.domain.telling.templates import TEMPLATES
from worksorders.gateways.messages.mail import SECURITY, MailServer
from worksorders.gateways.messages.post import COVER_NAME, Post
from worksorders.gateways.messages.sms import SmsGateway

PORTS = {"starttls": 587, "tls": 465, "none": 25}


def post_from(environment: Mapping[str, str], faults: list[str]) -> Post:
    """The gateways; what is wrong is added to `faults`, one sentence each, and its gateway is left out."""
    return Post(_mail(environment, faults), _sms(environment, faults), _sender(environment, faults))


def is_own_machine(host: str) -> bool:
    """Whether the host is this machine, where a message needs no encryption on the way."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _sender(environment: Mapping[str, str], faults: list[str]) -> str:
    given = environment.get("MESSAGE_SENDER", "").strip() or COVER_NAME
    wrong = {fault for template in TEMPLATES.values() for fault in lint(template, given)}
    faults.extend(
        f"MESSAGE_SENDER is '{given}': {fault}. Choose a short, neutral name." for fault in sorted(wrong)
    )
    return given


def _mail(environment: Mapping[str, str], faults: list[str]) -> MailServer | None:
    host = environment.get("MAIL_HOST", "").strip()
    if not host:
        return None
    before = len(faults)
    security = environment.get("MAIL_SECURITY", "") or "starttls"
    if security not in SECURITY:
        faults.append(f"MAIL_SECURITY is '{security}': it must be one of {', '.join(SECURITY)}.")
    elif security == "none" and not is_own_machine(host):
        faults.append(
            f"MAIL_SECURITY is 'none' with MAIL_HOST {host}: only this machine needs no encryption."
        )
    sender = environment.get("MAIL_FROM", "").strip()
    name, _, domain = sender.partition("@")
    if not name or not domain or " " in sender:
        faults.append(f"MAIL_FROM is '{sender}': it must be the mail address that messages come from.")
    given = environment.get("MAIL_PORT") or str(PORTS.get(security, 587))
    if not (given.isascii() and given.isdecimal() and 0 < int(given) < 65536):
        faults.append(f"MAIL_PORT is '{given}': it must be a whole number from 1 to 65535.")
    if len(faults) > before:
        return None
    return MailServer(
        host,
        int(given),
        sender,
        security,
        environment.get("MAIL_USER", ""),
        environment.get("MAIL_PASSWORD", ""),
    )


def _sms(environment: Mapping[str, str], faults: list[str]) -> SmsGateway | None:
    url = environment.get("SMS_URL", "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    host = parts.hostname or ""
    allowed = {one.strip() for one in environment.get("SMS_ALLOWED_HOSTS", "").split(",") if one.strip()}
    if parts.scheme not in {"http", "https"} or not host:
        faults.append("SMS_URL must be like https://sms.example.org.nz/messages.")
    elif parts.scheme == "http" and not is_own_machine(host):
        faults.append(f"SMS_URL goes to {host} by http: only this machine needs no encryption, use https.")
    elif host not in allowed:
        faults.append(
            f"SMS_URL goes to {host}, which SMS_ALLOWED_HOSTS does not name: name it there, or change it."
        )
    else:
        return SmsGateway(url, environment.get("SMS_TOKEN", ""))
    return None
