"""Command line of the harness: `python -m tests.faults.harness SEEDS`, usually by `make faults`."""

import argparse
import shutil
import sys
import threading
import time
from pathlib import Path

from tests.faults.harness import proof, report
from tests.faults.harness.kinds import every_kind
from tests.faults.harness.running.house import House
from tests.faults.harness.running.room import room
from tests.faults.harness.storm import Storm
from tests.faults.harness.traffic.stock import Stock
from web.embedded.confine import EngineError


def say(line):
    """Print a line at once."""
    print(line, flush=True)


def arguments():
    """What the caller wants."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.harness", description=__doc__)
    parser.add_argument("seeds", type=int, help="how many seeds to run")
    parser.add_argument("--first", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--scale", type=float, default=20.0, help="a minute of waiting takes 60/SCALE s (20)")
    parser.add_argument(
        "--kind", action="append", help="this kind in place of each seed's own; several take turns"
    )
    parser.add_argument("--least", type=int, default=0, help="run so many seeds in any case")
    parser.add_argument("--seconds", type=float, help="begin no further seed after so many seconds")
    parser.add_argument(
        "--prove", action="store_true", help="plant mistakes afterwards and see them reported"
    )
    parser.add_argument("--folder", type=Path, help="where to leave the logs; else they are removed")
    return parser.parse_args()


def main():
    """Run it; gives the exit code: 1 after any violation, and where a planted mistake was not found."""
    chosen, folder = arguments(), room()
    house = House(folder, chosen.scale)
    seeds, faults = [], []

    def drive():
        try:
            house.wait_until_ready()
            faults.extend(run_seeds(house, chosen, seeds))
        except Exception as error:  # noqa: BLE001 -- told below, after the table.
            faults.append(f"the harness broke: {error!r}")
        finally:
            house.supervisor.ending.set()

    try:
        house.start()
        driver = threading.Thread(target=drive)
        driver.start()
        house.supervisor.watch(house.beat)
        driver.join()
    except EngineError as error:
        faults.append(str(error))
    finally:
        house.end()
        if chosen.folder:
            shutil.copytree(folder / "instance" / "logs", chosen.folder, dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
    report.summary(say, seeds)
    for fault in faults:
        say(f"VIOLATED  {fault}")
    return 1 if faults or not seeds or any(seed.violations for seed in seeds) else 0


def run_seeds(house, chosen, seeds):
    """Run the seeds one after another in one house; gives what is wrong with the whole."""
    storm = Storm(house, Stock(house), every_kind())
    began = time.monotonic()
    for number in range(chosen.first, chosen.first + chosen.seeds):
        late = chosen.seconds and time.monotonic() - began > chosen.seconds and len(seeds) >= chosen.least
        if late:
            break
        kinds = chosen.kind or [None]
        seed = storm.run(number, kinds[(number - chosen.first) % len(kinds)])
        if house.supervisor.ending.is_set():
            return ["it was told to end before the last seed was over"]
        seeds.append(seed)
        report.line(say, seed, chosen)
    found = list(storm.look_at_all())
    return found + (proof.prove(storm, say) if chosen.prove else [])


if __name__ == "__main__":
    sys.exit(main())
