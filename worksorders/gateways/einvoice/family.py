"""The specifications that an e-invoice may follow: PINT A-NZ first, and the European forms that arrive beside it.

Each has its own process identifiers, tax scheme, tax categories and names of the rules; rules that one has not got are
not applied to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BILLING = ("urn:peppol:pint:billing-1@aunz-1", "urn:peppol:bis:billing")
SELF_BILLING = ("urn:peppol:pint:selfbilling-1@aunz-1", "urn:peppol:bis:selfbilling")
_EN = "urn:cen.eu:en16931:2017"
_POACC = "urn:fdc:peppol.eu:2017:poacc"
_EUROPE = frozenset({"S", "Z", "E", "G", "O", "AE", "K", "L", "M", "B"})
_HERE = frozenset({"S", "Z", "E", "G", "O"})


@dataclass(frozen=True, slots=True)
class Family:
    """A specification: `starts` its identifier, `processes` are patterns, `ignores` are rules that it has not got.

    Without `categories` any tax category will do.
    """

    name: str
    starts: str
    processes: tuple[str, ...] = ()
    tax_scheme: str = "GST"
    categories: frozenset[str] = _HERE
    ignores: frozenset[str] = frozenset()
    european: bool = False

    def rule_id(self, rule: str) -> str:
        """The name that a rule of PINT has in this specification."""
        return _european_id(rule) if self.european else rule


_NOT_IN_EUROPE = frozenset(
    {
        "aligned-ibr-001-aunz",
        "aligned-ibr-002-aunz",
        "aligned-ibr-004-aunz",
        "aligned-ibr-005-aunz",
        "ibr-120",
        "aligned-ibrp-cl-02",
        "aligned-ibrp-060",
        "aligned-ibrp-sr-43",
    }
)
_NOT_IN_CORE = _NOT_IN_EUROPE | {
    "ibr-076",
    "ibr-079",
    "ibr-080",
    "ibr-081",
    "aligned-ibrp-003",
    "aligned-ibrp-004",
    "aligned-ibrp-053",
    "aligned-ibrp-054",
    "aligned-ibrp-055",
    "aligned-ibrp-057",
    "aligned-ibrp-058",
    "aligned-ibrp-021",
    "aligned-ibrp-022",
    "ibr-068",
    "ibr-077",
    "ibr-082",
    "ibr-126",
    "ibr-sr-51",
}

PINT = Family("PINT A-NZ", BILLING[0], (BILLING[1],))
PINT_SELF = Family("PINT A-NZ self-billing", SELF_BILLING[0], (SELF_BILLING[1],))
FAMILIES = (
    PINT,
    PINT_SELF,
    Family(
        "A-NZ Peppol BIS 3.0",
        f"{_EN}#conformant#{_POACC}:billing:international:aunz:3.0",
        (rf"{_POACC}:billing:[0-9]{{2}}:1\.0",),
    ),
    Family(
        "A-NZ Peppol BIS 3.0 self-billing",
        f"{_EN}#conformant#{_POACC}:selfbilling:international:aunz:3.0",
        (rf"{_POACC}:(self)?billing:[0-9]{{2}}:1\.0",),
    ),
    Family(
        "Peppol BIS 3.0 of Singapore",
        f"{_EN}#conformant#{_POACC}:billing:international:sg:3.0",
        categories=frozenset(),
        ignores=_NOT_IN_EUROPE,
        european=True,
    ),
    Family("PINT", "urn:peppol:pint:", ignores=_NOT_IN_EUROPE, categories=frozenset()),
    Family(
        "Peppol BIS Billing 3.0",
        f"{_EN}#compliant#{_POACC}:",
        (rf"{_POACC}:(self)?billing:[0-9]{{2}}:1\.0",),
        "VAT",
        _EUROPE,
        _NOT_IN_EUROPE,
        european=True,
    ),
    Family("EN 16931", _EN, (), "VAT", _EUROPE, _NOT_IN_CORE, european=True),
)  # fmt: skip


def family_of(customization: str) -> Family:
    """The specification that a document names; one that we do not know is read as PINT A-NZ."""
    for family in FAMILIES:
        if customization.startswith(family.starts):
            return family
    return PINT


def follows(family: Family, process: str) -> bool:
    """Whether a process identifier is one of the specification; one without any takes whatever is given."""
    return not family.processes or any(re.fullmatch(one, process) for one in family.processes)


_NAMED = {
    "ibr-076": "PEPPOL-EN16931-R001",
    "aligned-ibrp-002-aunz": "PEPPOL-EN16931-R007",
    "ibr-079": "PEPPOL-EN16931-R008",
    "ibr-080": "PEPPOL-EN16931-R010",
    "ibr-081": "PEPPOL-EN16931-R020",
    "aligned-ibrp-003": "PEPPOL-EN16931-R003",
    "aligned-ibrp-004": "PEPPOL-EN16931-R046",
    "ibr-126": "PEPPOL-EN16931-R051",
    "aligned-ibrp-053": "PEPPOL-EN16931-R120",
    "aligned-ibrp-054": "PEPPOL-EN16931-R040",
    "aligned-ibrp-055": "PEPPOL-EN16931-R040",
    "aligned-ibrp-057": "PEPPOL-EN16931-R041",
    "aligned-ibrp-058": "PEPPOL-EN16931-R041",
    "ibr-087": "PEPPOL-EN16931-R121",
    "ibr-088": "PEPPOL-EN16931-R130",
    "ibr-085": "PEPPOL-EN16931-R110",
    "ibr-086": "PEPPOL-EN16931-R111",
    "ibr-073": "PEPPOL-EN16931-F001",
    "ibr-068": "PEPPOL-COMMON-R040",
    "aligned-ibrp-005": "BR-DEC-01",
    "aligned-ibrp-018": "BR-61",
    "aligned-ibrp-051-aunz": "BR-CO-17",
    "aligned-ibrp-061": "BR-CO-25",
}
LAST_SHARED = 65
_PLAIN = re.compile(r"(?:aligned-)?ibrp?-([0-9]{3})(?:-aunz(?:-sb)?)?")
_TAX = re.compile(r"aligned-ibrp-([a-z]{1,2})-([0-9]{2})-aunz")
_OTHER = re.compile(r"(?:aligned-)?ibrp?-(co|cl)-([0-9]{2})(?:-aunz(?:-sb)?)?")


def _european_id(rule: str) -> str:
    """EN 16931 numbers the same rules BR-01, BR-CO-10, BR-S-08 and so on; Peppol's own have names of their own."""
    if rule in _NAMED:
        return _NAMED[rule]
    if found := _TAX.fullmatch(rule):
        return f"BR-{found[1].upper()}-{found[2]}"
    if found := _OTHER.fullmatch(rule):
        return f"BR-{found[1].upper()}-{found[2]}"
    found = _PLAIN.fullmatch(rule)
    if found and int(found[1]) <= LAST_SHARED:
        return f"BR-{int(found[1]):02}"
    return rule
