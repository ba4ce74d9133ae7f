"""How long each field is kept: the table that ships with the product, or the operator's own."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from worksorders.domain.privacy.retention import RetentionRule, RuleFaultsError, read_rules

SETTING = "RETENTION_RULES"


@cache
def rules() -> tuple[RetentionRule, ...]:
    """The rules of `retention.csv`, or of the file that `RETENTION_RULES` names, in their order."""
    own = os.environ.get(SETTING, "").strip()
    return own_rules(Path(own)) if own else _shipped()


def check_rules(environment: Mapping[str, str], faults: list[str]) -> None:
    """Add to `faults` everything that is wrong with the operator's own table, by line."""
    own = environment.get(SETTING, "").strip()
    if not own:
        return
    try:
        own_rules(Path(own))
    except OSError as error:
        faults.append(f"{SETTING} {own} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        faults.append(f"{SETTING} {own} is not text in UTF-8.")
    except RuleFaultsError as error:
        faults += [f"{SETTING} {own}, {fault}." for fault in error.faults]


def own_rules(path: Path) -> tuple[RetentionRule, ...]:
    """The rules of a file; RuleFaultsError also where it names a kind that the product does not keep, or leaves one out."""
    found = _read(path.read_text(encoding="utf-8-sig"))
    known = {kind for rule in _shipped() for kind in rule.kinds}
    named = {kind for rule in found for kind in rule.kinds}
    fields = {rule.field for rule in _shipped()}
    faults = [
        f"row {line}: kinds names {kind}, which is none of {', '.join(sorted(known))}"
        for line, rule in enumerate(found, start=2)
        for kind in rule.kinds
        if kind not in known
    ]
    faults += [
        f"row {line}: field {rule.field} destroys nothing: give its kinds"
        for line, rule in enumerate(found, start=2)
        if not rule.kinds and rule.field not in fields
    ]
    faults += [f"no row destroys {kind}" for kind in sorted(known - named)]
    if faults:
        raise RuleFaultsError(faults)
    return found


def _shipped() -> tuple[RetentionRule, ...]:
    return _read((files("worksorders") / "data" / "retention.csv").read_text(encoding="utf-8"))


def _read(text: str) -> tuple[RetentionRule, ...]:
    return read_rules(csv.DictReader(text.splitlines()))
