"""Whether this process can do its work, asked by the supervisor and by load balancers."""

from collections.abc import Callable

from flask import current_app


def check_health() -> bool:
    """Run the check in the setting `HEALTH_CHECK`, which raises when the database does not answer.

    Without such a check there is nothing to ask, and the process is taken to be well.
    """
    check: Callable[[], object] | None = current_app.config["HEALTH_CHECK"]
    if check is None:
        return True
    try:
        check()
    except Exception as problem:  # noqa: BLE001 -- whatever the engine raises, the answer is "not ready".
        current_app.logger.warning("health check failed: %s", type(problem).__name__)
        return False
    return True
