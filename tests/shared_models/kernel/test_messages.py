"""Threads that read the first message of a kind at the same time; each try is a process, for a fault ends it."""

import subprocess
import sys

import pytest

_CLASSES = """
from __future__ import annotations
import msgspec

class Inner(msgspec.Struct, kw_only=True):
    a: str
    b: tuple[str, ...] = ()

class Outer(msgspec.Struct, kw_only=True):
    inner: list[Inner]
    x: str
"""
_READ_AT_ONCE = """
import sys, threading, types
import msgspec
from shared_models.kernel.messages import make_ready

modules = []
for number in range(300):
    module = sys.modules[f"m{number}"] = types.ModuleType(f"m{number}")
    exec(CLASSES, module.__dict__)
    modules.append(module)
PREPARE
sys.setswitchinterval(1e-6)
start = threading.Barrier(3)

def read():
    for module in modules:
        start.wait()
        msgspec.json.decode(b'{"inner": [{"a": "x"}], "x": "y"}', type=module.Outer)

threads = [threading.Thread(target=read) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("alive")
"""
_REAL_ONES = """
import sys, threading
import msgspec
PREPARE
from shared_models.sync.registry import KIND_BY_NAME, OPERATIONS
from shared_models.sync.wire import PullAnswer, PushAnswer, PushRequest

kinds = [PushRequest, PushAnswer, PullAnswer, *OPERATIONS.values(), *KIND_BY_NAME.values()]
bodies = [msgspec.json.encode(dict.fromkeys(kind.__struct_encode_fields__)) for kind in kinds]
sys.setswitchinterval(1e-6)
start = threading.Barrier(3)

def read():
    for kind, body in zip(kinds, bodies):
        start.wait()
        try:
            msgspec.json.decode(body, type=kind)
        except msgspec.ValidationError:
            pass

threads = [threading.Thread(target=read) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("alive")
"""


def run(program: str, prepare: str) -> str:
    """What it said."""
    program = program.replace("PREPARE", prepare).replace("CLASSES", repr(_CLASSES))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout


def test_what_was_made_ready_can_be_read_by_several_threads_at_once() -> None:
    assert run(_READ_AT_ONCE, "make_ready()") == "alive\n"


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="how the fault shows depends on when threads take turns")
def test_what_was_not_made_ready_ends_the_process_which_is_why_it_is_made_ready() -> None:
    """When this fails, msgspec was mended: then `make_ready` can go."""
    assert "" in [run(_READ_AT_ONCE, "") for _ in range(5)]


def test_messages_operations_and_records_are_ready_as_soon_as_they_are_known() -> None:
    assert {run(_REAL_ONES, "") for _ in range(6)} == {"alive\n"}
