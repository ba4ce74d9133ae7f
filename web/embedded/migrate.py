"""Bring the database at MIGRATION_URL to the newest schema: python -m web.embedded.migrate."""

import os
import sys

from web import config
from worksorders.store import migrate


def main() -> int:
    """Migrate as the owner; a missing address is one plain message."""
    try:
        migrate.upgrade(config.migration_url(os.environ))
    except config.ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
