"""Lines on the station: fetched whole, cut off and resumed anywhere, patched, damaged, withdrawn; the desk goes on."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.cache.catalogue import Catalogue
from desktop.cache.keys import KeyRing
from desktop.cache.line_files import LineFileCard, LineFiles
from desktop.cache.meta import get_meta, set_meta
from desktop.sync import client as client_module
from desktop.sync import engine as engine_module
from desktop.sync.engine import SyncEngine
from desktop.sync.opening import open_desk
from desktop.sync.progress import Progress
from shared_models.kernel.clock import SettableClock
from shared_models.sync.line_manifest import LineManifest
from shared_models.sync.streams import line_dataset
from sync_server.features.accounts.actions import end_line
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.features.sync import line_endpoints
from sync_server.features.sync.history import begin_history
from tests.builders.server import PASSWORD, RunningServer, SmallWorld
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.faults import FaultHandler, FaultProxy, fault_proxy
from tests.sync_scenarios.stations import Station, signed_in_station
from tests.sync_server.feeds.house import MORNING, products

CANARY = "Zinnoberquast"


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file comes in many pieces."""
    monkeypatch.setattr(client_module, "_PIECE_BYTES", 2_000)


def publish(server: RunningServer, world: SmallWorld, folder: Path, content: str) -> str:
    """A whole products file of the first distributor; gives the stream."""
    file = folder / "products.csv"
    file.write_text(content)
    posting = Posting(world.distributor.id, world.distributor.code, "products")
    run = FeedDesk(server.database, SettableClock(MORNING)).post(posting, file)
    assert run.status == "landed", run.sentence
    return line_dataset(world.distributor.id, "products")


def many(count: int = 800, **changes: str) -> str:
    """Products of which no two pack alike, one of them with a word that must never be read on the disk."""
    rows = {f"i{n:04d}": f"{n:04d},{os.urandom(6).hex()},Flax,48.50,Y,USD,ACTIVE" for n in range(1, count + 1)}
    rows["i0005"] = f"0005,{CANARY},Flax,48.50,Y,USD,ACTIVE"
    return products(count, **{**rows, **changes})


@pytest.fixture
def stream(server: RunningServer, world: SmallWorld, tmp_path: Path) -> str:
    return publish(server, world, tmp_path, many())


@pytest.fixture
def proxy(server: RunningServer) -> Iterator[FaultProxy]:
    with fault_proxy(server.url) as running:
        yield running


@contextmanager
def opened_again(station: Station) -> Iterator[Station]:
    """The same profile after the program was killed and started again."""
    station.desk.close()
    clock = SettableClock(datetime.now(UTC))
    key = KeyRing(station.profile, holders=()).unlock_with_password(PASSWORD).key
    desk = open_desk(station.profile, key, clock)
    try:
        yield Station(desk, station.client, SyncEngine(desk, station.client), station.profile, clock)
    finally:
        desk.close()


def found(station: Station, word: str = CANARY) -> list[str]:
    return [hit.item_no for hit in station.desk.catalogue.search(word)]


def position(station: Station, stream: str) -> int:
    files = station.desk.catalogue.files
    history = station.desk.database.read().value("SELECT value FROM meta WHERE name = 'history_id'")
    return files.positions(history).get(stream, 0)


def fetched(proxy: FaultProxy) -> list[str]:
    """The names of the files that were asked for."""
    return [path.rpartition("/")[2] for path in proxy.seen if "/files/" in path]


def names_in(profile: Path) -> list[str]:
    return sorted(path.name for path in (profile / "lines").iterdir() if not path.name.endswith(("-wal", "-shm")))


