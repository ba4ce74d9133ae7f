"""The records themselves: an assessment, a worker, a check, and a version of the catalogue."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from catalogue.load import CATALOGUE_COLUMNS, FINDINGS_COLUMNS
from catalogue.trade import TRADES
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.order.assessment import CRITERIA, MOST_MEASURED
from worksorders.domain.order.deadlines import Urgency
from worksorders.domain.records.schema import Field, Kind, record, text

MOST_PEOPLE = 30
MOST_OPENINGS = 60
MOST_FINDINGS = 30
LONGEST_TRAVEL = 480
MOST_CELL = 500
# The box around New Zealand and the Chatham Islands, which lie beyond the 180th meridian.
LATITUDES = (Decimal(-48), Decimal(-34))
LONGITUDES = (Decimal(-180), Decimal(180))
ASSESSMENTS, WORKERS, CHECKS, CATALOGUE = "assessments", "workers", "checks", "catalogue"


def assessment(towns: Collection[str] = (), opening_kinds: Collection[str] = ()) -> Field:
    """An approved survey as an agency hands it over; towns and kinds of opening are those that are known today."""
    finding = record(
        "findings",
        "Finding",
        text("finding", "Finding", 200, note="In the words of the catalogue's rules."),
        Field(
            "measured", "Measured quantity", Kind.NUMBER, required=False, least=Decimal(0), most=MOST_MEASURED
        ),
    )
    opening = record(
        "openings",
        "Opening",
        _choice("kind", "Kind of opening", opening_kinds),
        text("label", "Which opening", 120),
        _choice("state", "State tonight", [state.value for state in OpeningState]),
        _many(finding, required=False, most=MOST_FINDINGS),
    )
    return record(
        "assessment",
        "Assessment",
        text("reference", "The sender's own reference", 60, protected=True, note="Tells records of one file apart."),
        text("agency", "Agency", 120),
        _choice("urgency", "Urgency class", [one.value for one in Urgency]),
        _whole("adults", "Adults in the home", 0, MOST_PEOPLE),
        _whole("children", "Children in the home", 0, MOST_PEOPLE),
        Field("assessed_on", "Day of the survey", Kind.DAY),
        record(
            "answers",
            "The six answers",
            *(Field(one.key, f"{one.wording[:1].upper()}{one.wording[1:]}", Kind.YES_NO) for one in CRITERIA),
        ),
        text("answers_given_by", "Who gave the answers", 120),
        Field("answers_given_on", "Day of the answers", Kind.DAY),
        record(
            "home",
            "Home",
            text("street", "Street address", protected=True),
            _choice("town", "Town", towns),
            Field("built_before_2000", "Built before 2000", Kind.YES_NO),
            _degrees("latitude", "Latitude", *LATITUDES),
            _degrees("longitude", "Longitude", *LONGITUDES),
        ),
        record(
            "person",
            "Person",
            text("name", "Name", protected=True),
            Field("phone", "Safe phone number", Kind.PHONE, required=False, protected=True),
            text("other_names", "Other names", protected=True, required=False, many=True),
            text("safe_contact", "How to make contact safely", 1000, protected=True, required=False),
        ),
        Field("safe_times", "Times in which a visit is safe", Kind.TIMES, many=True),
        text("advocate", "Advocate", 120, required=False, note="Needed where one of the six answers is no."),
        Field(
            "same_home", "The same home as that of a known person", Kind.YES_NO, required=False,
            note="Only in answer to the question whether it is.",
        ),
        _many(opening, most=MOST_OPENINGS),
    )  # fmt: skip


def worker(towns: Collection[str] = ()) -> Field:
    """A person whom a firm sends into homes."""
    return record(
        "worker",
        "Worker",
        text("firm_code", "Code of the firm", 12),
        text("first_name", "First name", 80),
        text("last_name", "Last name", 80),
        _choice("base_town", "Town of the depot", towns),
        Field("trades", "Trades", Kind.CHOICE, choices=TRADES, many=True),
        Field("phone", "Phone number", Kind.PHONE, required=False),
        _whole("max_travel_minutes", "Longest travel in minutes", 1, LONGEST_TRAVEL, required=False),
        Field("on_call", "On call", Kind.YES_NO, required=False),
    )


def check(kinds: Collection[str] = ()) -> Field:
    """A check of a firm, or of one of its workers where their name is given."""
    return record(
        "check",
        "Check",
        text("firm_code", "Code of the firm", 12),
        text(
            "first_name",
            "Worker's first name",
            80,
            required=False,
            note="Empty for a check of the firm itself.",
        ),
        text(
            "last_name",
            "Worker's last name",
            80,
            required=False,
            note="Empty for a check of the firm itself.",
        ),
        _choice("kind", "Kind of check", kinds),
        text("number", "Number on the document", 60),
        text("issuer", "Issuer", 120),
        Field("issued_on", "Issued on", Kind.DAY),
        Field("expires_on", "Expires on", Kind.DAY, required=False),
    )


def catalogue() -> Field:
    """A version of the catalogue: the rows of its two files, in the words of their columns."""
    return record(
        "catalogue",
        "Catalogue",
        Field("valid_from", "First day", Kind.DAY),
        _many(record("items", "Measure", *(_cell(name) for name in CATALOGUE_COLUMNS)), most=2000),
        _many(record("findings", "Rule", *(_cell(name) for name in FINDINGS_COLUMNS)), most=5000),
    )


def _cell(name: str) -> Field:
    return text(name, name.replace("_", " ").capitalize(), MOST_CELL, required=False)


def _choice(name: str, title: str, choices: Collection[str]) -> Field:
    return Field(name, title, Kind.CHOICE, choices=tuple(choices))


def _whole(name: str, title: str, least: int, most: int, *, required: bool = True) -> Field:
    return Field(name, title, Kind.WHOLE, required, Decimal(least), Decimal(most))


def _degrees(name: str, title: str, least: Decimal, most: Decimal) -> Field:
    return Field(name, title, Kind.NUMBER, required=False, least=least, most=most, protected=True)


def _many(of: Field, *, most: int, required: bool = True) -> Field:
    return Field(of.name, of.title, of.kind, required, None, Decimal(most), many=True, fields=of.fields)
