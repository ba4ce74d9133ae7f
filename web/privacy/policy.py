"""Who may use the routes of privacy officers."""

from web.access import Rule, allow
from worksorders.domain.roles import Role

REVIEWERS = allow(Role.PRIVACY_OFFICER, Role.AUDITOR)

POLICY: dict[str, Rule] = {"reviews": REVIEWERS, "sign": REVIEWERS}
