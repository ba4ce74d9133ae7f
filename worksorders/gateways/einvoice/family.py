"""The specifications that an e-invoice may follow: PINT A-NZ first, and the European forms that arrive beside it.

Each has its own process identifiers, tax scheme, tax categories and names of the rules; rules that one has not got are
not applied to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from worksorders.gateways.einvoice.form import code_lists as codes

BILLING = ("urn:peppol:pint:billing-1@aunz-1", "urn:peppol:bis:billing")
SELF_BILLING = ("urn:peppol:pint:selfbilling-1@aunz-1", "urn:peppol:bis:selfbilling")
_EN = "urn:cen.eu:en16931:2017"
_POACC = "urn:fdc:peppol.eu:2017:poacc"
_EUROPE = frozenset({"S", "Z", "E", "G", "O", "AE", "K", "L", "M", "B"})
_HERE = frozenset({"S", "Z", "E", "G", "O"})


@dataclass(frozen=True, slots=True)
class Family:
    """A specification: `starts` its identifier, `processes` are patterns, `ignores` are rules that it has not got.

    Without `categories` any tax category will do, without `tax_scheme` any tax; `types` are the codes of its invoices
    and of its credit notes. A `foreign` jurisdiction aligns PINT in its own way: none of ours is asked of it.
    """

    name: str
    starts: str
    processes: tuple[str, ...] = ()
    tax_scheme: str = "GST"
    categories: frozenset[str] = _HERE
    ignores: frozenset[str] = frozenset()
    european: bool = False
    suffix: str = ""
    foreign: bool = False
    types: tuple[frozenset[str], frozenset[str]] | None = None

    def knows(self, rule: str) -> bool:
        """Whether a rule of PINT A-NZ, or one of Peppol's own, is one of this specification too."""
        if rule.startswith("PEPPOL-"):
            return self.types is not None
        return rule not in self.ignores and not (self.foreign and rule.startswith("aligned-"))

    def rule_id(self, rule: str) -> str:
        """The name that a rule of PINT has in this specification."""
        if not self.european:
            return rule
        name = _european_id(rule)
        if self.suffix and _ADAPTED.fullmatch(name):
            return f"{name}-AUNZ"
        return f"{name}{self.suffix}" if self.suffix == "-AUNZ-SB" and name in _SELF_BILLED else name


