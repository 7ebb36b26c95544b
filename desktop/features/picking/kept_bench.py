"""The half-said ticket, kept in the station's file through a page change, a crash and a restart."""

from __future__ import annotations

import msgspec

from desktop.cache.meta import get_meta, set_meta
from desktop.cache.reader import Reader
from desktop.cache.records import StationRecords
from desktop.features.picking.bench import Bench, on_fresh_request
from desktop.features.picking.rows import BenchLine, BenchRequest, Marking

_ON_BENCH = "picking_on_bench"


class _Kept(msgspec.Struct, frozen=True):
    """What is kept of a ticket. `said` is how much was said of each marked line before, for good."""

    markings: tuple[Marking, ...]
    carrier: str
    tracking_no: str
    said: dict[str, int]


def keep(records: StationRecords, bench: Bench) -> None:
    """Keep what is marked, and that this ticket is the one on the bench."""
    lines = {one.line_id for one in bench.markings}
    said = {line.line_id: _said(line) for line in bench.request.lines if line.line_id in lines}
    kept = _Kept(bench.markings, bench.carrier, bench.tracking_no, said)
    request_id = bench.request.request_id
    if bench.is_touched:
        set_meta(records, **{_name(request_id): msgspec.json.encode(kept).decode(), _ON_BENCH: request_id})
    else:
        forget(records, request_id)
        set_meta(records, **{_ON_BENCH: request_id})


def forget(records: StationRecords, request_id: str) -> None:
    """Nothing is marked of this ticket any more."""
    records.connection.execute("DELETE FROM meta WHERE name = ?", (_name(request_id),))


def clear_bench(records: StationRecords) -> None:
    """No ticket lies on the bench; what is marked of it stays kept."""
    set_meta(records, **{_ON_BENCH: ""})


def request_on_bench(reader: Reader) -> str:
    """The id of the request that lay on the bench last; empty when it was put aside or confirmed."""
    return get_meta(reader, _ON_BENCH)


def kept_bench(reader: Reader, request: BenchRequest) -> Bench:
    """The request with what was marked of it.

    The markings of a line of which something was said for good meanwhile are dropped: a confirmation that was cut
    off before its markings were forgotten must not be made twice.
    """
    text = get_meta(reader, _name(request.request_id))
    if not text:
        return Bench(request)
    kept = msgspec.json.decode(text, type=_Kept)
    same = {line.line_id for line in request.lines if kept.said.get(line.line_id) == _said(line)}
    markings = tuple(one for one in kept.markings if one.line_id in same)
    return on_fresh_request(Bench(request, markings, kept.carrier, kept.tracking_no), request)


def _name(request_id: str) -> str:
    return f"picking_bench:{request_id}"


def _said(line: BenchLine) -> int:
    return line.shipped + line.backordered + line.will_not_ship + line.cancelled
