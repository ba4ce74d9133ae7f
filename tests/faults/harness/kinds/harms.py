"""The faults by name: each does its harm to the running house, returns once that is over, and says whether it hit."""

import os
import time
from contextlib import suppress

import redis

from tests.faults.harness.running.house import CONTINUE, KILL, STOP, signalled

STOPPED_SECONDS = 60.0
CATCH_SECONDS = 3.0
WORKERS = ("worker default", "worker second")


def _kill(name):
    def kill(house, _chance):
        pid = house.pid(name)
        return pid is not None and signalled(pid, KILL)

    return kill


def kill_web_worker(house, chance):
    """One of gunicorn's workers, with whatever requests it has."""
    found = house.children("web")
    return bool(found) and signalled(chance.choice(found), KILL)


def kill_worker(house, chance):
    """A worker of the queue; its work horse has to die with it."""
    pid = house.pid(chance.choice(WORKERS))
    return pid is not None and signalled(pid, KILL)


def catch_horse(house):
    """The first work horse that is seen; None where none is at work for a while."""
    until = time.monotonic() + CATCH_SECONDS
    while time.monotonic() < until:
        for name in WORKERS:
            found = house.children(name)
            if found:
                return found[0]
        time.sleep(0.002)
    return None


def kill_horse(house, chance):
    """The process that does one job, somewhere in it."""
    horse = catch_horse(house)
    if horse is None:
        return False
    time.sleep(chance.uniform(0, 0.2))
    return signalled(horse, KILL)


def wipe_valkey(house, _chance):
    """All that is queued is gone."""
    with suppress(redis.RedisError), house.valkey() as client:
        return client.flushall()
    return False


def kill_backend(house, chance):
    """One of PostgreSQL's children: it ends all sessions and recovers by itself."""
    found = house.backends()
    return bool(found) and signalled(chance.choice(found), KILL)


def _stopped(house, pids):
    """Stop processes for a minute on the harness' scale, then let them go on."""
    stopped = [pid for pid in pids if pid is not None and signalled(pid, STOP)]
    time.sleep(STOPPED_SECONDS / house.scale)
    went_on = [signalled(pid, CONTINUE) for pid in stopped]
    return any(went_on)


def stop_web_worker(house, chance):
    """One of gunicorn's workers stands still with its requests."""
    found = house.children("web")
    return _stopped(house, [chance.choice(found)] if found else [])


def stop_relay(house, _chance):
    """Nothing is sent."""
    return _stopped(house, [house.pid("relay")])


def stop_valkey(house, _chance):
    """The queue does not answer."""
    return _stopped(house, [house.pid("Valkey")])


def stop_postgres(house, _chance):
    """The database stands still as a whole."""
    return _stopped(house, [house.pid("PostgreSQL"), *house.backends()])


def stop_worker(house, chance):
    """One worker stands still, and its work horse goes on or not."""
    name = chance.choice(WORKERS)
    return _stopped(house, [house.pid(name), *(house.children(name) if chance.random() < 0.5 else [])])


def late_horse(house, _chance):
    """A work horse stands still in its job, which another one does meanwhile, and wakes late."""
    return _stopped(house, [catch_horse(house)])


def fill_disk(house, chance):
    """Not a byte is left where the database and the logs are, for a while."""
    ballast = house.folder / "ballast"
    descriptor = os.open(ballast, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        with suppress(OSError):
            while True:
                os.write(descriptor, bytes(1 << 20))
        with suppress(OSError):
            while True:
                os.write(descriptor, bytes(4096))
        time.sleep(chance.uniform(0.5, 1.5))
    finally:
        os.close(descriptor)
        ballast.unlink()
    return True


KILLS = {
    "web killed": _kill("web"),
    "web worker killed": kill_web_worker,
    "PostgreSQL killed": _kill("PostgreSQL"),
    "PostgreSQL process killed": kill_backend,
}
STOPS = {
    "web worker stopped": stop_web_worker,
    "PostgreSQL stopped": stop_postgres,
}
OF_JOBS = {
    "relay killed": _kill("relay"),
    "worker killed": kill_worker,
    "work horse killed": kill_horse,
    "Valkey killed": _kill("Valkey"),
    "Valkey wiped": wipe_valkey,
    "relay stopped": stop_relay,
    "worker stopped": stop_worker,
    "stale work horse": late_horse,
    "Valkey stopped": stop_valkey,
}


def storm_of_kills(house, chance):
    """One kill after another, before the last one has been got over."""
    kills = KILLS | {name: harm for name, harm in OF_JOBS.items() if not name.endswith(("stopped", "horse"))}
    hit = False
    for name in chance.sample(sorted(kills), 4):
        hit = kills[name](house, chance) is not False or hit
        time.sleep(chance.uniform(0.1, 0.6))
    return hit


OF_JOBS["storm of kills"] = storm_of_kills
