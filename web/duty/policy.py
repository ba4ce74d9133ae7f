"""Who may use the routes of duty: those who can be on duty."""

from web.access import allow
from worksorders.domain.roles import Role

ON_DUTY = allow(Role.COORDINATOR, Role.ADMINISTRATOR)

POLICY = {
    "roster": ON_DUTY,
    "set_turns": ON_DUTY,
    "remove_turn": ON_DUTY,
    "alerts": ON_DUTY,
    "alert": ON_DUTY,
    "acknowledge": ON_DUTY,
}