_NOT_IN_EUROPE = frozenset(
    {
        "aligned-ibr-001-aunz",
        "aligned-ibr-002-aunz",
        "aligned-ibr-004-aunz",
        "aligned-ibr-005-aunz",
        "aligned-ibrp-cl-02",
        "aligned-ibrp-060",
        "aligned-ibrp-sr-43",
    }
)
_NOT_IN_CORE = _NOT_IN_EUROPE | {
    "ibr-120",
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

_SHARED = ("urn:peppol:bis:billing_with_response", r"urn:peppol:france:billing:(non-)?regulated")
_NOT_IN_SINGAPORE = _NOT_IN_EUROPE | {"ibr-120", "aligned-ibrp-005"}
_TYPES = (codes.BILLED, codes.CREDITED)
_OWN_TYPES = (frozenset({"389"}), frozenset({"261"}))

PINT = Family("PINT A-NZ", BILLING[0], (BILLING[1],))
PINT_SELF = Family("PINT A-NZ self-billing", SELF_BILLING[0], (SELF_BILLING[1],))
FAMILIES = (
    PINT,
    PINT_SELF,
    Family(
        "A-NZ Peppol BIS 3.0",
        f"{_EN}#conformant#{_POACC}:billing:international:aunz:3.0",
        (rf"{_POACC}:billing:[0-9]{{2}}:1\.0",),
        european=True,
        suffix="-AUNZ",
        types=_TYPES,
    ),
    Family(
        "A-NZ Peppol BIS 3.0 self-billing",
        f"{_EN}#conformant#{_POACC}:selfbilling:international:aunz:3.0",
        (rf"{_POACC}:selfbilling:[0-9]{{2}}:1\.0",),
        european=True,
        suffix="-AUNZ-SB",
        types=_OWN_TYPES,
    ),
    Family(
        "Peppol BIS 3.0 of Singapore",
        f"{_EN}#conformant#{_POACC}:billing:international:sg:3.0",
        categories=frozenset(),
        ignores=_NOT_IN_SINGAPORE,
        european=True,
    ),
    Family("PINT", "urn:peppol:pint:", (), "", frozenset(), _NOT_IN_EUROPE | {"ibr-120"}, foreign=True),
    Family(
        "Peppol BIS Self-Billing 3.0",
        f"{_EN}#compliant#{_POACC}:selfbilling",
        (rf"{_POACC}:selfbilling:01:1\.0", *_SHARED),
        "VAT",
        _EUROPE,
        _NOT_IN_EUROPE,
        european=True,
        types=(_OWN_TYPES[0] | {"527"}, _OWN_TYPES[1]),
    ),
    Family(
        "Peppol BIS Billing 3.0",
        f"{_EN}#compliant#{_POACC}:",
        (rf"{_POACC}:billing:01:1\.0", *_SHARED),
        "VAT",
        _EUROPE,
        _NOT_IN_EUROPE,
        european=True,
        types=(codes.BILLED | {"326", "384"}, codes.CREDITED),
    ),
    Family("EN 16931", _EN, (), "VAT", _EUROPE, _NOT_IN_CORE, european=True),
)  # fmt: skip


def family_of(customization: str) -> Family:
    """The specification that a document names; one that we do not know is read as PINT A-NZ with any tax."""
    for family in FAMILIES:
        if customization.startswith(family.starts):
            return family
    return replace(PINT, tax_scheme="")


def follows(family: Family, process: str) -> bool:
    """Whether a process identifier is one of the specification; one without any takes whatever is given."""
    return not family.processes or any(re.fullmatch(one, process) for one in family.processes)


_NAMED = {
    "ibr-076": "PEPPOL-EN16931-R001",
    "aligned-ibrp-002-aunz": "PEPPOL-EN16931-R007",
    "aligned-ibrp-002-aunz-sb": "PEPPOL-EN16931-R007",
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
    "aligned-ibrp-050-aunz": "BR-CO-04",
    "aligned-ibr-001-aunz": "AUNZ-R-001",
    "aligned-ibr-002-aunz": "AUNZ-R-002",
    "aligned-ibr-004-aunz": "AUNZ-R-004",
    "aligned-ibr-005-aunz": "AUNZ-R-005",
    "aligned-ibrp-060": "PEPPOL-EN16931-R101",
    "aligned-ibrp-sr-12-aunz": "UBL-SR-12",
    "aligned-ibrp-sr-13-aunz": "UBL-SR-13",
    "aligned-ibrp-sr-43": "UBL-SR-43",
    "ibr-099": "UBL-SR-40",
    "ibr-109": "UBL-SR-35",
    "ibr-120": "PEPPOL-COMMON-R050",
}
_SELF_BILLED = frozenset({"PEPPOL-EN16931-R007", "PEPPOL-EN16931-P0100", "PEPPOL-EN16931-P0101"})
_ADAPTED = re.compile(
    r"BR-(?:13|14|32|37|45|46|47|48|53|56|CO-(?:03|04|1[3-8])|[SZEGO]-[0-9]{2})|UBL-SR-1[238]|PEPPOL-EN16931-R051"
)
"""Rules of EN 16931 that the A-NZ extension of Peppol BIS has in its own words, under names of its own."""
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
    if rule.startswith("ibr-sr-"):
        return f"UBL-SR-{rule.removeprefix('ibr-sr-')}"
    found = _PLAIN.fullmatch(rule)
    if found and int(found[1]) <= LAST_SHARED:
        return f"BR-{int(found[1]):02}"
    return rule
