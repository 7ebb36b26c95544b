"""Inquiries in a person's words, the same on every screen: what is asked, how it stands, what was answered."""

from datetime import date, datetime
from typing import Literal

from shared_models.inquiries.records import Inquiry, Wanted
from shared_models.inquiries.rules import Standing
from shared_models.kernel.clock import local_day

Mood = Literal["good", "attention", "bad", "info", "neutral"]

WANTED: dict[Wanted, str] = {
    "EXTEND": "Extend the reserve",
    "RELEASE": "Release the reserve",
    "CFA": "Cutting for approval",
    "QUESTION": "Question",
}
WANTED_SHORT: dict[Wanted, str] = {"EXTEND": "Extend", "RELEASE": "Release", "CFA": "CFA", "QUESTION": "Question"}
_DONE: dict[Wanted, str] = {"EXTEND": "Extended", "RELEASE": "Released", "CFA": "CFA sent", "QUESTION": "Answered"}
_ASKED: dict[Wanted, str] = {
    "EXTEND": "Extension asked",
    "RELEASE": "Release asked",
    "CFA": "CFA asked",
    "QUESTION": "Question asked",
}
_MOODS: dict[Standing, Mood] = {
    Standing.OPEN: "info",
    Standing.WITHDRAWN: "neutral",
    Standing.DECLINED: "bad",
    Standing.ANSWERED: "good",
    Standing.AGREED: "good",
    Standing.CARRIED_OUT: "good",
    Standing.DIFFERS: "attention",
    Standing.OVERTAKEN: "neutral",
}


def mood_of(standing: Standing) -> Mood:
    """How it should feel, beside its word."""
    return _MOODS[standing]


def day_text(day: date, today: date) -> str:
    """`5 Dec`, with the year where it is another one."""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"


def wanted_text(inquiry: Inquiry, today: date) -> str:
    """What is asked: `Extend the reserve until 5 Dec`."""
    until = f" until {day_text(inquiry.until_on, today)}" if inquiry.until_on else ""
    return f"{WANTED[inquiry.wanted]}{until}"


def standing_word(inquiry: Inquiry, standing: Standing, today: date) -> str:
    """A word or two for how it stands: `Extension asked`, `Extended to 5 Dec`, `Declined`."""
    if standing is Standing.OPEN:
        return _ASKED[inquiry.wanted]
    if standing in (Standing.AGREED, Standing.CARRIED_OUT):
        until_on = inquiry.agreed_until_on or inquiry.until_on
        done = _DONE[inquiry.wanted]
        return f"{done} to {day_text(until_on, today)}" if inquiry.wanted == "EXTEND" and until_on else done
    if standing is Standing.DIFFERS:
        return "Not in the file"
    return {
        Standing.WITHDRAWN: "Withdrawn",
        Standing.DECLINED: "Declined",
        Standing.ANSWERED: "Answered",
        Standing.OVERTAKEN: "Overtaken",
    }[standing]


def short_word(inquiry: Inquiry, standing: Standing, today: date) -> str:
    """The same where there is little room: `Extend?`, `5 Dec` (until then it is extended), `Declined`."""
    if standing is Standing.OPEN:
        return f"{WANTED_SHORT[inquiry.wanted]}?"
    until_on = inquiry.agreed_until_on or inquiry.until_on
    if standing in (Standing.AGREED, Standing.CARRIED_OUT) and inquiry.wanted == "EXTEND" and until_on:
        return day_text(until_on, today)
    return "Not in file" if standing is Standing.DIFFERS else standing_word(inquiry, standing, today)


def standing_sentence(
    inquiry: Inquiry, standing: Standing, today: date, *, distributor: str, as_of: datetime | None
) -> str:
    """How it stands, whole: who said what when, and what the distributor's newest file has to do with it."""
    file = f"its file of {_instant(as_of, today)}" if as_of is not None else "its files"
    if standing is Standing.OPEN:
        return f"{distributor} has not answered yet."
    if standing is Standing.WITHDRAWN:
        assert inquiry.withdrawn_at is not None
        return f"{inquiry.withdrawn_by_name} withdrew it on {_on(inquiry.withdrawn_at, today)}."
    if standing is Standing.OVERTAKEN:
        return "Nobody answered before the reserve was over; nothing is held any more."
    said = _said(inquiry, distributor, today)
    if standing is Standing.CARRIED_OUT:
        return f"{said} {distributor} shows it in {file}.".strip()
    if standing is Standing.AGREED:
        return f"{said} Its next file should show it."
    if standing is Standing.DIFFERS:
        return f"{said} But {file} does not show it: please call."
    return said


def _said(inquiry: Inquiry, distributor: str, today: date) -> str:
    """Who answered what when; empty where nobody did."""
    if inquiry.answer is None or inquiry.answered_at is None:
        return ""
    who = f"{inquiry.answered_by_name} of {distributor}" if inquiry.answered_by_name else distributor
    on = _on(inquiry.answered_at, today)
    text = f" “{inquiry.answer_text}”" if inquiry.answer_text else ""
    if inquiry.answer == "DECLINED":
        return f"{who} declined on {on}:{text}"
    if inquiry.answer == "TOLD":
        return f"{who} answered on {on}:{text}"
    what = _DONE[inquiry.wanted].lower() if inquiry.wanted != "CFA" else "CFA sent"
    until = f" until {day_text(inquiry.agreed_until_on, today)}" if inquiry.agreed_until_on else ""
    parcel = " ".join(part for part in (inquiry.carrier, inquiry.tracking_no) if part)
    return f"{who} answered on {on}: {what}{until}{f', {parcel}' if parcel else ''}.{text}"


def _on(instant: datetime, today: date) -> str:
    return day_text(local_day(instant), today)


def _instant(instant: datetime, today: date) -> str:
    here = instant.astimezone()
    return f"{here:%H:%M}" if here.date() == today else f"{day_text(here.date(), today)}, {here:%H:%M}"
