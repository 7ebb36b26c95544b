"""A push that comes once more and says something else: an id that was settled is never taken for two things."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from shared_models.sync.digest import DIGEST_HEADER, content_digest
from shared_models.sync.wire import Problem, PushRequest
from tests.sync_scenarios.simulation.choices import Choices, pick
from tests.sync_scenarios.simulation.network import Lost
from tests.sync_scenarios.simulation.story import Violation
from tests.sync_scenarios.simulation.trade import Trade


def repeat_with_other_words(trade: Trade, choices: Choices) -> None:
    """A program with a fault of its own sends a settled operation again, as if it had been made a day earlier."""
    if not trade.network.pushes:
        return
    sender, request = pick(choices, list(trade.network.pushes))
    push = msgspec.json.decode(request.body, type=PushRequest)
    known = trade.truth().receipts
    # What a restored server does not know is no repeat there.
    settled = [one for one in push.operations if one.id in known]
    if not settled:
        return
    other = msgspec.structs.replace(settled[0], made_at=settled[0].made_at - timedelta(days=1))
    body = msgspec.json.encode(msgspec.structs.replace(push, operations=[other]))
    headers = {name: value for name, value in request.headers.items() if name.lower() != DIGEST_HEADER.lower()}
    trade.tell(f"{sender}'s {other.name} is sent once more and says something else")
    try:
        answer = trade.network.deliver(
            request._replace(body=body, headers={**headers, DIGEST_HEADER: content_digest(body)})
        )
    except Lost:
        return
    if answer.status < 400:
        raise Violation(f"{sender}'s {other.name} {other.id} may say something else than it did: {answer.body[:200]!r}")
    trade.tell(f"the server says: {msgspec.json.decode(answer.body, type=Problem).sentence}")
