"""A stranger's name that points at this machine (DNS rebinding) gets nothing."""

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from web.hosts import KnownHosts


@pytest.fixture
def client():
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "ours")
    app.wsgi_app = ProxyFix(KnownHosts(app.wsgi_app, "https://Works.example.org.nz:8443"), x_host=1)
    return app.test_client()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "LOCALHOST:8000",
        "127.0.0.1:8000",
        "[::1]:8000",
        "10.1.2.3",
        "works.example.org.nz",
        "works.example.org.nz.:8443",
    ],
)
def test_names_of_the_installation_and_addresses_are_served(client, host):
    assert client.get("/", headers={"Host": host}).text == "ours"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:8000",
        "works.example.org.nz.evil.example",
        "127.0.0.1.evil.example",
        "works.example.org.nz@evil.example",
        "evil.example#localhost",
        "[evil",
        "2130706433",
        "",
    ],
)
def test_any_other_name_is_refused_before_anything_is_looked_at(client, host):
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "PUBLIC_URL" in answer.text
    assert "ours" not in answer.text


def test_a_name_that_the_proxy_passes_on_counts(client):
    told = {"Host": "localhost", "X-Forwarded-Host": "evil.example"}
    assert client.get("/", headers=told).status_code == 400
