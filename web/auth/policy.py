"""Who may use the sign-in routes."""

from web.access import PUBLIC, SIGNED_IN, Rule

LOCKED_TOO = Rule(SIGNED_IN.roles, while_locked=True)

POLICY = {
    "sign_in": PUBLIC,
    "home": SIGNED_IN,
    "unlock": LOCKED_TOO,
    "sign_out": LOCKED_TOO,
    "password": LOCKED_TOO,
}
