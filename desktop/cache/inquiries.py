"""Inquiries in the station's file, each held against its row and the newest file of its dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from desktop.cache.reader import Reader
from shared_models.accounts.records import Organisation
from shared_models.catalogue.freshness import DatasetFreshness, freshness_id
from shared_models.follow_up.records import FollowUpRecord, Reserve, SalesOrderLine
from shared_models.inquiries.records import Inquiry
from shared_models.inquiries.rules import Standing, row_number, standing


class InquiryNow(NamedTuple):
    """One inquiry as it stands now."""

    inquiry: Inquiry
    standing: Standing
    distributor: str
    as_of: datetime | None
    """The instant of the newest file of its dataset."""
    row_id: str
    """Of the reserve or the order that it is about; empty when that is gone."""


def standing_now(reader: Reader, inquiries: Iterable[Inquiry]) -> list[InquiryNow]:
    """Each inquiry with how it stands, in the same order."""
    files: dict[tuple[str, str], datetime | None] = {}
    houses: dict[str, str] = {}
    found = []
    for inquiry in inquiries:
        house, at = inquiry.distributor_id, (inquiry.distributor_id, inquiry.dataset)
        if at not in files:
            freshness = reader.get(DatasetFreshness, freshness_id(house, inquiry.dataset))
            files[at] = freshness.as_of if freshness is not None else None
        if house not in houses:
            card = reader.get(Organisation, house)
            houses[house] = card.name if card is not None else "The distributor"
        row = _row_of(reader, inquiry)
        stands = standing(inquiry, row, as_of=files[at])
        found.append(InquiryNow(inquiry, stands, houses[house], files[at], row.id if row is not None else ""))
    return found


def asked_about(reader: Reader, distributor_id: str, dataset: str, number: str, line_no: str) -> list[InquiryNow]:
    """All that was asked about one row, the newest first."""
    clause = "WHERE distributor_id = ? AND dataset = ? AND number = ? AND line_no = ? ORDER BY asked_at DESC, id DESC"
    return standing_now(reader, reader.records(Inquiry, clause, distributor_id, dataset, number, line_no))


def latest_by_row(reader: Reader, records: Iterable[FollowUpRecord]) -> Mapping[str, InquiryNow]:
    """What was asked last about each of these rows that can be asked about, by the row's id; one question."""
    rows = {(record.distributor_id, *number): record.id for record in records if (number := row_number(record))}
    if not rows:
        return {}
    columns = ("distributor_id", "dataset", "number")
    choices = [sorted({key[place] for key in rows}) for place in range(len(columns))]
    where = " AND ".join(
        f"{name} IN ({', '.join('?' * len(some))})" for name, some in zip(columns, choices, strict=True)
    )
    asked = [value for some in choices for value in some]
    latest: dict[str, Inquiry] = {}
    for inquiry in reader.records(Inquiry, f"WHERE {where} ORDER BY asked_at, id", *asked):
        row_id = rows.get((inquiry.distributor_id, inquiry.dataset, inquiry.number, inquiry.line_no))
        if row_id is not None:
            latest[row_id] = inquiry
    return dict(zip(latest, standing_now(reader, latest.values()), strict=True))


def _row_of(reader: Reader, inquiry: Inquiry) -> FollowUpRecord | None:
    number = "reserve_no" if inquiry.dataset == "reserves" else "order_no"
    clause = f"WHERE distributor_id = ? AND {number} = ? AND line_no = ?"
    asked = inquiry.distributor_id, inquiry.number, inquiry.line_no
    rows: list[Reserve] | list[SalesOrderLine]
    if inquiry.dataset == "reserves":
        rows = reader.records(Reserve, clause, *asked)
    else:
        rows = reader.records(SalesOrderLine, clause, *asked)
    return rows[0] if rows else None
