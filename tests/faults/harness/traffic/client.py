"""Somebody at a browser: signs in, opens a page, sends its form, and sends it again for as long as no answer came."""

import http.client
import re
import time
from enum import Enum
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests import factories
from tests.web.portal.test_portal_offers import fields_of

ANSWER_SECONDS = 4.0
PAUSE_SECONDS = 0.1
DOORS = ("/sign-in", "/unlock")
REFUSED = {404, 409, 410, 422}
LOST = (OSError, http.client.HTTPException)


class Outcome(Enum):
    """What the person at the browser knows of a form: taken, refused, or nothing."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Person:
    """One account with its cookies; used by one thread at a time."""

    def __init__(self, port, name):
        self.port, self.name = port, name
        self.cookies, self.csrf = {}, ""
        self.last = "nothing sent"

    def twin(self):
        """The same person in a second window: same cookies, another connection."""
        other = Person(self.port, self.name)
        if not self.cookies:
            self.sign_in()
        other.cookies, other.csrf = dict(self.cookies), self.csrf
        return other

    def request(self, method, path, data=None, *, seconds=ANSWER_SECONDS, listen=True):
        """One request on a connection of its own; gives status, address it leads to, and text.

        Raises OSError or HTTPException where no whole answer came. With ``listen`` false the connection is closed
        as soon as the request has been sent.
        """
        connection = http.client.HTTPConnection("localhost", self.port, timeout=seconds)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            body = None if data is None else urlencode(data, doseq=True)
            connection.request(method, path, body, headers)
            if not listen:
                return 0, "", ""
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for header in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        return answer.status, answer.headers.get("Location", ""), text

    def sign_in(self):
        """Sign in afresh; raises ConnectionError where the product does not let us."""
        self.cookies = {}
        _, _, page = self.request("GET", "/sign-in")
        data = {"name": self.name, "password": factories.PASSWORD, "csrf_token": token_of(page)}
        status, location, _ = self.request("POST", "/sign-in", data)
        if status != 303 or location.startswith(DOORS):
            raise ConnectionError(f"sign-in of {self.name} was answered with {status}")
        _, _, page = self.request("GET", "/unlock")
        self.csrf = token_of(page)

    def page(self, path, until):
        """The text of a page, asked for until it comes or the time is over; empty then, and for one that is gone."""
        while time.monotonic() < until:
            try:
                status, _location, text = self._signed_in("GET", path)
            except LOST:
                time.sleep(PAUSE_SECONDS)
                continue
            if status == 200:
                return text
            if status in REFUSED:
                return ""
            time.sleep(PAUSE_SECONDS)
        return ""

    def form(self, page, action, until):
        """The fields of a form on a page as a browser would send them; None where there is no such form."""
        text = self.page(page, until)
        return fields_of(text, action) if f'action="{action}"' in text else None

    def send(self, path, data):
        """Send a form once; an expired session is renewed first and is no answer."""
        try:
            status, location, _ = self._signed_in("POST", path, data)
        except LOST as error:
            self.last = repr(error)
            return Outcome.UNKNOWN
        self.last = f"{status} {location}"
        if status == 303 and not location.startswith(DOORS):
            return Outcome.TAKEN
        return Outcome.REFUSED if status in REFUSED else Outcome.UNKNOWN

    def hang_up(self, path, data):
        """Send a form and close before reading the answer."""
        try:
            self.request("POST", path, data | {"csrf_token": self.csrf}, listen=False)
        except LOST:
            return

    def _signed_in(self, method, path, data=None):
        if not self.cookies or not self.csrf:
            self.sign_in()
        for _ in range(2):
            sent = None if data is None else data | {"csrf_token": self.csrf}
            status, location, text = self.request(method, path, sent)
            if status not in {400, 401} and not (status in {302, 303} and location.startswith(DOORS)):
                break
            self.sign_in()
        return status, location, text


def token_of(page):
    """The CSRF token of a page; raises ConnectionError where it has none."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise ConnectionError("the page has no form")
    return found[1]