def test_a_line_is_here_after_one_round_and_changes_come_as_patches(
    server: RunningServer, world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path
) -> None:
    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        assert desk.sync().state == "synced"
        assert found(desk) == ["0005"]
        assert len(fetched(proxy)) == 1
        whole = many(800, i0005="0005,Marlow,Flax,48.50,Y,USD,ACTIVE")
        publish(server, world, tmp_path, whole)
        report = desk.sync()
        assert (report.state, "products" in report.kinds) == ("synced", True)
        assert (found(desk), found(desk, "marlow")) == ([], ["0005"])
        publish(server, world, tmp_path, whole.replace("0007,", "0007A,"))
        assert desk.sync().state == "synced"
        assert found(desk, "0007A") == ["0007A"]
        assert position(desk, stream) > 1600
        requests = len(proxy.seen)
        assert desk.sync().state == "synced"
        assert len(proxy.seen) == requests + 1, "nothing new is one request"


def test_records_are_here_before_the_first_line_is_asked_for(
    world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path
) -> None:
    told: list[Progress] = []
    seen: list[tuple[frozenset[str], int, int]] = []
    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        reader = desk.desk.database.read

        def changed(kinds: frozenset[str]) -> None:
            seen.append((kinds, len(fetched(proxy)), reader().value("SELECT count(*) FROM copies")))

        engine = SyncEngine(desk.desk, desk.client, on_progress=told.append, on_changed=changed)
        assert engine.round().state == "synced"
        first, last = seen[0], seen[-1]
        assert first[0] >= {"copies", "designers"}
        assert first[1:] == (0, len(world.copies)), "the desk can work before the first file is on its way"
        assert last[0] == {"products"}
        lines = [progress for progress in told if progress.total]
        assert [progress.done for progress in lines] == sorted(progress.done for progress in lines)
        assert lines[-1].percent == 100
        assert world.distributor.name in lines[0].sentence
        assert "% of" in lines[0].sentence


@pytest.mark.parametrize("killed_at", [1, 2, 5, 9])
def test_a_fetch_that_was_killed_goes_on_where_it_was(
    world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path, killed_at: int
) -> None:
    left = killed_at

    def tell(progress: Progress) -> None:
        nonlocal left
        left -= bool(progress.total)
        if left == 0:
            raise Killed

    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        with pytest.raises(Killed):
            SyncEngine(desk.desk, desk.client, on_progress=tell).round()
        assert found(desk) == []
        (part,) = (desk.profile / "lines").glob("*.part")
        come = part.stat().st_size
        assert come >= 2_000 * killed_at
        asked: list[int] = []
        desk.client.file = _noting(desk.client.file, asked)  # type: ignore[method-assign]
        with opened_again(desk) as again:
            assert again.sync().state == "synced"
            assert found(again) == ["0005"]
            assert asked == [come]
            assert names_in(again.profile) == [path.name for path in (again.profile / "lines").glob("*.1.db")]


def _noting(file: Callable[..., Any], starts: list[int]) -> Callable[..., Any]:
    def noted(stream: str, digest: str, start: int) -> Any:
        starts.append(start)
        return file(stream, digest, start)

    return noted


@pytest.mark.parametrize("cut_at", [0, 1, 3_000, 9_999])
def test_an_answer_that_breaks_off_costs_only_what_was_missing(
    world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path, cut_at: int
) -> None:
    def cut(handler: FaultHandler, body: bytes) -> None:
        answer = handler.ask_server(body)
        kind, length = answer.headers["content-type"], len(answer.content)
        handler.reply(answer.status_code, answer.content[:cut_at], kind, told_length=length)
        handler.hang_up()

    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        proxy.faults.append(("/files/*", cut))
        assert desk.sync().state == "offline"
        assert desk.library()["copies"], "what people do came first"
        asked: list[int] = []
        desk.client.file = _noting(desk.client.file, asked)  # type: ignore[method-assign]
        assert desk.sync().state == "synced"
        assert asked == [cut_at]
        assert found(desk) == ["0005"]


def test_something_in_between_that_cannot_give_parts_of_a_file_gives_all_of_it(
    world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path
) -> None:
    def cut(handler: FaultHandler, body: bytes) -> None:
        answer = handler.ask_server(body)
        handler.reply(200, answer.content[:3_000], "application/zstd", told_length=len(answer.content))
        handler.hang_up()

    def whole(handler: FaultHandler, body: bytes) -> None:
        del handler.headers["range"]
        handler.pass_on(handler.ask_server(body))

    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        proxy.faults += [("/files/*", cut), ("/files/*", whole)]
        desk.sync()
        assert desk.sync().state == "synced"
        assert found(desk) == ["0005"]


