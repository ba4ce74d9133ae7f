"""Who may hand files in, and who lets other systems in; which files a role hands in is the import's own rule."""

from web.access import allow
from worksorders.domain.roles import Role

ADMINISTRATORS = allow(Role.ADMINISTRATOR)
IMPORTERS = allow(Role.ADMINISTRATOR, Role.COORDINATOR)

TOKENS = ("tokens", "make_token", "revoke_token")
WEBHOOKS = (
    "webhooks",
    "register_webhook",
    "webhook",
    "change_webhook",
    "rotate_webhook",
    "ping_webhook",
    "disable_webhook",
    "enable_webhook",
)

POLICY = {
    **dict.fromkeys((*TOKENS, *WEBHOOKS), ADMINISTRATORS),
    **dict.fromkeys(("imports", "new_import", "import_template", "import_run"), IMPORTERS),
}
