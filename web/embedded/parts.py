"""Say which children make up the running product and how each is started and ended."""

import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from web.embedded.confine import EngineError
from web.embedded.engines import STOP_POSTGRES, STOP_VALKEY, spawn_postgres, spawn_valkey
from web.embedded.installation import Installation
from web.embedded.process import spawn
from web.embedded.supervisor import Part

ROOT = Path(__file__).parents[2]
QUEUES = ("planning", "default")
PORT_REMEDIES = {
    errno.EADDRINUSE: "Choose another port: make run PORT=8001",
    errno.EACCES: "Ports below 1024 are the system's: make run PORT=8001",
}
# What takes work in stops before what does it, and the engines stop last.
RANKS = {name: rank for rank, name in enumerate(("web", "worker", "relay", "valkey", "postgres"))}
STOP_WEB = ((signal.SIGTERM, 8.0), (signal.SIGQUIT, 2.0))
# RQ finishes its job after the first TERM and gives it up after the second.
STOP_WORKER = ((signal.SIGTERM, 1.3), (signal.SIGTERM, 3.0))
STOP_RELAY = ((signal.SIGTERM, 5.0),)
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 -- gunicorn beats its heart there, it keeps no data.  # nosec B108


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands behind each part, so that tests can put small ones in their place."""

    migrate: Sequence[str]
    load_demo: Sequence[str]
    show_people: Sequence[str]
    web: Sequence[str]
    workers: Mapping[str, Sequence[str]]
    relay: Sequence[str]


def product_commands(descriptor: int) -> Commands:
    """The real commands; the web serves on an open listening socket."""
    python = sys.executable
    flask = (python, "-m", "flask", "--app", "wsgi", "demo")
    gunicorn = [python, "-m", "gunicorn", "wsgi:app", "--bind", f"fd://{descriptor}", "--no-control-socket"]
    gunicorn += ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    # Loaded once, then forked; no connection is open by then.
    gunicorn += ["--preload", "--timeout", "60", "--graceful-timeout", "5"]
    if SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK):
        gunicorn += ["--worker-tmp-dir", str(SHARED_MEMORY)]
    return Commands(
        migrate=(python, "-m", "web.embedded.migrate"),
        load_demo=(*flask, "load"),
        show_people=(*flask, "people", "--links"),
        web=gunicorn,
        workers={queue: (python, "-m", "web.worker", queue) for queue in QUEUES},
        relay=(python, "-m", "web.relay"),
    )


def listen(address: str, port: int) -> socket.socket:
    """Open the socket that the web serves on; it outlives restarts of the web, so no caller is refused."""
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError as error:
        listener.close()
        remedy = PORT_REMEDIES.get(error.errno or 0, "BIND_ADDRESS takes an address of this machine.")
        msg = f"Cannot serve on {address}, port {port}: {error.strerror}. {remedy}"
        raise EngineError(msg) from error
    listener.listen(256)
    return listener


def engine_parts(installation: Installation) -> dict[str, Part]:
    """PostgreSQL and Valkey, as far as they are ours to run."""
    data, run = installation.data_dir, installation.run_dir
    parts = {}
    if installation.own_postgres:
        parts["postgres"] = Part(
            "PostgreSQL",
            lambda: spawn_postgres(data, run, log=installation.log("postgres")),
            STOP_POSTGRES,
            RANKS["postgres"],
            installation.log("postgres"),
        )
    if installation.own_valkey:
        parts["valkey"] = Part(
            "Valkey",
            lambda: spawn_valkey(run, log=installation.log("valkey")),
            STOP_VALKEY,
            RANKS["valkey"],
            installation.log("valkey"),
        )
    return parts


def product_parts(installation: Installation, commands: Commands, descriptor: int) -> list[Part]:
    """Web, workers and relay, in the order of their start."""
    environment = installation.environment()

    def part(
        name: str,
        command: Sequence[str],
        stopping: Sequence[tuple[signal.Signals, float]],
        death: signal.Signals = signal.SIGTERM,
        descriptors: Sequence[int] = (),
    ) -> Part:
        log = name.replace(" ", "-")

        def start() -> subprocess.Popen[bytes]:
            with installation.log(log).open("ab") as output:
                return spawn(
                    command,
                    on_parent_death=death,
                    output=output,
                    environment=environment,
                    folder=ROOT,
                    descriptors=descriptors,
                )

        return Part(name, start, stopping, RANKS[name.partition(" ")[0]], installation.log(log))

    workers = [
        part(f"worker {queue}", command, STOP_WORKER, signal.SIGKILL)
        for queue, command in commands.workers.items()
    ]
    web = part("web", commands.web, STOP_WEB, descriptors=(descriptor,))
    return [web, *workers, part("relay", commands.relay, STOP_RELAY)]
