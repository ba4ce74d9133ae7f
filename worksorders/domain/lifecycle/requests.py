"""The machine of a request under the Privacy Act: one person proposes the answer, another decides, unless it is taken back."""

from worksorders.domain.lifecycle.machine import Machine, allow, build
from worksorders.domain.roles import Role

_OFFICER = (Role.PRIVACY_OFFICER,)
_DECIDERS = (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR)

REQUEST: Machine = build(
    "privacy request",
    ("open", "proposed", "released", "refused", "withdrawn"),
    [
        allow("confirm_identity", ["open"], "open", _OFFICER),
        allow("extend", ["open"], "open", _OFFICER),
        allow("extend", ["proposed"], "proposed", _OFFICER),
        allow("propose", ["open"], "proposed", _OFFICER),
        allow("send_back", ["proposed"], "open", _DECIDERS),
        allow("release", ["proposed"], "released", _DECIDERS),
        allow("refuse", ["proposed"], "refused", _DECIDERS),
        allow("withdraw", ["open", "proposed"], "withdrawn", _OFFICER),
    ],
)
"""`extend` puts the last day off, once; that the two people differ is held beside the table, and by the database. Only who asked takes a request back: an officer records it."""
