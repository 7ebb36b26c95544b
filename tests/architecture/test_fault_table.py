"""Every case of the fault table has tests that exist, or is said to have none."""

import ast
from functools import cache

import pytest

from tests.architecture.fault_table import CASES, LAST_CASE, OPEN
from tests.architecture.sources import ROOT


@cache
def functions_in(path: str) -> frozenset[str]:
    """The names of the test functions in a file below `tests`; none when it is not there."""
    file = ROOT / "tests" / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, functions))


def test_every_case_is_shown_or_said_to_be_open() -> None:
    assert sorted([*CASES, *OPEN]) == list(range(1, LAST_CASE + 1))


@pytest.mark.parametrize("case", CASES)
def test_the_tests_of_a_case_exist(case: int) -> None:
    what, named = CASES[case]
    missing = [one for one in named if one.partition("::")[2] not in functions_in(one.partition("::")[0])]
    assert what
    assert named
    assert not missing, f"case {case} ({what}) names tests that are not there: {missing}"


def test_a_test_that_is_not_there_is_noticed() -> None:
    assert "test_nobody_wrote_this" not in functions_in("architecture/test_fault_table.py")
    assert "test_a_test_that_is_not_there_is_noticed" in functions_in("architecture/test_fault_table.py")
