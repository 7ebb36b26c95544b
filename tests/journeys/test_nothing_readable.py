"""What a thief finds on the disk: no customer, no token, no key, in no file, running, killed and after a sync."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
import requests

from desktop.cache.key_file import KEY_FILE
from tests.builders.server import PASSWORD, running_server, sign_in, small_world

FEED = (
    "item_no,pattern_name,color_name,price_trade,price_visible,currency,status\n"
    "0123,Zephyrine,Oxblood,48,Y,USD,ACTIVE\n"
)
CUSTOMERS = ("Paloma Winslow", "Goldfarb Penthouse", "Trianon", "Zephyrine", "Marisol Vega", "paloma@winslow.example")
ANYWHERE = ("SQLite format 3", "CREATE TABLE", PASSWORD)


class Disk:
    """Everything that the program can write to, searched as bytes in the ways that text is stored."""

    def __init__(self, *folders: Path) -> None:
        self.folders = folders

    def files(self) -> list[Path]:
        return [file for folder in self.folders for file in folder.rglob("*") if file.is_file()]

    def found(self, secrets: Iterable[str]) -> list[str]:
        contents = [(file.name, file.read_bytes()) for file in self.files()]
        return [
            f"{secret!r} in {name}"
            for secret in secrets
            for name, content in contents
            if any(form in content for form in (secret.encode(), secret.encode("utf-16-le")))
        ]


@pytest.mark.skipif(sys.platform == "win32", reason="kills without warning and puts a printing command in the path")
def test_no_file_tells_a_thief_anything(tmp_path: Path) -> None:
    places = {name: tmp_path / name for name in ("server", "profile", "tmp", "home", "bin")}
    for place in places.values():
        place.mkdir()
    spooler = places["bin"] / "lp"
    spooler.write_text("#!/bin/sh\ncat > /dev/null\necho 'request id is Bench-1 (1 file(s))'\n")
    spooler.chmod(0o755)
    environment = {
        **os.environ,
        "TMPDIR": str(places["tmp"]),
        "HOME": str(places["home"]),
        "XDG_CONFIG_HOME": str(places["home"]),
        "XDG_CACHE_HOME": str(places["home"]),
        "PATH": f"{places['bin']}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "ORDER_TRACK_UNLOCK_PASSWORD": PASSWORD,
    }
    disk = Disk(places["profile"], places["tmp"], places["home"])
    with running_server(places["server"]) as server:
        world = small_world(server.database)
        master = sign_in(server, world.master).token
        posted = requests.post(
            f"{server.url}/v1/feeds/products",
            data=FEED.encode(),
            headers={"authorization": f"Bearer {master}", "content-type": "text/csv"},
            timeout=30,
        )
        assert posted.status_code == 200, posted.text
        program = [sys.executable, str(Path(__file__).with_name("window_at_work.py")), str(places["profile"])]
        window = subprocess.Popen(
            [*program, server.url, world.clerk.email, PASSWORD],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        try:
            assert window.stdout is not None
            assert window.stderr is not None
            line = window.stdout.readline()
            assert line.startswith("ready "), window.stderr.read()
            _ready, token, key = line.split()
            secrets = [*CUSTOMERS, *ANYWHERE, token, key, base64.b64encode(bytes.fromhex(key)).decode().rstrip("=")]
            assert list((places["profile"] / "lines").iterdir()), "a line file is there to be searched"
            assert any("incident" in file.read_text() for file in (places["profile"] / "logs").glob("*.log"))
            assert disk.found(secrets) == [], "while it runs"
        finally:
            window.kill()
            window.communicate()
        assert disk.found(secrets) == [], "after it was killed"
        assert not any(bytes.fromhex(key) in file.read_bytes() for file in disk.files())
        synced = subprocess.run(
            [sys.executable, "-m", "desktop", "--profile", str(places["profile"]), "station", "sync"],
            capture_output=True,
            text=True,
            timeout=60,
            env=environment,
            check=False,
        )
        assert synced.stdout == "synced\n", synced.stderr
        assert disk.found(secrets) == [], "after a sync, closed"
        assert (places["profile"] / KEY_FILE).exists()


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("lent to Paloma Winslow")
    (tmp_path / "wide.bin").write_bytes(b"\0" + "Goldfarb Penthouse".encode("utf-16-le"))
    found = sorted(Disk(tmp_path).found(CUSTOMERS))
    assert found == ["'Goldfarb Penthouse' in wide.bin", "'Paloma Winslow' in plain.txt"]
