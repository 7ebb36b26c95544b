"""How old the figures of a list are, house by house, and what somebody does not see for want of a module."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from shared_models.accounts.records import Organisation
from shared_models.catalogue.freshness import DatasetFreshness, freshness_id, freshness_words, punctuality
from shared_models.sync.streams import freshness
from sync_server.features.sync.records import ServerRecords
from sync_server.features.web_pages.cells import moment
from sync_server.features.web_pages.lists import FollowUpList
from sync_server.features.web_pages.visible import Visible

_TONES = {"fresh": "good", "due": "attention", "late": "bad", "no_promise": "neutral"}


class Age(NamedTuple):
    """`Calder & Thrane: as of 09:02, due hourly, late`."""

    house: str
    words: str
    tone: str


def ages_of(connection: Connection, which: FollowUpList, visible: Visible, now: datetime) -> list[Age]:
    """By the houses' names; a house that never posted the dataset is told so."""
    records = ServerRecords(connection)
    found = []
    for dataset in which.datasets:
        for house_id in visible.distributors(dataset):
            if freshness(house_id) not in visible.streams:
                continue
            record = records.get(DatasetFreshness, freshness_id(house_id, dataset))
            as_of, due = (None, 0) if record is None else (record.as_of, record.due_every_minutes)
            state = punctuality(as_of, due, now)
            told = "" if as_of is None else moment(as_of.isoformat(), now).text
            words = freshness_words(told, due, state)
            found.append(Age(records.need(Organisation, house_id).name, words, _TONES[state]))
    return sorted(found)


def not_here(connection: Connection, which: FollowUpList, visible: Visible) -> str:
    """Which of the person's houses do not publish this list's quantities on Order-Track; empty when all do."""
    if which.name not in ("stock", "mill-orders"):
        return ""
    dataset = which.datasets[0]
    missing = sorted(set(visible.distributors("products")) - set(visible.distributors(dataset)))
    if not missing:
        return ""
    records = ServerRecords(connection)
    names = ", ".join(records.need(Organisation, house_id).name for house_id in missing)
    rest = " Their stock is told in one word an item." if which.name == "stock" else ""
    return f"Not on Order-Track: the inventory of {names}.{rest}"
