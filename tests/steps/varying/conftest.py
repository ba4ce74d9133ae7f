"""One worker on site for all tests of a file: each test goes on from there and is rolled back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.varying import committed_on_site


@pytest.fixture(scope="module")
def committed_scene(new_database, vault_key_file):
    """The services on a database of this file's own, and the scene that was committed there."""
    with committed_on_site(new_database, vault_key_file) as made:
        yield made


@pytest.fixture
def services(committed_scene):
    return committed_scene[0]


@pytest.fixture
def session(services):
    """A session that is rolled back at the end: steps never commit."""
    with services.sessions() as opened:
        yield opened


@pytest.fixture
def scene(committed_scene, session):
    """The committed scene with its rows in this test's session."""
    found = committed_scene[1]
    rows = ("firm", "other", "order", "visit", "line")
    return replace(found, **{name: session.merge(getattr(found, name), load=True) for name in rows})
