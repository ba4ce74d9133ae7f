"""The shipped catalogue, and lines and orders made of it, for the tests of the rules."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import catalogue
from catalogue.load import load_catalogue, load_findings
from worksorders.domain.order.deadlines import Place, Urgency
from worksorders.domain.order.lines import line_of
from worksorders.domain.order.visits import Raising

DATA = Path(catalogue.__file__).parent / "data"
AUCKLAND = Place(-36.85, 174.76)


@pytest.fixture(scope="session")
def items():
    return load_catalogue((DATA / "catalogue.csv").read_bytes())


@pytest.fixture(scope="session")
def rules(items):
    return load_findings((DATA / "findings.csv").read_bytes(), items)


@pytest.fixture(scope="session")
def line(items):
    """Makes a line: line("DR01", "front_door"); its id is DR01@front_door unless given."""

    def make(code, opening="home", *, kind=None, quantity=1, interim_for=None, name=None):
        return line_of(
            name or f"{code}@{opening}",
            items[code],
            opening_id=opening,
            opening_kind=kind or opening,
            quantity=Decimal(quantity),
            interim_for=interim_for,
        )

    return make


@pytest.fixture(scope="session")
def raising():
    """Makes what deadlines hang on; by default P3, raised on Monday 23 November 2026 at 09:00 in Auckland."""

    def make(urgency=Urgency.P3, raised_at=datetime(2026, 11, 22, 20, 0, tzinfo=UTC), place=AUCKLAND):
        return Raising(urgency, raised_at, place)

    return make
