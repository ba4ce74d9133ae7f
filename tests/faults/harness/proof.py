"""The checker proves itself: each planted mistake has to be reported, as what it is, within a few seeds."""

from tests.faults.harness.running import plants

FIRST, TRIES = 900_000, 8
PATIENCE_SECONDS = 4.0


def prove(storm, say):
    """Plant each mistake in turn; gives those that were not found."""
    missed = []
    storm.patience = PATIENCE_SECONDS
    # A planning worker takes seconds to start: its mistakes are planted where seeds have made plans.
    wanted = plants.FINDABLE | (plants.FINDABLE_IN_PLANS if storm.house.plans else {})
    for name, (kind, sort) in wanted.items():
        plants.plant(name)
        found = next((seed for seed in _seeds(storm, kind) if _tells(seed, sort)), None)
        plants.plant()
        storm.bury()
        if found is None:
            missed.append(f"planted, and not found in {TRIES} seeds: {name}")
        else:
            said = next(violation for violation in found.violations if violation.sort == sort)
            say(f"planted: {name:24} found by '{kind}' as {said}")
    return missed


def _seeds(storm, kind):
    for number in range(FIRST, FIRST + TRIES):
        yield storm.run(number, kind)
        storm.bury()


def _tells(seed, sort):
    return any(violation.sort == sort for violation in seed.violations)
