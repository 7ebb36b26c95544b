"""Two server processes over one database, for what must hold when more than one answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared_models.accounts.records import Organisation, Person
from shared_models.kernel.clock import SystemClock
from sync_server.features.accounts.gate import RememberingGate
from sync_server.foundation.database import Database, open_database
from sync_server.settings import Settings
from tests.builders.server import RunningServer, SmallWorld, WireStation, prepare_database, sign_in, small_world
from tests.builders.server_program import ServerProgram


@dataclass(frozen=True)
class TwoServers:
    """Neither runs before it is started; `close` closes the stations that were made here."""

    programs: tuple[ServerProgram, ServerProgram]
    database: Database
    world: SmallWorld
    _open: ExitStack

    def start(self) -> None:
        """Start both."""
        for program in self.programs:
            program.start()

    def station(self, number: int, person: Person, house: Organisation) -> WireStation:
        """A new station that speaks to the first (0) or the second (1)."""
        server = self._known(number)
        return self._opened(WireStation(server, sign_in(server, person), house.id))

    def moved(self, station: WireStation, number: int) -> WireStation:
        """The same station, speaking to the other one."""
        return self._opened(
            WireStation(self._known(number), station.signed_in, station.organisation_id, last_seq=station.last_seq)
        )

    def _opened(self, station: WireStation) -> WireStation:
        self._open.callback(station.http.close)
        return station

    def _known(self, number: int) -> RunningServer:
        program, clock = self.programs[number], SystemClock()
        settings = Settings(
            data_dir=program.folder, database_url=program.database_url, secret_file=program.folder / "link-signing.key"
        )
        return RunningServer(program.url, self.database, settings, clock, RememberingGate(self.database, clock))


@contextmanager
def two_servers(
    folder: Path, database_url: str, *, smtp_url: str = "", one_folder: bool = False
) -> Iterator[TwoServers]:
    """Over an empty database, with the small world in it. `one_folder`: both keep their files in the same place."""
    prepare_database(database_url)
    with ExitStack() as stack:
        database = open_database(database_url)
        stack.callback(database.close)
        world = small_world(database)
        programs = []
        for name in ("first", "second"):
            place = folder / ("both" if one_folder else name)
            place.mkdir(exist_ok=True)
            program = ServerProgram(place, database_url=database_url, environment={"ORDER_TRACK_SMTP_URL": smtp_url})
            stack.callback(program.stop)
            programs.append(program)
        yield TwoServers((programs[0], programs[1]), database, world, stack)
