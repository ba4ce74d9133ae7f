"""The command: solve, check and question plan files, so that the engine can be used and measured alone."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from scheduler.check import check
from scheduler.commands.advise import add_commands
from scheduler.commands.stopping import stopping
from scheduler.instance import read_instance, read_routes, write_result
from scheduler.plan import Status
from scheduler.reading.fields import InstanceError
from scheduler.reading.files import writable
from scheduler.score import score

BROKEN, UNUSABLE, INTERRUPTED = 1, 2, 130
# Where set-up keeps the compiled loops; the compiler reads the name of the folder when it is first loaded.
COMPILED = Path(__file__).parents[1] / "instance" / "numba"
COMPILED_NAME = "NUMBA_CACHE_DIR"


def find_compiled() -> None:
    """Let the compiler find what set-up compiled, so that nobody who starts by hand waits for it again."""
    if os.access(COMPILED, os.W_OK):
        os.environ.setdefault(COMPILED_NAME, str(COMPILED))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 is well, 1 a plan that breaks a rule or cannot keep all, 2 unusable input."""
    find_compiled()
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except InstanceError as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        sys.stdout = None  # whoever read the answer has seen enough
        return 0
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except MemoryError:
        print("There is not enough memory for this instance: plan it region by region.", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename} cannot be written: {error.strerror}", file=sys.stderr)
    return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scheduler", description="Plan visits to homes.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("solve", help="make a plan for an instance")
    one.add_argument("instance", metavar="INSTANCE")
    one.add_argument("--variant", choices=("common", "full", "levels"), default="full")
    one.add_argument("--seconds", type=_seconds, default=10.0, help="time limit, more than 0 (default 10)")
    one.add_argument("--seed", type=_number, default=1)
    one.add_argument("--workers", type=_count, default=1, help="processes that share the parts")
    one.add_argument("--work", type=_count, default=None, help="limit of steps; the clock is then not asked")
    one.add_argument("--out", metavar="PLAN", help="result file; without it only the summary is printed")
    one.set_defaults(command=_solve)
    two = commands.add_parser("check", help="check every rule of a plan and recompute its cost")
    two.add_argument("instance", metavar="INSTANCE")
    two.add_argument("plan", metavar="PLAN")
    two.add_argument("--variant", choices=("common", "full"), default=None, help="default: the plan's own")
    two.set_defaults(command=_check)
    four = commands.add_parser("bench", help="measure on a folder of instances, beside peers")
    four.add_argument("folder", metavar="DIR", type=Path)
    four.add_argument(
        "--seconds", type=_seconds, default=60.0, help="for each instance and solver (default 60)"
    )
    four.add_argument("--peers", type=_peers, default=(), help="comma list of vroom, pyvrp, ortools")
    four.add_argument(
        "--workers", type=_count, default=1, help="processes of ours; with 1 it is drawn where the time goes"
    )
    four.add_argument("--seed", type=_number, default=1)
    four.add_argument("--variants", type=_variants, default="common,full", help="default common,full")
    four.add_argument(
        "--out", type=Path, default=Path("build/bench"), help="folder for bench.csv, plans and pictures"
    )
    four.set_defaults(command=_bench)
    add_commands(commands, _count, _number, _seconds)
    three = commands.add_parser("warm", help="fill the cache of compiled inner loops")
    three.set_defaults(command=_warm)
    return parser


def _seconds(text: str) -> float:
    value = _parsed(float, text)
    if not math.isfinite(value) or value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds above 0")
    return value


def _count(text: str) -> int:
    value = int(_parsed(int, text))
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def _number(text: str) -> int:
    value = int(_parsed(int, text))
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is not at least 0")
    return value


def _parsed(kind: Callable[[str], float], text: str) -> float:
    try:
        return kind(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from error


def _solve(options: argparse.Namespace) -> int:
    from scheduler.solve import solve  # noqa: PLC0415 -- loads compiled code, which other commands can do without

    problem = read_instance(options.instance)
    writable(options.out)
    with stopping() as should_stop:
        plan = solve(
            problem,
            options.variant,
            seconds=options.seconds,
            seed=options.seed,
            workers=options.workers,
            work=options.work,
            should_stop=should_stop,
        )
    if options.out:
        write_result(plan, options.out)
    summary = {
        "status": str(plan.status),
        "objective": plan.objective,
        "lower_bound": plan.lower_bound,
        "gap": plan.gap,
        "gap_of_operating_cost": plan.operating_gap,
        "unassigned": {one.visit: str(one.reason) for one in plan.unassigned},
        "seconds": round(plan.seconds, 2),
    }
    print(json.dumps(summary))
    if plan.status is Status.INFEASIBLE:
        print("No plan keeps everything that is fixed: " + "; ".join(plan.settings["unmet"]), file=sys.stderr)
        return BROKEN
    return 0


def _check(options: argparse.Namespace) -> int:
    problem = read_instance(options.instance)
    routes, claims = read_routes(options.plan)
    variant = options.variant or claims.get("variant", "common")
    if variant not in ("common", "full", "levels"):
        raise InstanceError([f"variant must be common or full, not {variant!r}"])
    broken = [f"{one.code}: {one.message}" for one in check(problem, routes, variant)]
    if broken and broken[0].startswith("reference"):
        print("\n".join(broken))
        return BROKEN
    cost, claimed, bound = score(problem, routes, variant), claims.get("objective"), claims.get("lower_bound")
    if claimed is not None and claimed != cost.objective:
        broken.append(f"score: the plan claims objective {claimed}, recomputed {cost.objective}")
    if isinstance(bound, (int, float)) and bound > cost.objective:
        broken.append(f"bound: lower bound {bound} is above the cost {cost.objective}")
    print(json.dumps({"objective": cost.objective, "unassigned": cost.unassigned, "broken": len(broken)}))
    for line in broken:
        print(line)
    return BROKEN if broken else 0


def _peers(text: str) -> tuple[str, ...]:
    return _chosen(text, ("vroom", "pyvrp", "ortools"), "peer")


def _variants(text: str) -> tuple[str, ...]:
    return _chosen(text, ("common", "full"), "variant")


def _chosen(text: str, known: Sequence[str], what: str) -> tuple[str, ...]:
    """The names of a comma list, each of which must be known."""
    names = tuple(name for name in text.split(",") if name)
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)} is no {what}; choose from {', '.join(known)}")
    return names


def _bench(options: argparse.Namespace) -> int:
    from scheduler.bench.run import Row, Wish, bench  # noqa: PLC0415 -- loads compiled code and maybe peers

    if not options.folder.is_dir() or not any(options.folder.glob("*.json")):
        raise InstanceError([f"{options.folder} holds no instance (*.json)"], "The question")
    wish = Wish(options.seconds, options.workers, options.seed, options.peers, options.variants)
    for number, row in enumerate(bench(options.folder, wish, options.out)):
        if number == 0:
            print("\t".join(Row._fields))
        print("\t".join("" if value is None else str(value) for value in row), flush=True)
    print(f"written to {options.out}: {', '.join(sorted(path.name for path in options.out.iterdir()))}")
    return 0


def _warm(_: argparse.Namespace) -> int:
    from scheduler.engine.warm import warm  # noqa: PLC0415 -- compiles everything when imported and run

    warm()
    return 0


if __name__ == "__main__":
    sys.exit(main())
