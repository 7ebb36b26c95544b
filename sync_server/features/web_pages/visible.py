"""What a person may see in a browser: the streams that a station of the same person may pull, and nothing else."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Table, and_, false, or_

from shared_models.follow_up.records import FOLLOW_UP_DATASETS
from shared_models.sync.streams import orders, parse_follow_up, parse_stream, requests
from sync_server.features.sync.line_rows import line_stream
from sync_server.features.sync.tables import FOLLOW_UP_TABLES


class Visible:
    """The rows that some streams hold, as conditions on the tables in which they are kept."""

    def __init__(self, streams: Iterable[str]) -> None:
        """`streams` as `allowed_streams` gives them."""
        self.streams = frozenset(streams)
        self._follow_up = [found for found in map(parse_follow_up, sorted(self.streams)) if found is not None]
        self._lines = [found for found in map(line_stream, sorted(self.streams)) if found is not None]

    def distributors(self, dataset: str) -> list[str]:
        """Whose rows of a dataset are seen, all of them or some."""
        if dataset in FOLLOW_UP_DATASETS:
            return sorted({stream.distributor_id for stream in self._follow_up})
        return sorted({line.distributor_id for line in self._lines if line.shape.name == dataset})

    def of_follow_up(self, dataset: str) -> ColumnElement[bool]:
        """Rows of orders, reserves, freight or customers that are in one of the streams."""
        rows = FOLLOW_UP_TABLES[dataset]
        seen = [
            and_(
                rows.c.distributor_id == stream.distributor_id,
                *(() if stream.scope == "all" else (rows.c[f"seen_{stream.scope}"] == stream.code,)),
            )
            for stream in self._follow_up
        ]
        return and_(rows.c.gone_at.is_(None), or_(false(), *seen))

    def of_line(self, table: Table, dataset: str) -> ColumnElement[bool]:
        """Rows of a line's dataset that are in one of the streams."""
        return and_(table.c.gone_at.is_(None), table.c.distributor_id.in_(self.distributors(dataset)))

    def of_requests(self, table: Table) -> ColumnElement[bool]:
        """Sample requests, and what belongs to them, of the showrooms and distributors whose streams these are."""
        named = [found for found in map(parse_stream, sorted(self.streams)) if found is not None]
        mine = {found.owner_id for found in named if orders(found.owner_id) in self.streams}
        asked = {found.owner_id for found in named if requests(found.owner_id) in self.streams}
        return or_(table.c.organisation_id.in_(sorted(mine)), table.c.distributor_id.in_(sorted(asked)))

    def sees_requests(self) -> bool:
        """Whether there are such streams at all."""
        named = [found for found in map(parse_stream, self.streams) if found is not None]
        return any({orders(one.owner_id), requests(one.owner_id)} & self.streams for one in named)
