"""A station that loses every fifth answer to the renewal of its token goes on; a copied token ends one station only."""

import random
from datetime import timedelta

import pytest

from desktop.cache.meta import get_meta, set_meta
from desktop.sync.client import Trouble
from shared_models.sync.wire import SignInAnswer
from tests.builders.server import SmallWorld
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import Station

RENEWALS, ONE_IN = 60, 5


def renew_soon(station: Station) -> None:
    """The token ends within days, as the station believes."""
    with station.desk.database.write() as records:
        set_meta(records, token_expires_at=(station.clock.now() + timedelta(days=1)).isoformat())


def test_a_fifth_of_the_answers_lost_signs_nobody_out(
    world: SmallWorld, station: MakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, colleague = station(world.clerk), station(world.rep, "colleague")
    renew, chance, states = desk.client.renew_token, random.Random(7), []

    def lossy(proposed: str = "", public_key: str = "") -> SignInAnswer:
        answer = renew(proposed, public_key)
        if chance.randrange(ONE_IN) == 0:
            raise Trouble("cut", "The server's answer broke off.")
        return answer

    monkeypatch.setattr(desk.client, "renew_token", lossy)
    tokens = set()
    for _ in range(RENEWALS):
        renew_soon(desk)
        states.append(desk.sync().state)
        tokens.add(get_meta(desk.desk.database.read(), "token"))
    assert set(states) == {"synced", "offline"}
    assert states.count("offline") > RENEWALS // ONE_IN // 2
    # An answer that was lost is no token that was lost: the next round goes on with the one that was proposed.
    assert len(tokens) > RENEWALS - states.count("offline") - 1
    assert colleague.sync().state == "synced"


def test_an_old_token_used_elsewhere_ends_that_station_and_no_other(
    world: SmallWorld, station: MakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, same_person, colleague = (
        station(world.clerk),
        station(world.clerk, "second desk"),
        station(world.rep, "colleague"),
    )
    lent = desk.lend(world.copies[0], world.designer)
    stolen = get_meta(desk.desk.database.read(), "token")
    renew_soon(desk)
    assert desk.sync().state == "synced"
    thief = station(world.other_clerk, "thief")
    monkeypatch.setattr("sync_server.features.accounts.tokens.GRACE", timedelta(seconds=-1))
    with thief.desk.database.write() as records:
        set_meta(records, token=stolen)
    assert thief.sync().state == "sign_in_needed"
    assert desk.sync().state == "sign_in_needed"
    assert desk.state_of(lent) == "applied"
    assert (same_person.sync().state, colleague.sync().state) == ("synced", "synced")
