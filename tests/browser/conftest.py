"""Chromium against the served application: every page is watched for off-origin requests and for errors."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing but this machine can be found, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a page holds itself, and the parts of the browser that show a PDF: nothing of it goes over a network.
OWN_SCHEMES = ("data", "blob", "chrome", "chrome-extension")
# Chromium writes a console error for each 4xx answer; those are part of the product's behaviour.
EXPECTED = "Failed to load resource: the server responded with a status of 4"


class Watch:
    """What went wrong on any page of one test; empty at its end, or the test fails."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.problems: list[str] = []
        self.off_origin: list[str] = []

    def request(self, request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in OWN_SCHEMES and f"{url.scheme}://{url.netloc}" != self.origin:
            self.off_origin.append(request.url)

    def console(self, message) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            self.problems.append(f"console {message.type}: {message.text}")

    def follow(self, page) -> None:
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))


@pytest.fixture(scope="session")
def chromium():
    """One browser process for the run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def serve():
    """Serve an application on a free port: `origin = serve(app)`."""
    servers = []

    def start(app) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://localhost:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture
def open_context(chromium):
    """A fresh browser of one person: `context = open_context(origin, width=390, scheme="dark")`.

    At the end no page of it may have asked another origin for anything or written an error to the console;
    `context.watch` holds what was seen, for a test that expects something else.
    """
    contexts = []

    def start(origin: str, *, width: int = 1280, height: int = 900, scheme: str = "light", **options):
        context = chromium.new_context(
            base_url=origin, viewport={"width": width, "height": height}, color_scheme=scheme, **options
        )
        context.set_default_timeout(15_000)
        context.watch = Watch(origin)
        context.on("request", context.watch.request)
        context.on("page", context.watch.follow)
        contexts.append(context)
        return context

    yield start
    seen = [(context.watch.problems, context.watch.off_origin) for context in contexts]
    for context in contexts:
        context.close()
    assert [found for found in seen if found != ([], [])] == []


@pytest.fixture
def axe():
    """Assert that a page breaks no accessibility rule: `axe(page)`."""

    def check(page) -> None:
        options = {
            "runOnly": {"type": "tag", "values": RULES},
            "resultTypes": ["violations"],
            "selectors": False,
        }
        results = Axe().run(page, options=options)
        found = [
            f"{broken['id']}: {node['html'][:200]} {node['failureSummary']}"
            for broken in results.response["violations"]
            for node in broken["nodes"]
        ]
        assert found == []

    return check


@pytest.fixture
def picture():
    """Save a picture of the whole page in the folder that SCREENSHOTS names: `picture(page, "help-390-dark")`."""
    folder = os.environ.get("SCREENSHOTS")

    def save(page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return save


@pytest.fixture
def fits():
    """Assert that nothing makes the page wider than the screen: `fits(page)`."""

    def check(page) -> None:
        wide, shown = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= shown, f"page is {wide} px wide on a screen of {shown} px"

    return check
