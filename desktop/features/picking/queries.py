"""What the picking page asks the station: the queue, one request for the bench, what was confirmed, the bins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from desktop.cache.catalogue import Catalogue
from desktop.cache.reader import Reader
from desktop.cache.record_codec import instant_text
from desktop.features.picking.rows import BenchLine, BenchRequest, BinRow, ConfirmedRow, QueueRow, RequestState
from shared_models.sample_orders.records import RequestLine, SampleRequest
from shared_models.sample_orders.rules import line_number

MOST_CONFIRMED = 2000
_OPEN = "l.quantity > l.shipped + l.will_not_ship + l.cancelled"
_SAME = (
    "SELECT o.number, o.showroom_name, o.placed_at, m.shipped FROM request_lines AS m "
    "JOIN sample_requests AS o ON o.id = m.request_id "
    "WHERE m.distributor_id = ? AND m.item_no = ? AND o.id <> ? AND o.placed_at >= ? AND o.placed_at <= ? "
    "AND m.quantity > m.will_not_ship + m.cancelled "
    "AND ((o.designer_name <> '' AND o.designer_name = ? COLLATE NOCASE) OR (o.ship_to_address1 <> '' "
    "AND o.ship_to_address1 = ? COLLATE NOCASE AND o.ship_to_postal_code = ?)) ORDER BY o.placed_at DESC LIMIT 1"
)
"""The newest other request for the same item, for the same designer or to the same address."""


def queue(reader: Reader, distributor_id: str, *, duplicate_days: int) -> list[QueueRow]:
    """Requests with anything open, oldest first; each says how many of its open lines look like duplicates.

    `duplicate_days` is how far back a duplicate may lie; 0 looks for none. With thousands of requests it takes some
    30 ms: ask on a worker.
    """
    rows = reader.rows(
        "SELECT r.id, r.number, r.placed_at, r.showroom_name, r.designer_name, r.ship_method, r.sidemark, "
        f"count(*), sum({_OPEN}), r.times_printed, sum(l.shipped + l.backordered + l.will_not_ship) "
        "FROM sample_requests AS r JOIN request_lines AS l ON l.request_id = r.id WHERE r.distributor_id = ? "
        f"GROUP BY r.id HAVING sum({_OPEN}) > 0 ORDER BY r.placed_at, r.id",
        distributor_id,
    )
    doubled = _doubled_lines(reader, distributor_id, duplicate_days) if duplicate_days else {}
    return [_queue_row(row, doubled.get(row[0], 0)) for row in rows]


def request_by_number(reader: Reader, distributor_id: str, number: str) -> str:
    """The id of the request with this number, in whatever case it was typed; empty when there is none here."""
    found = reader.value(
        "SELECT id FROM sample_requests WHERE distributor_id = ? AND number = ? AND number <> ''",
        distributor_id,
        number.strip().upper(),
    )
    return str(found or "")


def bench_request(reader: Reader, distributor_id: str, request_id: str, *, duplicate_days: int) -> BenchRequest | None:
    """One request with its lines in the order of their bins; None when it is not this distributor's."""
    request = reader.get(SampleRequest, request_id)
    if request is None or request.distributor_id != distributor_id:
        return None
    bins = dict(
        reader.rows(
            "SELECT s.item_no, s.bin FROM sample_stock AS s JOIN request_lines AS l "
            "ON l.item_no = s.item_no AND l.distributor_id = s.distributor_id WHERE l.request_id = ?",
            request_id,
        )
    )
    lines = [
        _bench_line(line, bins.get(line.item_no, ""), _duplicate_note(reader, request, line.item_no, duplicate_days))
        for line in reader.records(RequestLine, "WHERE request_id = ?", request_id)
    ]
    return BenchRequest(
        request.id,
        request.number,
        request.showroom_name,
        request.designer_name,
        ship_to_lines(request),
        request.ship_method,
        request.sidemark,
        request.note,
        request.placed_at,
        request.times_printed,
        tuple(sorted(lines, key=lambda line: (line.bin == "", line.bin, line.position))),
    )


def ship_to_lines(request: SampleRequest) -> tuple[str, ...]:
    """The address as it is written on paper, the addressee first, without empty lines."""
    place = " ".join(
        part
        for part in (
            f"{request.ship_to_city}," if request.ship_to_city else "",
            request.ship_to_state,
            request.ship_to_postal_code,
        )
        if part
    )
    attention = f"Attn: {request.ship_to_attention}" if request.ship_to_attention else ""
    country = "" if request.ship_to_country in ("", "US") else request.ship_to_country
    lines = (request.ship_to_name, attention, request.ship_to_address1, request.ship_to_address2, place, country)
    return tuple(line for line in lines if line)


def confirmed(reader: Reader, distributor_id: str, text: str = "") -> list[ConfirmedRow]:
    """What was said of lines, newest first, at most 2,000; every word of `text` must occur in the row."""
    rows = reader.rows(
        "SELECT c.id, k.confirmed_at, k.confirmed_by_name, r.number, r.showroom_name, l.item_no, l.title, c.outcome, "
        "c.quantity, c.until_on, c.reason, k.carrier, k.tracking_no FROM confirmation_lines AS c "
        "JOIN confirmations AS k ON k.id = c.confirmation_id JOIN request_lines AS l ON l.id = c.line_id "
        "JOIN sample_requests AS r ON r.id = k.request_id WHERE c.distributor_id = ? "
        "ORDER BY k.confirmed_at DESC, c.id LIMIT ?",
        distributor_id,
        MOST_CONFIRMED,
    )
    words = text.casefold().split()
    found = [_confirmed_row(row) for row in rows]
    return [row for row in found if all(word in _searched(row) for word in words)]


