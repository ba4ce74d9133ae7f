"""The machines of what comes after the work: an inspection and a defect."""

from worksorders.domain.lifecycle.machine import Machine, allow, build
from worksorders.domain.roles import Role

_COORDINATOR = (Role.COORDINATOR,)
_OFFICE = (Role.COORDINATOR, Role.SYSTEM)

INSPECTION: Machine = build(
    "inspection",
    ("due", "passed", "failed", "withdrawn"),
    [
        allow("pass", ["due"], "passed", _COORDINATOR),
        allow("fail", ["due"], "failed", _COORDINATOR),
        allow("withdraw", ["due"], "withdrawn", _COORDINATOR),
    ],
)

DEFECT: Machine = build(
    "defect",
    ("found", "returned", "mended", "withdrawn"),
    [
        allow("return_to_firm", ["found"], "returned", _COORDINATOR),
        allow("mend", ["found", "returned"], "mended", _OFFICE),
        allow("take_back", ["returned"], "found", _OFFICE),
        allow("withdraw", ["found"], "withdrawn", _COORDINATOR),
    ],
)
"""`mend` from found is for what was put right at once; `take_back` is for a repair whose visit came to nothing."""