def _one_bit_wrong(handler: FaultHandler, body: bytes) -> None:
    answer = handler.ask_server(body)
    wrong = bytes([answer.content[0] ^ 1]) + answer.content[1:]
    handler.reply(answer.status_code, wrong, "application/zstd")


def _another_file(handler: FaultHandler, body: bytes) -> None:
    handler.reply(200, os.urandom(300_000), "application/zstd")


@pytest.mark.parametrize("fault", [_one_bit_wrong, _another_file])
def test_a_file_that_is_not_what_was_named_is_fetched_again(
    world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path, fault: Any
) -> None:
    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        proxy.faults.append(("/files/*", fault))
        report = desk.sync()
        assert (report.state, report.refetched) == ("synced", (stream,))
        assert found(desk) == ["0005"]


def test_a_portal_is_no_file(world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path) -> None:
    def portal(handler: FaultHandler, _body: bytes) -> None:
        handler.reply(200, b"<html>Welcome to the Hotel</html>", "text/html")

    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        proxy.faults.append(("/files/*", portal))
        report = desk.sync()
        assert (report.state, "Something other" in report.sentence) == ("offline", True)
        assert desk.sync().state == "synced"


def test_a_line_that_cannot_be_had_holds_up_no_other(
    server: RunningServer, world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path, expect_log: Any
) -> None:
    expect_log("WARNING desktop.sync.*: .* could not be fetched: digest_differs")
    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        proxy.faults += [(f"{stream}/files/*", _one_bit_wrong)] * 3
        report = desk.sync()
        assert (report.state, "did not arrive as it was sent" in report.sentence) == ("trouble", True)
        assert desk.library()["copies"]
        lent = desk.lend(world.copies[0], world.designer)
        assert desk.sync().state == "synced"
        assert desk.state_of(lent) == "applied"


def test_killed_between_the_whole_file_and_the_pointer(
    world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_files: LineFiles, _card: LineFileCard) -> None:
        raise Killed

    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        with monkeypatch.context() as patched:
            patched.setattr(LineFiles, "show", killed)
            with pytest.raises(Killed):
                desk.sync()
        assert found(desk) == []
        with opened_again(desk) as again:
            assert again.sync().state == "synced"
            assert found(again) == ["0005"]
            assert len(fetched(proxy)) == 1, "what was whole is not fetched again"
            assert [name.rpartition(".")[2] for name in names_in(again.profile)] == ["db"]


