"""Public numbers of sample requests: short, by distributor, without gaps."""

import threading

import pytest

from shared_models.kernel.errors import DomainError
from shared_models.sync.wire import Outcome
from sync_server.features.sample_orders.reactions import RequestMails
from tests.shared_models.world import KRAVEL, LOOMIS
from tests.sync_server.mail.post_room import PostRoom, item, part


def test_requests_are_numbered_by_their_distributor_from_1001_up(post_room: PostRoom) -> None:
    post_room.order(part("r1", KRAVEL, item("l1")), part("r2", LOOMIS, item("l2")), order="o1")
    post_room.order(part("r3", KRAVEL, item("l3")), order="o2")
    numbers = [post_room.request(key).number for key in ("r1", "r2", "r3")]
    assert numbers == ["KRA-1001", "LOO-1001", "KRA-1002"]


def test_a_refused_order_uses_no_number_up(post_room: PostRoom) -> None:
    post_room.order(part("r1", KRAVEL, item("l1")), order="o1")
    refused = post_room.order(part("r2", KRAVEL, item("l2")), part("r3", LOOMIS, item("l3", quantity=0)), order="o2")
    post_room.order(part("r4", KRAVEL, item("l4")), order="o3")
    assert (refused.result, refused.code) == ("refused", "quantity_out_of_range")
    assert post_room.request("r4").number == "KRA-1002"


def test_an_order_that_is_refused_after_it_was_numbered_uses_no_number_up(
    post_room: PostRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise DomainError("not_today", "Not today.")

    with monkeypatch.context() as patch:
        patch.setattr(RequestMails, "_ask", refuse)
        assert post_room.order(part("r1", KRAVEL, item("l1")), order="o1").code == "not_today"
    post_room.order(part("r2", KRAVEL, item("l2")), order="o2")
    assert post_room.request("r2").number == "KRA-1001"


def test_orders_sent_at_once_get_each_number_once(post_room: PostRoom) -> None:
    outcomes: list[Outcome] = []

    def send(first: int) -> None:
        for number in range(first, first + 5):
            kravel, loomis = (
                part(f"k{number}", KRAVEL, item(f"lk{number}")),
                part(f"m{number}", LOOMIS, item(f"lm{number}")),
            )
            both = (kravel, loomis) if first else (loomis, kravel)
            outcomes.append(post_room.order(*both, order=f"o{number}"))

    threads = [threading.Thread(target=send, args=(first,)) for first in (0, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.result for outcome in outcomes] == ["applied"] * 10
    for letter, code in (("k", "KRA"), ("m", "LOO")):
        numbers = {post_room.request(f"{letter}{number}").number for number in range(10)}
        assert numbers == {f"{code}-{1001 + number}" for number in range(10)}
