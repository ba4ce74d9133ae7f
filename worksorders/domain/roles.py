"""Who acts: the roles of users, and the system itself for moves that the clock makes."""

from enum import StrEnum


class Role(StrEnum):
    """A user's role (programme.md, "Who uses this system"); `SYSTEM` is a job, never a sign-in."""

    COORDINATOR = "coordinator"
    CONTRACTOR = "contractor"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    PRIVACY_OFFICER = "privacy_officer"
    SYSTEM = "system"


USER_ROLES: tuple[Role, ...] = tuple(role for role in Role if role is not Role.SYSTEM)