def bins(reader: Reader, catalogue: Catalogue, distributor_id: str, text: str = "") -> list[BinRow]:
    """The sample stock by bin; every word of `text` must occur in bin, item or title. Ask on a worker."""
    rows = reader.rows(
        "SELECT s.id, s.item_no, coalesce((SELECT l.title FROM request_lines AS l WHERE l.item_no = s.item_no "
        "AND l.distributor_id = s.distributor_id AND l.title <> '' LIMIT 1), ''), s.bin, s.on_hand "
        "FROM sample_stock AS s WHERE s.distributor_id = ? ORDER BY s.bin, s.item_no",
        distributor_id,
    )
    words = text.casefold().split()
    found = [BinRow(*row) if row[2] else _titled(BinRow(*row), catalogue, distributor_id) for row in rows]
    return [row for row in found if all(word in f"{row.item_no} {row.title} {row.bin}".casefold() for word in words)]


def bin_of(reader: Reader, distributor_id: str, item_no: str) -> tuple[str, int]:
    """Where an item lies and how many are said to be there; an empty place when it has none."""
    found = reader.row(
        "SELECT bin, on_hand FROM sample_stock WHERE distributor_id = ? AND item_no = ?", distributor_id, item_no
    )
    return (str(found[0]), int(found[1])) if found is not None else ("", 0)


def expected_on(catalogue: Catalogue, distributor_id: str, item_no: str, today: date) -> date | None:
    """The next day from `today` on for which the inventory expects an item; None when it knows of none."""
    rows = catalogue.stock(distributor_id, item_no)
    days = [date.fromisoformat(row.next_due_on) for row in rows if row.next_due_on]
    return min((day for day in days if day >= today), default=None)


def lines_of_number(request: BenchRequest, number: str) -> BenchLine | None:
    """The line that a printed line code names, such as `KRA-1042-3`."""
    wanted = number.upper()
    return next((line for line in request.lines if line_number(request.number, line.position) == wanted), None)


def _doubled_lines(reader: Reader, distributor_id: str, days: int) -> dict[str, int]:
    """How many open lines of each request ask again for what was asked for at most `days` earlier."""
    rows = reader.rows(
        "SELECT r.id, count(DISTINCT l.id) FROM request_lines AS l JOIN sample_requests AS r ON r.id = l.request_id "
        "JOIN request_lines AS m ON m.distributor_id = l.distributor_id AND m.item_no = l.item_no "
        "AND m.request_id <> l.request_id AND m.quantity > m.will_not_ship + m.cancelled "
        "JOIN sample_requests AS o ON o.id = m.request_id "
        f"WHERE l.distributor_id = ? AND {_OPEN} AND o.placed_at <= r.placed_at "
        "AND julianday(r.placed_at) - julianday(o.placed_at) <= ? "
        "AND ((r.designer_name <> '' AND o.designer_name = r.designer_name COLLATE NOCASE) "
        "OR (r.ship_to_address1 <> '' AND o.ship_to_address1 = r.ship_to_address1 COLLATE NOCASE "
        "AND o.ship_to_postal_code = r.ship_to_postal_code)) "
        "GROUP BY r.id",
        distributor_id,
        days,
    )
    return dict(rows)


def _duplicate_note(reader: Reader, request: SampleRequest, item_no: str, days: int) -> str:
    found = reader.row(
        _SAME,
        request.distributor_id,
        item_no,
        request.id,
        instant_text(request.placed_at - timedelta(days=days)),
        instant_text(request.placed_at),
        request.designer_name,
        request.ship_to_address1,
        request.ship_to_postal_code,
    )
    if found is None:
        return ""
    number, showroom, placed_at, shipped = found
    age = (request.placed_at - datetime.fromisoformat(placed_at)).days
    when = "the same day" if age == 0 else f"{age} day{'' if age == 1 else 's'} before"
    return f"{'Shipped' if shipped else 'Asked for'} {when} on {number or 'another request'} from {showroom}"


def _queue_row(row: Sequence[Any], duplicates: int) -> QueueRow:
    request_id, number, placed_at, showroom, designer, method, sidemark, lines, lines_open, printed, said = row
    state: RequestState = "in_part" if said else "printed" if printed else "new"
    return QueueRow(
        request_id,
        number,
        datetime.fromisoformat(placed_at),
        showroom,
        designer,
        method,
        sidemark,
        lines,
        lines_open,
        printed,
        state,
        duplicates,
    )


def _titled(row: BinRow, catalogue: Catalogue, distributor_id: str) -> BinRow:
    product = catalogue.product(distributor_id, row.item_no)
    if product is None:
        return row
    return row._replace(title=" ".join(part for part in (product.pattern_name, product.color_name) if part))


def _bench_line(line: RequestLine, bin_name: str, note: str) -> BenchLine:
    return BenchLine(
        line.id,
        line.position,
        line.item_no,
        line.title,
        line.sample_type,
        bin_name,
        line.quantity,
        line.shipped,
        line.backordered,
        line.will_not_ship,
        line.cancelled,
        note,
    )


def _confirmed_row(row: Sequence[Any]) -> ConfirmedRow:
    values = list(row)
    values[1] = datetime.fromisoformat(values[1])
    values[9] = date.fromisoformat(values[9]) if values[9] else None
    return ConfirmedRow(*values)


def _searched(row: ConfirmedRow) -> str:
    return f"{row.number} {row.showroom} {row.item_no} {row.title} {row.tracking_no} {row.by}".casefold()
