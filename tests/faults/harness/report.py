"""One line a seed, and a table by kind of fault at the end."""

from collections import defaultdict

from tests.faults.harness.traffic.client import Outcome


def line(say, seed, chosen):
    """What became of a seed; after a violation, how to see it again."""
    told = f"{seed.told(Outcome.TAKEN)} taken, {seed.told(Outcome.REFUSED)} refused, {seed.told(Outcome.UNKNOWN)} unknown"
    say(
        f"seed {seed.number:5} {seed.kind:28} {told:34} write {seed.written_after:5.2f} s, all done "
        f"{seed.drained_after:5.2f} s, took {seed.took:5.2f} s{'' if seed.hit else '  (no victim)'}{'  VIOLATED' if seed.violations else ''}"
    )
    for violation in seed.violations:
        say(f"    {violation}")
    if seed.violations:
        words = f" KIND='{seed.kind}'" if chosen.kind else ""
        say(f"    again: make faults SEEDS=1 FIRST={seed.number} SCALE={chosen.scale:g}{words}")


def summary(say, seeds):
    """Of each kind how many seeds, writes and violations there were and how long it took to recover."""
    kinds = defaultdict(list)
    for seed in seeds:
        kinds[seed.kind].append(seed)
    say(
        f"\n{'fault':28} seeds   hit  taken  lost or doubled  next write (median, most)  all done (median, most)"
    )
    for kind, those in sorted(kinds.items()):
        _row(say, kind, those)
    if seeds:
        _row(say, "all", seeds)


def _row(say, name, seeds):
    taken = sum(seed.told(Outcome.TAKEN) for seed in seeds)
    wrong = sum(len(seed.violations) for seed in seeds)
    writes, drains = (
        sorted(getattr(seed, name) for seed in seeds) for name in ("written_after", "drained_after")
    )
    say(
        f"{name:28} {len(seeds):5} {sum(seed.hit for seed in seeds):5} {taken:6} {wrong:16} {_middle(writes):13.2f} s {writes[-1]:8.2f} s"
        f" {_middle(drains):12.2f} s {drains[-1]:7.2f} s"
    )


def _middle(values):
    return values[len(values) // 2]
