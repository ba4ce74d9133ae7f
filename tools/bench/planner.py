"""Time the planning engine beside its peers: `make bench`, on the instances of a folder and on fresh seeds.

The engine's command prints and writes the table; plans are judged again by `evaluate.py` where one lies beside the
folder of instances, else by the engine's own `check`. With `--pictures` the two pictures of the docs are made anew.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.bench.instance import make_instance

ROOT = Path(__file__).parents[2]

FRESH = {
    "town": (30, 8, ("G1",)),
    "regions": (120, 25, ("E7", "G1")),
    "country": (400, 60, None),
}
OUT = ROOT / "build" / "bench"
PICTURES = {"gap.svg": "planner-gap.svg", "time.svg": "planner-time.svg"}


def main() -> None:
    """Collect the instances, run the engine's command on them, judge the plans."""
    options = _options()
    shutil.rmtree(OUT, ignore_errors=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for path in sorted(options.instances.glob("*.json")) if options.instances.is_dir() else ():
            shutil.copy(path, folder / path.name)
        if not any(folder.iterdir()):
            print(f"{options.instances} holds no instance: fresh ones only")
        for seed in options.seeds:
            for name, (visits, workers, regions) in FRESH.items():
                row = json.dumps(make_instance(visits, workers, regions, seed))
                (folder / f"{name}-{seed}.json").write_text(row, encoding="utf-8")
        for path in folder.glob("*.json"):
            if options.only and path.stem not in options.only:
                path.unlink()
        words = ["--seconds", options.seconds, "--workers", options.workers, "--out", str(OUT)]
        peers = ["--peers", options.peers] if options.peers else []
        _run("-m", "scheduler", "bench", str(folder), *words, *peers)
        judge(folder, options.instances.parent / "evaluate.py")
    if options.pictures:
        for made_name, shown in PICTURES.items():
            shutil.copy(OUT / made_name, ROOT / "docs" / shown)
            print(f"drawn: docs/{shown}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time the planning engine beside its peers.")
    parser.add_argument("--instances", type=Path, default=ROOT.parent / "shared" / "bench" / "instances")
    parser.add_argument(
        "--seeds", type=lambda text: [int(one) for one in text.split(",") if one], default=[1]
    )
    parser.add_argument("--seconds", default="10")
    parser.add_argument("--workers", default="2")
    parser.add_argument("--peers", default="")
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], help="names of instances")
    parser.add_argument("--pictures", action="store_true")
    return parser.parse_args()


def _run(*words: str) -> None:
    done = subprocess.run([sys.executable, *words], cwd=ROOT, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)


def judge(folder: Path, evaluate: Path) -> None:
    """Have every plan judged again; ends with status 1 where one breaks a rule or claims what is not so."""
    bad = 0
    plans = [
        (path, folder / f"{path.stem.rpartition('-')[0]}.json")
        for path in sorted((OUT / "plans").glob("*.json"))
    ]
    plans = [(plan, instance) for plan, instance in plans if instance.exists()]
    for plan, instance in plans:
        judging = [str(evaluate)] if evaluate.is_file() else ["-m", "scheduler", "check"]
        done = subprocess.run(
            [sys.executable, *judging, str(instance), str(plan)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            bad += 1
            print(f"{plan.stem} is refused: {done.stdout}{done.stderr}")
    name = evaluate.name if evaluate.is_file() else "check"
    print(f"{len(plans) - bad} of {len(plans)} plans confirmed by {name}")
    if bad or not plans:
        sys.exit(1)


if __name__ == "__main__":
    main()
