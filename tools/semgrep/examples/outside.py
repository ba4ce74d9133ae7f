"""Breaches of the rules over what goes outside, and their fair neighbours, for `semgrep --test`."""

import ssl

# ruleid: network-outside-gateways
import requests

# ruleid: network-outside-gateways
from urllib import request

# ok: network-outside-gateways
from urllib.parse import urlsplit

# ruleid: mail-outside-the-outbox
import smtplib

# ruleid: mail-outside-the-outbox
from worksorders.gateways.messages.mail import Mail

# ruleid: geocoder-outside-its-gateway
from geopy.geocoders import Nominatim

# ruleid: geocoder-outside-its-gateway
import geopy

# ok: geocoder-outside-its-gateway
from worksorders.gateways.addresses import geocode

# ok: mail-outside-the-outbox
from worksorders.steps import outbox


def send(session, client, context):
    # ok: mail-outside-the-outbox
    outbox.send(session, "message.send", {"message_id": "1"})
    # ruleid: certificate-unchecked
    client.get("https://gateway.example", verify=False)
    # ruleid: certificate-unchecked
    context.verify_mode = ssl.CERT_NONE
    # ruleid: certificate-unchecked
    context.check_hostname = False
    # ok: certificate-unchecked
    context.check_hostname = True
    # ok: certificate-unchecked
    context.verify_mode = ssl.CERT_REQUIRED
