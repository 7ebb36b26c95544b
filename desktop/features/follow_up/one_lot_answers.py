"""“Will one lot do it”, asked by `1354 32` anywhere: what was typed, and the answer for each item that it means."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from desktop.cache.catalogue import Catalogue
from desktop.cache.reader import Reader
from desktop.features.follow_up.ages import age_of, freshness_by_line
from desktop.features.follow_up.line_rows import houses
from desktop.features.follow_up.rows import OneLotAnswer
from desktop.features.follow_up.words import amount, day_words, stock_status_words
from shared_models.catalogue.one_lot import LotOffer, OneLot, free_of, one_lot
from shared_models.catalogue.records import InventoryRow
from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from shared_models.kernel.measures import quantity_from_text

MOST_ANSWERS = 12
_UNITS = "yds?|yards?|y|m|metres?|meters?|rl|rolls?|ea|ft|sf|sy|pn"
_QUESTION = re.compile(rf"\s*(.*\S)\s+(\d{{1,6}}(?:\.\d{{1,3}})?)\s*(?:{_UNITS})?\s*", re.IGNORECASE | re.DOTALL)


class Question(NamedTuple):
    """An item and a quantity in thousandths."""

    words: str
    needed: int


def read_question(text: str) -> Question | None:
    """`1354 32`, `1354.10.0 32.5 yd`: an item and how much of it; None for anything else.

    The words must have a digit: of a street or a person nobody wants a lot.
    """
    found = _QUESTION.fullmatch(text)
    if found is None or not any(map(str.isdigit, found[1])):
        return None
    try:
        needed = quantity_from_text(found[2])
    except DomainError:
        return None
    return Question(found[1], needed) if needed > 0 else None


def answers_to(catalogue: Catalogue, reader: Reader, text: str, now: datetime) -> list[OneLotAnswer]:
    """The answers for the items that were meant, at most `MOST_ANSWERS`; none when no quantity was asked for.

    The item with exactly that number is meant alone.
    """
    question = read_question(text)
    if question is None:
        return []
    hits = catalogue.search(question.words, limit=MOST_ANSWERS)
    exact = [hit for hit in hits if hit.item_no.casefold() == question.words.casefold()]
    names = houses(reader)
    fresh = freshness_by_line(reader, "inventory")
    answers = []
    for hit in exact or hits:
        rows, as_of = _rows(catalogue, hit.distributor_id, hit.item_no)
        answer = one_lot(rows, question.needed, catalogue.mill_orders(hit.distributor_id, hit.item_no))
        age = age_of(as_of, fresh.get(hit.distributor_id), now)
        name = names.get(hit.distributor_id, hit.brand)
        answers.append(OneLotAnswer(hit.distributor_id, name, hit.item_no, hit.title, answer, age))
    return answers


def best_lot(answer: OneLot) -> str:
    """The lot that is offered first; empty when no lot is known."""
    return _lot(answer.offers[0]) if answer.offers else ""


def verdict_words(answer: OneLot) -> str:
    """The answer in a word."""
    return {"yes": "Yes", "no": "No", "lots_not_told": "Ask", "quantities_not_told": "Not known"}[answer.verdict]


def answer_words(told: OneLotAnswer, now: datetime) -> str:
    """The answer in a sentence or two: which lot, what remains of it, and what else will do."""
    answer = told.answer
    if answer.verdict == "yes":
        return _yes(answer)
    if answer.verdict == "no":
        return " ".join(filter(None, (_no(answer), _coming(answer, now))))
    if answer.verdict == "lots_not_told":
        enough = amount(answer.available, answer.unit)
        return f"{enough} in all, which is enough, but lots are not told: ask {told.distributor}."
    status = stock_status_words(answer.stock_status).lower()
    known = (
        f"Its status is known, {status}; how much there is, is not told."
        if status
        else f"{told.distributor} has told no stock of it."
    )
    return " ".join(filter(None, (known, _coming(answer, now))))


def _yes(answer: OneLot) -> str:
    best, *others = answer.offers
    more = sum(offer.covers for offer in others)
    pieces = {True: ", in one piece", False: ", in several pieces", None: ""}[best.in_one_piece(answer.needed)]
    sentence = f"Lot {_lot(best)} has {amount(best.available, answer.unit)}{pieces}: "
    sentence += f"{amount(best.remains, answer.unit)} remain."
    return sentence + (f" {more} more {'lot' if more == 1 else 'lots'} would do." if more else "")


def _no(answer: OneLot) -> str:
    total = amount(answer.available, answer.unit)
    if not answer.offers:
        return f"Only {total} in all."
    largest = answer.offers[0]
    has = amount(largest.available, answer.unit)
    missing = amount(-largest.remains, answer.unit)
    sentence = f"The largest lot, {_lot(largest)}, has {has}: {missing} short."
    enough = answer.available is not None and answer.available >= answer.needed
    return sentence + (f" All lots together have {total}." if enough else "")


def _coming(answer: OneLot, now: datetime) -> str:
    order = answer.mill_order
    if order is None:
        return ""
    due = f"due {day_words(order.eta_on, local_day(now))}" if order.eta_on else "its day is not known"
    return f"Mill PO {order.mill_po_no} has {amount(free_of(order), order.unit or answer.unit)} free, {due}."


def _lot(offer: LotOffer) -> str:
    return f"{offer.lot_no} in {' and '.join(offer.warehouses)}" if offer.warehouses else offer.lot_no


def _rows(catalogue: Catalogue, distributor_id: str, item_no: str) -> tuple[list[InventoryRow], str]:
    """The stock of an item as far as it is known here, and its newest date."""
    rows = catalogue.stock(distributor_id, item_no)
    if not rows:
        status = catalogue.stock_totals([(distributor_id, item_no)]).get((distributor_id, item_no))
        rows = [InventoryRow(item_no=item_no, stock_status=status.stock_status)] if status is not None else []
    return rows, max((row.as_of for row in rows), default="")
