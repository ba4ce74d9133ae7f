"""Everything that the lines of a visit still lack, each at its field."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

from worksorders.domain.completion.proof import find_missing as gaps_of
from worksorders.steps.completion.proof import Proofs, asked_of
from worksorders.store.tables.work.orders import WorksLine


def find_missing(lines: Mapping[uuid.UUID, WorksLine], proofs: Proofs) -> Iterator[tuple[str, str]]:
    """Pairs of `line-<id>-<field>` and message, in the order of the lines."""
    for line_id, line in lines.items():
        for name, message in gaps_of(line.measure, asked_of(line), proofs.of(line_id)):
            yield f"line-{line_id}-{name}", message
