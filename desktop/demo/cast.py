"""The people of the played day, each at a station of her own with the classes that the window uses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from desktop.cache.meta import get_meta
from desktop.demo.day_log import StepFailed
from desktop.sync.client import ServerClient
from desktop.sync.desk import Desk
from desktop.sync.engine import RoundReport, SyncEngine
from desktop.sync.sign_in import sign_in
from shared_models.accounts.records import Organisation
from shared_models.kernel.clock import SystemClock

HOUSE_OF_THE_DAY = "CTH"
"""The distributor whose files can be replaced by a real one's."""


class Seat(NamedTuple):
    """One person at one station: the desk, and what keeps it in step with the server."""

    profile: Path
    desk: Desk
    engine: SyncEngine
    client: ServerClient
    password: str
    """Opens the profile where no keyring holds its key."""

    def sync(self) -> RoundReport:
        """One round with the server."""
        return self.engine.round()

    @property
    def token(self) -> str:
        """For calls that a distributor's own program would make."""
        return get_meta(self.desk.database.read(), "token")

    def organisation(self, code: str) -> Organisation:
        """An organisation that this person knows, by its code."""
        found = self.desk.database.read().records(Organisation, "WHERE code = ?", code)
        if not found:
            raise StepFailed(f"{self.desk.person_name} does not know the organisation {code}")
        return found[0]

    def close(self) -> None:
        """Leave the station; its files stay."""
        self.client.close()
        self.desk.close()


class World:
    """The world file of the sample data, with a real distributor's code in the place of the sample one's."""

    def __init__(self, file: Path, *, house_code: str = HOUSE_OF_THE_DAY) -> None:
        """`house_code` is the code that a distributor's own files carry."""
        text = file.read_text(encoding="utf-8")
        # They change places, for the code may be that of another house of the sample.
        swapped = {f'"{HOUSE_OF_THE_DAY}"': json.dumps(house_code), json.dumps(house_code): f'"{HOUSE_OF_THE_DAY}"'}
        pattern = "|".join(map(re.escape, swapped))
        self.content: dict[str, Any] = json.loads(re.sub(pattern, lambda found: swapped[found[0]], text))
        self.house_code = house_code
        for house in self.content["distributors"]:
            # The file is written elsewhere, and copies take their titles from the feeds beside it.
            house["feeds"] = {name: str(file.parent.absolute() / feed) for name, feed in house["feeds"].items()}

    def write(self, file: Path) -> Path:
        """As a file for `order-track-server load-world`."""
        file.write_text(json.dumps(self.content, ensure_ascii=False), encoding="utf-8")
        return file

    def person(self, organisation_code: str, role: str, *, place: int = 0) -> tuple[str, str]:
        """E-mail and password of the first (or `place`-th) person with this role there."""
        found = [
            (str(person["email"]), str(person["password"]))
            for person in self.content["people"]
            if {"organisation_code": organisation_code, "role": role} in person["memberships"]
        ]
        return found[place]

    def distributor(self, code: str) -> Mapping[str, Any]:
        """One distributor's part of the world."""
        return next(one for one in self.content["distributors"] if one["code"] == code)

    def showroom(self, code: str) -> Mapping[str, Any]:
        """One showroom's part of the world."""
        return next(one for one in self.content["showrooms"] if one["code"] == code)


def take_seat(profile: Path, server_url: str, who: tuple[str, str], station_name: str) -> Seat:
    """Sign in at the server and sit down; nothing is fetched yet. Raises `Trouble` or `DomainError`."""
    profile.mkdir(parents=True, exist_ok=True)
    client = ServerClient(server_url)
    email, password = who
    desk = sign_in(
        profile, server_url, email, password, call=client.sign_in, clock=SystemClock(), station_name=station_name
    )
    return Seat(profile, desk, SyncEngine(desk, client), client, password)
