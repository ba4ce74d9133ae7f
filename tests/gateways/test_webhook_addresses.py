"""Webhooks call no private address, by whatever name: addresses are looked at before and at the call."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worksorders.gateways import webhooks as gateway

LOCAL = gateway.allowed_networks({})


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/",
        "https://",
        "https://user:word@example.org/",
        "https://example.org/#part",
        "https://10.1.2.3/",
        "https://192.168.1.1:8443/",
        "https://169.254.169.254/latest",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://exa mple.org/",
        "https://example.org:99999/",
        "https://ex_ample.org/",
        "javascript:alert(1)",
        "https://example.org/" + "a" * 600,
    ],
)
def test_an_address_that_may_not_be_called_is_refused(url):
    with pytest.raises(gateway.AddressError):
        gateway.check_address(url, LOCAL)


@settings(max_examples=60)
@given(st.ip_addresses())
def test_no_private_address_is_ever_called(address):
    mapped = getattr(address, "ipv4_mapped", None) or address
    host = f"[{address}]" if address.version == 6 else str(address)
    try:
        gateway.check_address(f"https://{host}/", ())
    except gateway.AddressError:
        return
    assert mapped.is_global
    assert not any((mapped.is_private, mapped.is_loopback, mapped.is_link_local, mapped.is_multicast))


def test_a_name_that_leads_inside_is_not_called_and_the_checked_address_is(monkeypatch):
    def leads_to(*addresses):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]
        monkeypatch.setattr(gateway.socket, "getaddrinfo", lambda *_, **__: found)

    leads_to("192.0.78.9", "10.0.0.1")
    with pytest.raises(gateway.AddressError):
        gateway.find_target("https://example.org/", LOCAL)
    leads_to("1.1.1.1")
    assert gateway.find_target("https://example.org/", ()).address == "1.1.1.1"
    with pytest.raises(gateway.AddressError):
        gateway.find_target("http://localhost/", LOCAL)


def test_the_own_machine_is_allowed_only_where_nobody_comes_by_https_or_the_setting_says_so():
    here = ipaddress.ip_address("127.0.0.1")
    allowed = lambda **given: any(here in one for one in gateway.allowed_networks(given) if one.version == 4)
    assert allowed()
    assert not allowed(PUBLIC_URL="https://works.example.org")
    assert not allowed(WEBHOOK_PRIVATE_HOSTS="")
    assert allowed(PUBLIC_URL="https://works.example.org", WEBHOOK_PRIVATE_HOSTS="10.0.0.0/8, 127.0.0.1")
    with pytest.raises(gateway.AddressError):
        allowed(WEBHOOK_PRIVATE_HOSTS="here")
