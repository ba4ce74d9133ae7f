"""The one fact beside the machines: whether an opening of the home is secure."""

from collections.abc import Iterable
from enum import StrEnum


class OpeningState(StrEnum):
    """How an opening stands; only a person who has seen it says so."""

    SECURE = "secure"
    TEMPORARILY_SECURED = "temporarily_secured"
    INSECURE = "insecure"


def home_state(openings: Iterable[OpeningState]) -> OpeningState:
    """The home is as secure as its worst opening; a home without openings counts as secure."""
    states = set(openings)
    for state in (OpeningState.INSECURE, OpeningState.TEMPORARILY_SECURED):
        if state in states:
            return state
    return OpeningState.SECURE
