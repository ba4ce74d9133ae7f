"""Messages over real sockets: what a mail server and an SMS gateway are given, and what happens when they refuse."""

from __future__ import annotations

import contextlib
import email
import json
import socket
import threading
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller

from web.forms.post import post_from
from worksorders.gateways.messages.errors import NotSentError
from worksorders.gateways.messages.mail import MailServer
from worksorders.gateways.messages.sms import SmsGateway
from worksorders.gateways.messages.text import Text

TEXT = Text(
    uuid.UUID(int=7),
    "Kererū Services",
    "You have an update",
    "You have an update. Please sign in. Kererū Services",
    datetime(2026, 11, 24, 21, 0, tzinfo=UTC),
)
FROM = "office@example.org.nz"


class Inbox:
    """What a mail server took; an address that begins with `no` is refused for good, with `later` for now."""

    def __init__(self):
        self.taken = []

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.hostname = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("no"):
            return "550 unknown"
        if address.startswith("later"):
            return "450 busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@contextlib.contextmanager
def smtp_server():
    """A mail server on this machine."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox, MailServer("127.0.0.1", port, FROM, "none")
    finally:
        controller.stop()


@contextlib.contextmanager
def sms_server(status=202):
    """An SMS gateway on this machine that answers with a status."""
    taken = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield taken, SmsGateway(f"http://127.0.0.1:{server.server_port}/messages", "secret")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_mail_carries_the_cover_name_and_no_header_that_tells_more():
    with smtp_server() as (inbox, server):
        server.send("mere@example.org", TEXT)
    ((sender, receivers, content),) = inbox.taken
    assert (sender, receivers) == (FROM, ["mere@example.org"])
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert message["From"] == "Kererū Services <office@example.org.nz>"
    assert message["Subject"] == "You have an update"
    assert message["Message-ID"] == f"<{TEXT.id}@example.org.nz>"
    assert message.get_content().strip() == TEXT.body
    ours = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
    assert set(message.keys()) - {"X-Peer", "X-MailFrom", "X-RcptTo"} <= ours | {"Content-Transfer-Encoding"}
    assert inbox.hostname == "example.org.nz"


@pytest.mark.parametrize(("to", "for_good"), [("no@example.org", True), ("later@example.org", False)])
def test_a_refused_receiver_is_told_for_good_or_for_now_without_its_name(to, for_good):
    with smtp_server() as (_, server), pytest.raises(NotSentError) as error:
        server.send(to, TEXT)
    assert (error.value.reason, error.value.for_good) == ("receiver_refused", for_good)
    assert to not in str(error.value)


def test_a_mail_server_that_is_gone_is_tried_again():
    with smtp_server() as (_, server):
        pass
    with pytest.raises(NotSentError) as error:
        server.send("mere@example.org", TEXT)
    assert not error.value.for_good


def test_an_sms_is_posted_with_its_id_as_idempotency_key():
    with sms_server() as (taken, gateway):
        gateway.send("+64215550123", TEXT)
    ((path, headers, body),) = taken
    assert path == "/messages"
    assert (headers["Idempotency-Key"], headers["Authorization"]) == (str(TEXT.id), "Bearer secret")
    assert body == {"id": str(TEXT.id), "to": "+64215550123", "text": TEXT.body}


@pytest.mark.parametrize(("status", "for_good"), [(400, True), (429, False), (500, False), (302, False)])
def test_an_sms_gateway_that_refuses_is_tried_again_where_that_can_help(status, for_good):
    with sms_server(status) as (taken, gateway), pytest.raises(NotSentError) as error:
        gateway.send("+64215550123", TEXT)
    assert (error.value.reason, error.value.for_good) == (f"sms_status_{status}", for_good)
    assert len(taken) == 1


def read(**environment):
    faults = []
    return post_from(environment, faults), faults


def test_without_a_host_nothing_is_set_up_and_nothing_is_wrong():
    post, faults = read()
    assert (post.mail, post.sms, faults) == (None, None, [])


def test_good_settings_set_up_both_ways():
    post, faults = read(
        MAIL_HOST="mail.example.org.nz", MAIL_FROM=FROM, MAIL_USER="u", MAIL_PASSWORD="hunter2",
        SMS_URL="https://sms.example.org.nz/m", SMS_ALLOWED_HOSTS="sms.example.org.nz", MESSAGE_SENDER="Tūī Office",
    )  # fmt: skip
    assert faults == []
    assert (post.mail.port, post.mail.security, post.sender) == (587, "starttls", "Tūī Office")
    assert "hunter2" not in repr(post)
    assert post.sms.url == "https://sms.example.org.nz/m"


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"MAIL_HOST": "mail.example.org.nz", "MAIL_FROM": "office"}, "MAIL_FROM is 'office'"),
        (
            {"MAIL_HOST": "mail.example.org.nz", "MAIL_FROM": FROM, "MAIL_SECURITY": "none"},
            "only this machine needs no encryption",
        ),
        ({"MAIL_HOST": "localhost", "MAIL_FROM": FROM, "MAIL_SECURITY": "ssl"}, "must be one of"),
        ({"MAIL_HOST": "localhost", "MAIL_FROM": FROM, "MAIL_PORT": "99999"}, "MAIL_PORT is '99999'"),
        ({"SMS_URL": "https://sms.example.org.nz/m"}, "SMS_ALLOWED_HOSTS does not name"),
        ({"SMS_URL": "http://sms.example.org.nz/m"}, "use https"),
        ({"SMS_URL": "sms"}, "must be like"),
        ({"MESSAGE_SENDER": "Refuge Locks"}, "Choose a short, neutral name"),
    ],
)
def test_a_bad_setting_is_named_and_its_gateway_left_out(environment, message):
    post, faults = read(**environment)
    assert any(message in fault for fault in faults)
    assert (post.mail, post.sms) == (None, None)