def test_killed_after_the_pointer_the_old_generation_goes_at_the_next_start(
    server: RunningServer, world: SmallWorld, stream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:
        desk.sync()
        desk.desk.catalogue.files.suspect(stream)

        def killed(_files: LineFiles, _card: LineFileCard) -> None:
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(LineFiles, "_delete", killed)
            with pytest.raises(Killed):
                desk.sync()
        assert found(desk) == ["0005"]
        assert len(names_in(desk.profile)) == 3, "two generations and what came of the newer"
        with opened_again(desk) as again:
            assert found(again) == ["0005"]
            again.desk.catalogue.files.suspect(stream)
            assert again.sync().state == "synced"
            assert len(names_in(again.profile)) == 1
            assert found(again) == ["0005"]


def test_two_generations_the_shown_one_serves_until_the_new_one_is_whole(
    server: RunningServer, world: SmallWorld, stream: str, tmp_path: Path
) -> None:
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:
        desk.sync()
        desk.desk.catalogue.files.suspect(stream)

        def tell(progress: Progress) -> None:
            if progress.done > 5_000:
                raise Killed

        with pytest.raises(Killed):
            SyncEngine(desk.desk, desk.client, on_progress=tell).round()
        assert found(desk) == ["0005"]
        with opened_again(desk) as again:
            assert len(again.desk.catalogue.files.shown()) == 1
            assert found(again) == ["0005"]
            again.desk.catalogue.files.suspect(stream)
            assert again.sync().state == "synced"
            assert [name.split(".")[1] for name in names_in(again.profile)] == ["2"]


def test_a_damaged_file_is_noticed_by_who_reads_it_and_fetched_again_while_the_desk_goes_on(
    server: RunningServer, world: SmallWorld, stream: str, tmp_path: Path
) -> None:
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:
        desk.sync()
        (path,) = (desk.profile / "lines").glob("*.db")
        desk.desk.catalogue.close()
        with path.open("r+b") as file:
            for page in range(9, path.stat().st_size // 4096):
                file.seek(page * 4096 + 200)
                file.write(b"\xff")
        with opened_again(desk) as again:
            wished: list[str] = []
            again.desk.catalogue.files.on_suspect = lambda: wished.append("a round")
            assert found(again) == []
            assert wished == ["a round"], "it is not left for the next five minutes"
            lent = again.lend(world.copies[0], world.designer)
            report = again.sync()
            assert report.state == "synced"
            assert found(again) == ["0005"]
            assert again.state_of(lent) == "applied"


def test_a_row_that_was_changed_is_found_when_the_rows_are_looked_at(
    server: RunningServer, world: SmallWorld, stream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "CHECK_ROWS_EVERY", timedelta(0))
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:
        desk.sync()
        files = desk.desk.catalogue.files
        files._file(files.shown()[0])._connection.execute("UPDATE products SET status = 'NEW' WHERE item_no = '0005'")
        assert desk.sync().state == "synced"
        product = desk.desk.catalogue.product(world.distributor.id, "0005")
        assert product is not None
        assert product.status == "ACTIVE"


def test_a_withdrawn_line_leaves_no_file_and_no_key(
    server: RunningServer, world: SmallWorld, stream: str, tmp_path: Path
) -> None:
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:
        desk.sync()
        assert found(desk) == ["0005"]
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        server.database.write_unit(
            lambda connection: end_line(connection, world.showroom, world.distributor, last_day=yesterday)
        )
        report = desk.sync()
        assert (report.state, "products" in report.kinds) == ("synced", True)
        assert found(desk) == []
        assert names_in(desk.profile) == []
        assert desk.desk.database.read().value("SELECT count(*) FROM line_files") == 0


def test_a_withdrawn_line_that_was_only_half_here_leaves_nothing(
    server: RunningServer, world: SmallWorld, stream: str, tmp_path: Path
) -> None:
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:

        def tell(progress: Progress) -> None:
            if progress.done > 5_000:
                raise Killed

        with pytest.raises(Killed):
            SyncEngine(desk.desk, desk.client, on_progress=tell).round()
        assert names_in(desk.profile)
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        server.database.write_unit(
            lambda connection: end_line(connection, world.showroom, world.distributor, last_day=yesterday)
        )
        assert desk.sync().state == "synced"
        assert names_in(desk.profile) == []


def test_nothing_of_a_line_can_be_read_on_the_disk(
    server: RunningServer, world: SmallWorld, stream: str, tmp_path: Path
) -> None:
    looked = 0

    def look(_progress: Progress) -> None:
        nonlocal looked
        for path in (tmp_path / "desk").rglob("*"):
            if path.is_file():
                stored = path.read_bytes()
                for secret in (CANARY.encode(), b"SQLite format 3", b"\x28\xb5\x2f\xfd", b"ACTIVE"):
                    assert secret not in stored, path
                looked += 1

    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:
        assert SyncEngine(desk.desk, desk.client, on_progress=look).round().state == "synced"
        look(Progress(""))
        publish(server, world, tmp_path, many(800, i0009="0009,Marlow,Flax,48.50,Y,USD,ACTIVE"))
        assert SyncEngine(desk.desk, desk.client, on_progress=look).round().state == "synced"
        look(Progress(""))
    look(Progress(""))
    assert looked > 50


def test_a_wish_for_another_round_is_not_kept_waiting_by_a_long_fetch(
    server: RunningServer, world: SmallWorld, stream: str, tmp_path: Path
) -> None:
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:
        wished: list[str] = []
        sent: list[str] = []

        def tell(progress: Progress) -> None:
            if progress.done > 5_000 and not sent:
                sent.append(desk.lend(world.copies[0], world.designer))
                wished.append("now")

        engine = SyncEngine(desk.desk, desk.client, on_progress=tell, interrupted=lambda: bool(wished))
        report = engine.round()
        assert (report.state, report.lines_pending) == ("waiting", True)
        assert found(desk) == []
        wished.clear()
        report = engine.round()
        assert (report.state, report.lines_pending) == ("synced", False)
        assert desk.state_of(sent[0]) == "applied"
        assert found(desk) == ["0005"]


def test_over_a_slow_line_the_smaller_parts_come_instead_of_the_finished_file(
    world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path
) -> None:
    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        with desk.desk.database.write() as records:
            set_meta(records, bytes_per_second="2000")
        desk.client.token = get_meta(desk.desk.database.read(), "token")
        found_before = desk.client.manifest(stream)
        assert found_before.snapshot is not None
        assert desk.sync().state == "synced"
        assert found(desk) == ["0005"]
        assert found_before.snapshot.digest not in fetched(proxy)
        assert fetched(proxy)
        (card,) = desk.desk.catalogue.files.shown()
        assert desk.desk.catalogue.files.verify(card)


@pytest.mark.parametrize("step", ["finish", "show"])
def test_parts_that_were_cut_off_go_on_with_the_next_part(
    world: SmallWorld, stream: str, proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
        with desk.desk.database.write() as records:
            set_meta(records, bytes_per_second="2000")

        def killed(_files: LineFiles, _card: LineFileCard, *_base: Any) -> None:
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(LineFiles, step, killed)
            with pytest.raises(Killed):
                desk.sync()
        parts = fetched(proxy)
        with opened_again(desk) as again:
            assert again.sync().state == "synced"
            assert found(again) == ["0005"]
            assert fetched(proxy) == parts


def test_a_restored_server_has_every_line_fetched_anew(
    server: RunningServer, world: SmallWorld, stream: str, tmp_path: Path
) -> None:
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:
        desk.sync()
        server.database.write_unit(lambda connection: begin_history(connection, datetime.now(UTC)))
        assert desk.sync().state == "synced"
        assert found(desk) == ["0005"]
        assert [name.split(".")[1] for name in names_in(desk.profile)] == ["2"]


def test_files_that_are_still_being_made_are_waited_for_with_a_word(
    server: RunningServer, world: SmallWorld, stream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    real = line_endpoints.current_manifest

    async def not_yet(state: Any, wanted: Any) -> Any:
        nonlocal asked
        asked += 1
        found = await real(state, wanted)
        if asked > 2:
            return found
        return LineManifest(stream=stream, history_id=found.history_id, being_made=True)

    monkeypatch.setattr(line_endpoints, "current_manifest", not_yet)
    told: list[str] = []
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk:
        engine = SyncEngine(desk.desk, desk.client, on_progress=lambda progress: told.append(progress.sentence))
        assert engine.round().state == "synced"
        assert found(desk) == ["0005"]
        assert f"The server is preparing the catalogue of {world.distributor.name}" in told


def test_the_program_of_two_threads_reads_while_a_patch_is_laid(
    server: RunningServer, world: SmallWorld, stream: str, station: MakeStation, tmp_path: Path
) -> None:
    desk = station(world.clerk)
    catalogue: Catalogue = desk.desk.catalogue
    assert found(desk) == ["0005"]
    publish(server, world, tmp_path, many(900))
    seen: list[int] = []

    def look(progress: Progress) -> None:
        if progress.total:
            seen.append(len(catalogue.search(CANARY)))

    assert SyncEngine(desk.desk, desk.client, on_progress=look).round().state == "synced"
    assert set(seen) == {1}
    assert catalogue.count("products") == 900
