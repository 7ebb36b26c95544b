"""Fetching line files over HTTP: who may, from which byte on, and that what has a name never changes."""

from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
import zstandard

from shared_models.kernel.clock import SettableClock
from shared_models.sync.line_manifest import LineManifest
from shared_models.sync.streams import library, line_dataset
from sync_server.features.feeds.runs import FeedDesk, Posting
from tests.builders.server import RunningServer, SmallWorld, StationMaker, WireStation
from tests.sync_server.feeds.house import MORNING, products


@pytest.fixture
def desk(world: SmallWorld, station: StationMaker) -> WireStation:
    return station(world.clerk, world.showroom)


def post_products(server: RunningServer, world: SmallWorld, folder: Path, content: str) -> str:
    """What the first distributor publishes; gives the stream."""
    file = folder / "products.csv"
    file.write_text(content)
    posting = Posting(world.distributor.id, world.distributor.code, "products")
    run = FeedDesk(server.database, SettableClock(MORNING)).post(posting, file)
    assert run.status == "landed", run.sentence
    return line_dataset(world.distributor.id, "products")


def manifest(desk: WireStation, stream: str) -> LineManifest:
    while True:
        answer = desk.get(f"/v1/streams/{stream}/manifest")
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "private, no-store"
        found = msgspec.json.decode(answer.content, type=LineManifest)
        if not found.being_made:
            return found


def test_a_manifest_leads_to_the_head_as_soon_as_a_feed_has_landed(
    server: RunningServer, world: SmallWorld, desk: WireStation, tmp_path: Path
) -> None:
    stream = post_products(server, world, tmp_path, products(30))
    found = manifest(desk, stream)
    assert (found.stream, found.history_id, found.upto) == (stream, desk.signed_in.history_id, 30)
    assert found.snapshot is not None
    post_products(server, world, tmp_path, products(30).replace("48.50", "49.50"))
    found = manifest(desk, stream)
    assert found.upto == 60
    for file in (*found.patches, found.snapshot):
        assert file is not None
        answer = desk.get(f"/v1/streams/{stream}/files/{file.digest}")
        assert answer.status_code == 200
        assert (sha256(answer.content).hexdigest(), len(answer.content)) == (file.digest, file.bytes)
        assert answer.headers["content-type"] == "application/zstd"
        assert answer.headers["etag"] == f'"{file.digest}"'
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


def test_a_file_comes_from_any_byte_on(
    server: RunningServer, world: SmallWorld, desk: WireStation, tmp_path: Path
) -> None:
    stream = post_products(server, world, tmp_path, products(30))
    snapshot = manifest(desk, stream).snapshot
    assert snapshot is not None
    path = f"/v1/streams/{stream}/files/{snapshot.digest}"
    whole = desk.get(path).content
    size = len(whole)
    for asked, start, end in (("0-", 0, size), ("7-", 7, size), (f"{size - 1}-", size - 1, size), ("3-9", 3, 10)):
        part = desk.get(path, {"range": f"bytes={asked}"})
        assert (part.status_code, part.content) == (206, whole[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    assert desk.get(path, {"range": f"bytes=5-{10**9}"}).content == whole[5:]
    beyond = desk.get(path, {"range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    for ignored in ("bytes=-5", "bytes=1-2,4-5", "rows=1-2", "bytes=9-3"):
        answer = desk.get(path, {"range": ignored})
        assert answer.status_code in (200, 416)
    other = desk.get(path, {"range": "bytes=7-", "if-range": '"another"'})
    assert (other.status_code, other.content) == (200, whole)
    assert desk.get(path, {"if-none-match": f'"{snapshot.digest}"'}).status_code == 304


def test_a_line_as_a_ready_file_at_its_stated_position(
    server: RunningServer, world: SmallWorld, desk: WireStation, tmp_path: Path
) -> None:
    stream = post_products(server, world, tmp_path, products(30))
    manifest(desk, stream)
    answer = desk.get(f"/v1/streams/{stream}/snapshot")
    assert answer.status_code == 200
    assert answer.headers["x-stream-position"] == "30"
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(answer.content)
    assert plain.startswith(b"SQLite format 3\0")
    again = desk.get(f"/v1/streams/{stream}/snapshot", {"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_nobody_gets_a_file_of_a_stream_that_is_not_theirs(
    server: RunningServer, world: SmallWorld, desk: WireStation, station: StationMaker, tmp_path: Path
) -> None:
    stream = post_products(server, world, tmp_path, products(30))
    snapshot = manifest(desk, stream).snapshot
    assert snapshot is not None
    stranger = station(world.other_clerk, world.other_showroom)
    for path in ("manifest", "snapshot", f"files/{snapshot.digest}"):
        refused = stranger.get(f"/v1/streams/{stream}/{path}")
        nowhere = stranger.get(f"/v1/streams/line:nobody:products/{path}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert refused.content == nowhere.content
    own = line_dataset(world.other_distributor.id, "products")
    wrong_house = desk.get(f"/v1/streams/{own}/files/{snapshot.digest}")
    assert wrong_house.status_code == 404


@pytest.mark.parametrize("name", ["..", "manifest.json", "work.db", "0" * 64, "%2e%2e%2fwork.db", "A" * 64, "é" * 64])
def test_only_what_a_manifest_names_is_given(
    server: RunningServer, world: SmallWorld, desk: WireStation, tmp_path: Path, name: str
) -> None:
    stream = post_products(server, world, tmp_path, products(3))
    manifest(desk, stream)
    assert desk.get(f"/v1/streams/{stream}/files/{name}").status_code == 404


def test_records_have_no_line_files(world: SmallWorld, desk: WireStation) -> None:
    answer = desk.get(f"/v1/streams/{library(world.showroom.id)}/manifest")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_station_that_takes_lines_as_files_is_told_their_heads_without_their_rows(
    server: RunningServer, world: SmallWorld, desk: WireStation, tmp_path: Path
) -> None:
    stream = post_products(server, world, tmp_path, products(30))
    have: dict[str, int] = {}
    while True:
        answer = desk.post("/v1/streams/changes", {"have": have, "line_files": True})
        assert answer.status_code == 200
        assert answer.json()["heads"][stream] == 30
        have |= {page["stream"]: page["upto"] for page in answer.json()["pages"]}
        if not answer.json()["more"]:
            break
    assert stream not in have
    have = answer.json()["heads"]
    assert desk.post("/v1/streams/changes", {"have": have, "line_files": True}).status_code == 304
