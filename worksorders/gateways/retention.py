"""How long each field is kept: the table that ships with the product, or the operator's own."""

from __future__ import annotations

import csv
import os
from functools import cache
from importlib.resources import files
from pathlib import Path

from worksorders.domain.privacy.retention import RetentionRule, read_rules


@cache
def rules() -> tuple[RetentionRule, ...]:
    """The rules of `retention.csv`, or of the file that `RETENTION_RULES` names, in their order."""
    own = os.environ.get("RETENTION_RULES", "").strip()
    source = Path(own) if own else files("worksorders") / "data" / "retention.csv"
    return read_rules(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))
