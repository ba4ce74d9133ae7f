"""Time the planning engine on seeded instances through its command line: `make bench`, SECONDS=60 for longer.

Every plan is checked by `python -m scheduler check`; the figures are those of the check, not the solver's own.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tools.bench_instance import make_instance  # noqa: E402 -- the path is set just before

CASES = {
    "a town": (30, 8, ("G1",)),
    "two regions": (120, 25, ("E7", "G1")),
    "the country": (400, 60, None),
}
ROW = "{:<12} {:<7} {:>6} {:>7} {:>10} {:>10} {:>7} {:>9} {:>8}"


def command(*words: str) -> dict[str, Any]:
    """Run the engine's command; gives its summary, ends the benchmark where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "scheduler", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"scheduler {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[0])


def main() -> None:
    """Solve and check each case in both variants and print one row each."""
    seconds = os.environ.get("SECONDS_EACH", "10")
    seed = int(os.environ.get("SEED", "1"))
    print(f"{seconds} seconds each, seed {seed}")
    print(ROW.format("case", "variant", "visits", "workers", "cost", "bound", "gap %", "left out", "seconds"))
    with tempfile.TemporaryDirectory() as folder:
        instance, plan = str(Path(folder) / "instance.json"), str(Path(folder) / "plan.json")
        for name, (visits, workers, regions) in CASES.items():
            Path(instance).write_text(
                json.dumps(make_instance(visits, workers, regions, seed)), encoding="utf-8"
            )
            for variant in ("common", "full"):
                began = time.monotonic()
                told = command(
                    "solve",
                    instance,
                    "--variant",
                    variant,
                    "--seconds",
                    seconds,
                    "--seed",
                    str(seed),
                    "--out",
                    plan,
                )
                took = time.monotonic() - began
                cost = command("check", instance, plan)
                bound = told["lower_bound"]
                gap = "-" if bound is None else f"{100 * (cost['objective'] - bound) / cost['objective']:.2f}"
                print(
                    ROW.format(
                        *(name, variant, visits, workers, f"{cost['objective']:,}"),
                        *("-" if bound is None else f"{bound:,.0f}", gap, cost["unassigned"], f"{took:.1f}"),
                    ),
                    flush=True,
                )


if __name__ == "__main__":
    main()
