"""The desk at which work is accepted and invoices are made, matched and paid, in the demo's past."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from worksorders.steps.actor import Actor
from worksorders.steps.demo.clock import Past


@dataclass
class Counter:
    """Coordinators who accept work, firms that invoice it, and finance clerks who match and pay."""

    past: Past
    staff: Mapping[str, Actor]
    offices: Mapping[uuid.UUID, Actor]
    random: Random

    def evening(self) -> None:
        """What is done at the end of a day."""
