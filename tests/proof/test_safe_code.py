"""The rules over the code find what they are for, and nothing in the product; every pair of a rule and a breach is tried."""

from __future__ import annotations

import pytest

from tools import safe_code

BREACHES = {
    "import pickle": "worksorders/a.py",
    "from xml.etree import ElementTree": "worksorders/a.py",
    "import requests": "worksorders/steps/a.py",
    "import smtplib": "web/a.py",
    "from urllib import request": "web/a.py",
    "from geopy.geocoders import Nominatim": "worksorders/steps/a.py",
    "from markupsafe import Markup": "web/admin/a.py",
    "eval(words)": "web/a.py",
    "run('ls', shell=True)": "web/a.py",
    "print('hello')": "web/a.py",
    'session.execute(text(f"SELECT {name}"))': "worksorders/steps/a.py",
    'session.execute(text("SELECT %s" % name))': "worksorders/steps/a.py",
    'session.execute(text("SELECT {}".format(name)))': "worksorders/steps/a.py",
    'connection.execute("SELECT " + name)': "worksorders/steps/a.py",
    'log.warning(f"refused {row.name}")': "web/a.py",
    'log.warning("refused %s", error)': "web/a.py",
    'app.logger.exception("refused")': "web/a.py",
    'log.error("refused", exc_info=True)': "web/a.py",
    "float(amount)": "worksorders/steps/finance/a.py",
    "float(row.price)": "worksorders/steps/finance/a.py",
    "Environment(autoescape=False)": "worksorders/gateways/a.py",
}
IN_TEMPLATES = (
    "{{ name|safe }}", "{% autoescape false %}", "<script>x()</script>", '<b onclick="x()">', '<img src="//tiles.example/1">',
    '<a href="https://example.org">', '<p style="color: red">',
)  # fmt: skip
FAIR = (
    "from worksorders.steps.own_firm import requests", 'session.execute(text("SELECT 1"), {"a": b})',
    'log.warning("refused %s", type(error).__name__)', 'run(["ls"], shell=False)', "float(minutes)", "Decimal(amount)",
)  # fmt: skip


@pytest.mark.parametrize("line", BREACHES)
def test_a_breach_is_found(line):
    assert list(safe_code.findings(BREACHES[line], line)) != []


@pytest.mark.parametrize("line", IN_TEMPLATES)
def test_a_breach_in_a_template_is_found(line):
    assert list(safe_code.of_template(line)) != []


@pytest.mark.parametrize("line", FAIR)
def test_what_is_fair_is_left_alone(line):
    assert list(safe_code.findings("worksorders/steps/a.py", line)) == []


def test_nothing_of_the_product_breaks_a_rule():
    assert list(safe_code.everything()) == []
