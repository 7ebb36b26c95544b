"""kill -9 of an upgrade at any touch of its files: a station's file and the server's database are old or new, whole."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from desktop.cache.encrypted_file import open_encrypted
from desktop.cache.station_db import SCHEMA_VERSION, STATION_FILE
from desktop.cache.upgrade import upgrade_station_file
from sync_server.foundation.database import open_database
from sync_server.migrations.upgrade import is_current
from tests.builders.desk import KEY, make_desk
from tests.builders.next_version import NEXT_VERSION, migrations_to_next_version
from tests.torture.plan import Plan, Torture, Verdict
from tests.torture.recording import FaultyDisk, build_library, why_not

_UPGRADE = f"""
import sys
from pathlib import Path
from desktop.cache.upgrade import upgrade_station_file
path, migrations = map(Path, sys.argv[1:])
upgrade_station_file(path, bytes(range(32)), found={SCHEMA_VERSION}, wanted={NEXT_VERSION}, migrations=migrations)
"""
_STATION_EVENTS, _SERVER_EVENTS = 150, 400
"""More than each has, so that some come to their end."""
_KILLED = -9


def run(plan: Plan) -> Verdict:
    """`plan.times` kills, in turn of a station's upgrade and of `order-track-server init`."""
    verdict, chance = Verdict(), random.Random(plan.seed)
    library = build_library(plan.folder)
    migrations, filled = plan.folder / "migrations", plan.folder / "filled"
    migrations_to_next_version(migrations)
    filled.mkdir()
    make_desk(filled).close()
    number = 0
    while verdict.counts.get("kills", 0) < plan.times:
        number += 1
        disk = FaultyDisk(library, plan.folder / f"home-{number}", plan.folder / f"record-{number}")
        if number % 2:
            shutil.copytree(filled, disk.root)
            faults = _station(disk, migrations, chance.randint(1, _STATION_EVENTS), verdict)
        else:
            disk.root.mkdir()
            faults = _server(disk, chance.randint(1, _SERVER_EVENTS), verdict)
        verdict.faults += [f"seed {plan.seed}, number {number}: {fault}" for fault in faults]
        shutil.rmtree(disk.root)
    return verdict


def _station(disk: FaultyDisk, migrations: Path, at: int, verdict: Verdict) -> list[str]:
    path = disk.root / STATION_FILE
    _killed([sys.executable, "-c", _UPGRADE, str(path), str(migrations)], disk.environment(kill_at=at), verdict)
    version, designers = _look(path)
    if version == SCHEMA_VERSION:
        verdict.count("still old")
        upgrade_station_file(path, KEY, found=SCHEMA_VERSION, wanted=NEXT_VERSION, migrations=migrations)
        version, designers = _look(path)
    if (version, designers) != (NEXT_VERSION, [("green",), ("green",)]):
        return [f"the station's file is of version {version} with {designers}"]
    return []


def _look(path: Path) -> tuple[int, list[tuple[str, ...]]]:
    """The version, and the new column of the two designers where it is there."""
    connection = open_encrypted(path, KEY)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        wanted = "colour" if version == NEXT_VERSION else "name"
        return version, connection.execute(f"SELECT {wanted} FROM designers").fetchall()
    finally:
        connection.close()


def _server(disk: FaultyDisk, at: int, verdict: Verdict) -> list[str]:
    url = f"sqlite:///{disk.root / 'order-track.db'}"
    settings = {"ORDER_TRACK_DATA_DIR": str(disk.root), "ORDER_TRACK_DATABASE_URL": url}
    command = [sys.executable, "-m", "sync_server", "init"]
    _killed(command, {**settings, **disk.environment(kill_at=at)}, verdict)
    again = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
    if again.returncode != 0:
        return [f"init after a kill before event {at}: {again.stderr[-300:]}"]
    database = open_database(url)
    try:
        return [] if is_current(database) else ["init after a kill leaves an old database"]
    finally:
        database.close()


def _killed(command: list[str], environment: dict[str, str], verdict: Verdict) -> None:
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode in (0, _KILLED), done.stderr
    verdict.count("kills" if done.returncode == _KILLED else "ended before")


TORTURE = Torture(
    what="kill -9 of an upgrade at any touch of its files: a station's file and the server's database",
    times="kills",
    short=6,
    long=150,
    run=run,
    why_not=why_not,
)
