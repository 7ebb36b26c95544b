"""Files made to do harm, posted to a real server process: refused with a sentence, in bounded time and memory (P10).

Time is the processor's, of the server and of what it starts: a machine that is busy with something else proves nothing.
"""

from __future__ import annotations

import io
import json
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests
import zstandard

from tests.builders.server import SmallWorld, small_world
from tests.builders.server_program import ServerProgram
from tests.builders.x12 import isa
from tests.sync_server.feeds.house import HEADER, products
from tests.sync_server.feeds.test_workbooks import SHEET, archive, book, with_part

MOST_MEGABYTES = 512
MOST_SECONDS = 15
pytestmark = pytest.mark.timeout(240)


class Watched:
    """A server process, how much memory it and its children took at most, and how often it was asked how it is."""

    def __init__(self, program: ServerProgram, world: SmallWorld) -> None:
        self.program, self.world = program, world
        self.process = psutil.Process(program.process_id)
        self.peak_bytes = 0
        self.slowest_seconds = 0.0
        self._ended = threading.Event()
        signing = {"email": world.master.email, "password": "a long walk home", "station_name": "own"}
        answer = requests.post(f"{program.url}/v1/sign-in", json=signing, timeout=60)
        self.token = answer.json()["token"]
        self._threads = [threading.Thread(target=one) for one in (self._watch_memory, self._ask_health)]

    def __enter__(self) -> Watched:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for one in self._threads:
            one.join()

    def post(self, content: bytes | Iterator[bytes], **more: str) -> requests.Response:
        """Post it as products; `more` are further headers."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/octet-stream", **more}
        url = f"{self.program.url}/v1/feeds/products?dry_run=true"
        return requests.post(url, data=content, headers=headers, timeout=200)

    def seconds(self) -> float:
        """Processor time of the server and of all that it started and that ended."""
        times = self.process.cpu_times()
        return times.user + times.system + times.children_user + times.children_system

    def _watch_memory(self) -> None:
        while not self._ended.wait(0.02):
            for one in [self.process, *self.process.children(recursive=True)]:
                try:
                    self.peak_bytes = max(self.peak_bytes, one.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    def _ask_health(self) -> None:
        while not self._ended.wait(0.05):
            started = time.monotonic()
            assert requests.get(f"{self.program.url}/v1/health", timeout=60).status_code == 200
            self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - started)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServerProgram, SmallWorld]]:
    running = ServerProgram(tmp_path_factory.mktemp("hostile"))
    world = running.in_database(small_world)
    with running:
        yield running, world


@pytest.fixture
def watched(program: tuple[ServerProgram, SmallWorld]) -> Iterator[Watched]:
    with Watched(*program) as made:
        yield made


def far_cell() -> bytes:
    return with_part(
        book(["1", "A"]), SHEET, lambda xml: xml.replace('r="2"', 'r="1048576"').replace('r="A2"', 'r="A1048576"')
    )


def three_million_rows() -> bytes:
    rows = "".join(f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>' for number in range(3, 60_000))
    return with_part(book(["1", "A"]), SHEET, lambda xml: xml.replace("</sheetData>", rows * 50 + "</sheetData>"))


def huge_cell() -> bytes:
    huge = '<c r="A2" t="inlineStr"><is><t>' + "x" * (40 << 20) + "</t></is></c>"
    return with_part(
        book(["1", "A"]), SHEET, lambda xml: xml.replace('<row r="2"', f'<row r="2">{huge}</row><row r="3"')
    )


def zip_of_zeros() -> bytes:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
        target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(400):
            member.write(b"\0" * (1 << 20))
    return file.getvalue()


def entities() -> bytes:
    bomb = '?><!DOCTYPE w [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + place)} "{f"&{chr(97 + place)};" * 10}">' for place in range(12)
    )
    return with_part(book(["1", "A"]), SHEET, lambda xml: xml.replace("?>", bomb + "]>", 1))


def foreign_entity() -> bytes:
    reading = '?><!DOCTYPE w [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    return with_part(
        book(["1", "A"]), SHEET, lambda xml: xml.replace("?>", reading, 1).replace("<v>", "<v>&secret;", 1)
    )


HOSTILE: dict[str, Callable[[], bytes]] = {
    "far cell": far_cell,
    "three million rows": three_million_rows,
    "a cell of 40 MB": huge_cell,
    "400 MB of zeros in a zip": zip_of_zeros,
    "a hundred thousand members": lambda: archive(*((f"{number}", b"") for number in range(100_000))),
    "entity bomb": entities,
    "a file of the server as an entity": foreign_entity,
    "a member outside": lambda: archive(("../../evil", b"x")),
    "a million columns": lambda: b",".join(b"c%d" % number for number in range(1_000_000)) + b"\n1\n",
    "a million columns in a row": lambda: HEADER.encode() + b"," * 1_000_000 + b"\n",
    "an endless row": lambda: HEADER.encode() + b"x" * (90 << 20),
    "an endless quoted cell": lambda: HEADER.encode() + b'1,"' + b"x\n" * (40 << 20),
    "nothing but quote marks": lambda: HEADER.encode() + b'"' * (30 << 20),
    "a million rows too many": lambda: b"item_no\n" + b"".join(b"%d\n" % number for number in range(1_200_000)),
    "nested JSON": lambda: b'{"item_no":' + b"[" * 2_000_000 + b"]" * 2_000_000 + b"}\n",
    "an endless line of JSON": lambda: b'{"item_no":"' + b"x" * (60 << 20),
    "an endless segment": lambda: isa().encode() + b"x" * (60 << 20),
    "NUL": lambda: HEADER.encode() + b"\0" * (40 << 20),
    "UTF-32": lambda: products(20_000).encode("utf-32"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_it_is_refused_with_a_sentence_in_bounded_time_and_memory(watched: Watched, what: str) -> None:
    content = HOSTILE[what]()
    before = watched.seconds()
    answer = watched.post(content)
    spent = watched.seconds() - before
    assert answer.status_code in (413, 422), answer.text[:300]
    problem = answer.json()
    assert problem["code"]
    assert "Nothing was changed" in problem["sentence"], problem
    assert "root:" not in answer.text
    assert spent < MOST_SECONDS, f"{what}: {spent:.1f} s"
    assert watched.peak_bytes < MOST_MEGABYTES * 1e6, f"{what}: {watched.peak_bytes / 1e6:.0f} MB"
    assert watched.slowest_seconds < MOST_SECONDS
    assert watched.post(products(3).encode()).json()["status"] == "landed"


def test_a_line_of_two_gigabytes_ends_where_a_file_must(watched: Watched) -> None:
    sent = 0

    def line() -> Iterator[bytes]:
        nonlocal sent
        yield HEADER.encode() + b"1,"
        for _ in range(2 << 11):
            sent += 1 << 19
            yield b"x" * (1 << 19)

    try:
        answer = watched.post(line())
    except requests.exceptions.ConnectionError:
        answer = None  # it hung up while it was still being sent to, as it may
    assert sent < 400 << 20, "it read on after it knew that the file is too large"
    if answer is not None:
        assert answer.status_code == 413, answer.text
        assert "100 MiB" in answer.json()["sentence"]
    assert watched.peak_bytes < MOST_MEGABYTES * 1e6
    assert watched.post(products(3).encode()).json()["status"] == "landed"


@pytest.mark.skipif(sys.platform == "win32", reason="the time of ended children is not told there")
@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_body_that_unfolds_without_end_is_refused(watched: Watched, encoding: str) -> None:
    import gzip

    zeros = b" " * (1 << 24)
    if encoding == "zstd":
        packer = zstandard.ZstdCompressor().compressobj()
        content = b"".join([*(packer.compress(zeros) for _ in range(40)), packer.flush()])
    else:
        content = gzip.compress(zeros * 40, 6)
    before = watched.seconds()
    answer = watched.post(content, **{"content-encoding": encoding})
    assert answer.status_code in (400, 413, 422), answer.text[:200]
    assert json.loads(answer.text)["sentence"]
    assert watched.seconds() - before < MOST_SECONDS
    assert watched.peak_bytes < MOST_MEGABYTES * 1e6


def test_the_server_left_nothing_of_them_behind(program: tuple[ServerProgram, SmallWorld]) -> None:
    folder = Path(program[0].folder)
    left = [one for one in folder.rglob("order-track-*") if one.is_dir()]
    assert left == []
