"""What a station does that the operator shut out: send what the order takes, leave the rest, wipe, say so.

It may be broken off at any point; the next contact begins it anew. Until it is done no page shows anything.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal, NamedTuple

from desktop.cache.keys import KeyRing
from desktop.cache.meta import get_meta, set_meta
from desktop.cache.record_codec import instant_text
from desktop.sync.client import ServerClient, Trouble
from desktop.sync.desk import Desk
from desktop.sync.lease import SHUT_OUT, is_shut_out
from desktop.sync.leaving import wipe
from desktop.sync.push import next_batch
from desktop.sync.rebase import fetch_all_afresh, take_outcomes
from desktop.sync.rescue_file import rescue_content
from shared_models.sync.wire import FarewellReport, PushRequest, RevocationKind


class Farewell(NamedTuple):
    """What became of the order, and the words for whoever sits there."""

    order: RevocationKind | Literal["withdrawn"]
    report: FarewellReport

    @property
    def sentence(self) -> str:
        """One calm sentence: what happened, what was kept."""
        if self.order == "withdrawn":
            return "The server knows nothing any more of this station's being shut out. Open it again to go on."
        if self.order == "sign_in":
            return "The operator signed this station out. What waits here is kept; sign in again to go on."
        return f"The operator shut this station out, and its files were deleted. {_fate_of(self.report)}"


def carry_out(desk: Desk, client: ServerClient, profile: Path, keys: KeyRing) -> Farewell:
    """Ask for the order and do what it says; the desk is closed afterwards, and with `wipe` nothing is left of it.

    Raises `Trouble` when the server cannot be reached meanwhile: then everything is still there, for the next time.
    """
    token = client.token = get_meta(desk.database.read(), "token")
    try:
        order = client.revocation_order()
    except Trouble as trouble:
        if trouble.kind != "token" or not is_shut_out(desk.database.read()):
            raise
        return _go_on(desk)
    with desk.database.write() as records:
        set_meta(records, **{SHUT_OUT: instant_text(desk.clock.now())})
    if order.order == "sign_in":
        return _sign_out_only(desk, client, keys)
    sent = kept = 0
    if order.upload_right:
        client.token = order.upload_right
        _offer_again(desk, order.history_id)
        sent = _send(desk, client)
        kept = _leave_rest(desk, client)
    left = desk.outbox.unsettled_by_organisation()
    report = FarewellReport(sent=sent, kept=kept, dropped=sum(left.values()) - kept, left=left)
    desk.close()
    wipe(profile, keys, kept_files_too=True)
    _say(client, token, report)
    return Farewell("wipe", report)


def _sign_out_only(desk: Desk, client: ServerClient, keys: KeyRing) -> Farewell:
    report = FarewellReport(sent=0, kept=0, dropped=0)
    _say(client, client.token, report)
    with desk.database.write() as records:
        set_meta(records, **{"token": "", "next_token": "", "station_id": "", SHUT_OUT: ""})
    desk.close()
    if keys.exists:
        keys.lock_for_good()
    return Farewell("sign_in", report)


def _go_on(desk: Desk) -> Farewell:
    """The server knows of no order any more, as after a restore from a backup: the station may go on."""
    with desk.database.write() as records:
        set_meta(records, **{SHUT_OUT: ""})
    desk.close()
    return Farewell("withdrawn", FarewellReport(sent=0, kept=0, dropped=0))


def _offer_again(desk: Desk, history_id: str) -> None:
    """A server that was restored lacks what only stations hold by now, and this one will hold nothing in a moment."""
    if history_id and history_id != get_meta(desk.database.read(), "history_id"):
        fetch_all_afresh(desk.database, at=desk.clock.now())
        with desk.database.write() as records:
            set_meta(records, history_id=history_id)


def _send(desk: Desk, client: ServerClient) -> int:
    """Push what waits; what the server holds back or refuses is left for the file."""
    sent, tried = 0, set[str]()
    while batch := next_batch(desk.database, without=tried):
        tried |= batch.ids
        answer = client.push(PushRequest(station_clock=desk.clock.now(), operations=list(batch.envelopes)))
        take_outcomes(desk.database, answer.outcomes, at=desk.clock.now())
        sent += sum(outcome.result in ("applied", "needs_review") for outcome in answer.outcomes)
    return sent


def _leave_rest(desk: Desk, client: ServerClient) -> int:
    if not desk.outbox.unsettled_count():
        return 0
    count, content = rescue_content(desk)
    client.leave_rest(content)
    return count


def _say(client: ServerClient, token: str, report: FarewellReport) -> None:
    client.token = token
    try:
        client.say_farewell(report)
    except Trouble as trouble:
        logging.getLogger(__name__).info("farewell not said: %s", trouble.kind)


def _fate_of(report: FarewellReport) -> str:
    words = []
    if report.sent:
        words.append(
            "1 waiting operation was sent first"
            if report.sent == 1
            else f"{report.sent} waiting operations were sent first"
        )
    if report.kept:
        kept = "1 that the server could not take is" if report.kept == 1 else f"{report.kept} that were not taken are"
        words.append(f"{kept} kept at the server for your administrator")
    if report.dropped:
        verb = "was" if report.dropped == 1 else "were"
        words.append(f"{report.dropped} {verb} not taken, as the operator decided")
    return f"{'; '.join(words)}." if words else "Nothing was waiting."
