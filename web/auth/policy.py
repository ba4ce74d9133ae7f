"""Who may use the sign-in routes."""

from web.access import PUBLIC, SIGNED_IN, Rule, allow
from worksorders.domain.roles import Role

LOCKED_TOO = Rule(SIGNED_IN.roles, while_locked=True)

# Also for who has yet to set up a second proof.
ENROLLING = Rule(SIGNED_IN.roles, while_enrolling=True)
CONFIRMERS = allow(Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)

POLICY = {
    "code": PUBLIC,
    "demo_link": PUBLIC,
    "passkey_options": PUBLIC,
    "passkey_sign_in": PUBLIC,
    "step_up_options": SIGNED_IN,
    "step_up": SIGNED_IN,
    **dict.fromkeys(
        ("account", "new_passkey_options", "keep_passkey", "remove_passkey", "end_session", "set_up_code"),
        ENROLLING,
    ),
    **dict.fromkeys(
        ("waiting", "ask_recovery", "confirm_change", "refuse_change", "withdraw_change"), CONFIRMERS
    ),
    "sign_in": PUBLIC,
    "home": SIGNED_IN,
    "unlock": LOCKED_TOO,
    "sign_out": LOCKED_TOO,
    "password": LOCKED_TOO,
}
