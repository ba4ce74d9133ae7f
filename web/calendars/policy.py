"""Who may use the calendar's routes; the file itself is opened by its secret address alone, as calendars fetch it."""

from web.access import PUBLIC, allow
from worksorders.domain.roles import Role

CONTRACTORS = allow(Role.CONTRACTOR)
POLICY = {"feed": CONTRACTORS, "make": CONTRACTORS, "end": CONTRACTORS, "file": PUBLIC}
