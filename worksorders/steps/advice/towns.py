"""A town as a question names it: its middle stands for a home or a base that is not known."""

from __future__ import annotations

from worksorders.domain.errors import Fault, FaultsError
from worksorders.gateways import places
from worksorders.gateways.places import Town


def town_of(code: str, region_codes: list[str]) -> Town:
    """The town with this code; raises FaultsError at `town` where it is unknown or outside of the plan's regions."""
    town = places.towns().get(code)
    if town is None:
        raise FaultsError([Fault("town", "Choose the town.")])
    if region_codes and town.region_code not in region_codes:
        raise FaultsError([Fault("town", f"{town.label} is not in a region of this plan.")])
    return town


def towns_in(region_codes: list[str]) -> list[tuple[str, str]]:
    """Code and label of the towns that a question about a plan may name; of all where it has every region."""
    return [
        (code, label)
        for code, label in places.town_choices()
        if not region_codes or places.towns()[code].region_code in region_codes
    ]
