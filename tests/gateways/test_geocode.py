"""A geocoder is asked only at the operator's own host, never by default, past proxies and redirects."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from web import config
from worksorders.gateways.addresses.geocode import KINDS, geocoder_from
from worksorders.gateways.addresses.geocoded import GeocoderError

ROOT = Path(__file__).parents[2]
ANSWERS = {
    "nominatim": [
        {
            "lat": "-35.7317",
            "lon": "174.3239",
            "display_name": "x",
            "address": {
                "house_number": "12A",
                "road": "Kōwhai Street",
                "suburb": "Regent",
                "city": "Whangārei",
            },
        },
        {"lat": "-35.7", "lon": "174.3", "display_name": "y", "address": {"city": "Whangārei"}},
    ],
    "photon": {
        "features": [
            {
                "geometry": {"coordinates": [174.3239, -35.7317]},
                "properties": {
                    "housenumber": "12A",
                    "street": "Kōwhai Street",
                    "district": "Regent",
                    "city": "Whangārei",
                },
            }
        ]
    },
    "pelias": {
        "features": [
            {
                "geometry": {"coordinates": [174.3239, -35.7317]},
                "properties": {
                    "name": "x",
                    "housenumber": "12A",
                    "street": "Kōwhai Street",
                    "neighbourhood": "Regent",
                    "locality": "Whangārei",
                },
            }
        ]
    },
}


@pytest.fixture
def own_host():
    """A geocoder on loopback: it answers what `replies` says and keeps what it was asked."""
    seen, replies = [], {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(replies.get("status", 200))
            if "to" in replies:
                self.send_header("Location", replies["to"])
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.end_headers()
            self.wfile.write(json.dumps(replies.get("body", [])).encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen, replies
        server.shutdown()
        thread.join()


def settings(kind, url, hosts="127.0.0.1"):
    return {"GEOCODER": kind, "GEOCODER_URL": url, "GEOCODER_HOSTS": hosts}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_answers_with_houses_from_its_own_host_past_every_proxy(
    own_host, kind, monkeypatch, caplog
):
    url, seen, replies = own_host
    replies["body"] = ANSWERS[kind]
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    faults = []
    geocoder = geocoder_from(settings(kind, url), faults)
    assert faults == []
    with caplog.at_level("DEBUG"):
        (found,) = geocoder.search("12a kowhai", 8)
    assert (found.street, found.suburb, found.town) == ("12A Kōwhai Street", "Regent", "Whangārei")
    assert (str(found.latitude), str(found.longitude)) == ("-35.731700", "174.323900")
    asked = parse_qs(urlsplit(seen[0]).query)
    assert ["12a kowhai"] in asked.values()
    assert "kowhai" not in caplog.text
    assert "kowhai" not in repr(found).lower().replace("ō", "o")


def test_an_answer_that_makes_no_sense_is_a_plain_error(own_host):
    url, _, replies = own_host
    replies["body"] = {"features": [{"geometry": {"coordinates": []}, "properties": {}}]}
    with pytest.raises(GeocoderError, match="did not answer"):
        geocoder_from(settings("pelias", url), []).search("12a kowhai", 8)


def test_a_redirect_is_not_followed_and_errors_name_no_address(own_host):
    url, seen, replies = own_host
    replies.update(status=302, to=f"{url}/elsewhere")
    geocoder = geocoder_from(settings("photon", url), [])
    with pytest.raises(GeocoderError) as raised:
        geocoder.search("12a kowhai", 8)
    assert len(seen) == 1
    assert "kowhai" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (settings("nominatim", ""), "none is taken by default"),
        (settings("google", "https://g.example.org.nz", "g.example.org.nz"), "GEOCODER is 'google'"),
        (settings("photon", "https://photon.komoot.io", "photon.komoot.io"), "a public service"),
        (
            settings("nominatim", "https://nominatim.openstreetmap.org", "nominatim.openstreetmap.org"),
            "a public",
        ),
        (
            settings("nominatim", "https://geo.example.org.nz", "other.example.org.nz"),
            "GEOCODER_HOSTS does not",
        ),
        (settings("pelias", "http://geo.example.org.nz", "geo.example.org.nz"), "by http"),
        (settings("", "https://geo.example.org.nz", "geo.example.org.nz"), "GEOCODER is ''"),
        (settings("pelias", "https://a:b@geo.example.org.nz", "geo.example.org.nz"), "with a password"),
    ],
)
def test_any_other_setting_stops_the_start_with_value_and_remedy(values, words):
    faults = []
    assert geocoder_from(values, faults) is None
    assert words in " ".join(faults)
    with pytest.raises(config.ConfigError, match="GEOCODER"):
        config.load(values)


def test_without_the_setting_there_is_no_geocoder():
    faults = []
    assert (geocoder_from({}, faults), faults) == (None, [])


@pytest.mark.parametrize(
    "line",
    [
        "from geopy.geocoders import Nominatim",
        "import geopy",
        "from geopy import Photon",
        "import geopy.geocoders as g",
    ],
)
def test_geopy_is_banned_everywhere_else(line):
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "--stdin-filename"]

    def codes(place):
        done = subprocess.run(
            [*command, str(ROOT / place), "-"],
            input=f"{line}\n",
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        return "TID251" in done.stdout

    assert codes("worksorders/steps/addresses/find.py")
    assert codes("web/coordinator/assessments.py")
    assert not codes("worksorders/gateways/addresses/geopy_hosts.py")
