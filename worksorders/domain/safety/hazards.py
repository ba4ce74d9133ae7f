"""What a worker is told of a home to stay safe there: a closed list of things, never of people or of what happened."""

from collections.abc import Collection, Sequence

from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.lifecycle.reasons import Reason, ReasonList

HAZARDS = ReasonList(
    "hazards",
    (
        Reason("dog", "A dog"),
        Reason("asbestos_suspected", "Asbestos suspected"),
        Reason("asbestos_known", "Asbestos known"),
        Reason("lead_paint", "Lead paint"),
        Reason("unsafe_floor", "Unsafe deck, steps or floor"),
        Reason("height", "Work at height"),
        Reason("wiring", "Live or old wiring"),
        Reason("driveway", "Steep or shared driveway"),
        Reason("no_mobile", "No mobile coverage"),
        Reason("poor_light", "Poor light"),
        Reason("gas_bottles", "Gas bottles"),
        Reason("contamination", "Sharps or contamination"),
        Reason("call_on_arrival", "Call the coordinator when you arrive"),
    ),
)
"""There is no free text: whoever reads the list learns nothing of the client, of violence or of anybody else."""


def check_hazards(codes: Collection[str]) -> tuple[str, ...]:
    """The codes, each once and in the order of the list; raises FaultsError at `hazards` for one that it lacks."""
    unknown = sorted({code for code in codes if not HAZARDS.knows(code)})
    if unknown:
        words = ", ".join(f"“{code}”" for code in unknown)
        raise FaultsError([Fault("hazards", f"{words} is not on the list of hazards: choose from the list.")])
    return tuple(reason.code for reason in HAZARDS.reasons if reason.code in codes)


def hazard_words(codes: Sequence[str]) -> tuple[str, ...]:
    """What people read for the codes."""
    return tuple(HAZARDS.label(code) for code in codes)
