"""What the tests of never asking have in common."""

from __future__ import annotations

from tests import factories
from worksorders.steps.consents import (
    screening,
)

NOW = factories.NOW


def bar(world, row, actor=None):
    return screening.bar(world.session, world.cipher, actor or world.actor, row.id, NOW)
