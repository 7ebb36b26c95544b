"""Chores go on whatever one of them does."""

import threading
from typing import Any

from sync_server.foundation.tasks import Chore, Worker


def test_a_chore_that_fails_is_tried_again_and_keeps_no_other_waiting(expect_log: Any) -> None:
    expect_log("ERROR sync_server.foundation.tasks: chore stumble failed, time 1 in a row")
    tried_again, other_ran = threading.Event(), threading.Event()
    tries: list[int] = []

    def stumble() -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise ZeroDivisionError
        tried_again.set()
        return False

    def other() -> bool:
        other_ran.set()
        return False

    worker = Worker([Chore("stumble", 0.001, stumble), Chore("other", 60, other)])
    worker.start()
    assert tried_again.wait(10)
    assert other_ran.wait(10)
    worker.stop()
    assert len(tries) >= 2
