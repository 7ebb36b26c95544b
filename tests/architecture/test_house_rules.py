"""The house rules hold everywhere, and each of them would notice if it did not."""

from collections import Counter

import pytest

from tests.architecture import rules
from tests.architecture.rules import Rule
from tests.architecture.sources import PACKAGES, ROOT, Module, modules

OURS = modules(*PACKAGES)
TESTS = modules("tests")
FROZEN = rules.frozen_classes(OURS)


def faults_in(found: list[Module], rule: Rule) -> str:
    return "\n".join(fault for module in found for fault in rule(module))


@pytest.mark.parametrize("program", ["desktop", "sync_server"])
def test_a_program_commits_in_one_file(program: str) -> None:
    places = Counter(module.path for module in OURS if module.package == program for _ in rules.commits(module))
    assert len(places) <= 1, places


def test_shared_models_never_commit() -> None:
    assert not faults_in([module for module in OURS if module.package == "shared_models"], rules.commits)


def test_every_public_action_returns_changes() -> None:
    assert not faults_in(OURS, rules.actions_return_changes)


def test_no_test_waits_for_time_to_pass() -> None:
    assert not faults_in(TESTS, rules.waits_for_time)


def test_no_module_keeps_objects_that_change() -> None:
    assert not faults_in(OURS, rules.module_state(FROZEN))


def test_what_people_see_holds_no_sql_and_speaks_to_no_server() -> None:
    assert not faults_in(OURS, rules.data_in_pages)


def test_every_module_opens_with_a_docstring() -> None:
    assert not faults_in(OURS, rules.opens_with_docstring)


def test_every_folder_with_code_is_a_package_that_the_import_contracts_see() -> None:
    folders = {(ROOT / module.path).parent for module in OURS}
    assert not [folder for folder in folders if not (folder / "__init__.py").exists()]


def test_nine_files_in_ten_are_under_three_hundred_lines() -> None:
    long = [module.path for module in OURS if module.text.count("\n") > 300]
    assert len(long) <= len(OURS) / 10, long


ACTIONS = "desktop/features/library/actions.py"
PANEL = "desktop/features/library/scan_panel.py"
ANYWHERE = "desktop/sync/outbox.py"
FROZEN_BOX = frozenset({"Box"})


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        pytest.param(rules.commits, ANYWHERE, "connection.commit()", id="commit"),
        pytest.param(rules.commits, ANYWHERE, "cursor.execute('commit;')", id="commit in words"),
        pytest.param(rules.commits, ANYWHERE, "with engine.begin() as c: pass", id="commit at the end"),
        pytest.param(
            rules.actions_return_changes, ACTIONS, "def lend(copy: str) -> None: ...", id="action without answer"
        ),
        pytest.param(
            rules.actions_return_changes,
            ACTIONS,
            "class Desk:\n    def lend(self, copy: str) -> bool: ...",
            id="action of a class",
        ),
        pytest.param(rules.waits_for_time, "tests/x.py", "qtbot.wait(50)", id="wait"),
        pytest.param(rules.waits_for_time, "tests/x.py", "time.sleep(0.1)", id="sleep"),
        pytest.param(rules.module_state(set(FROZEN_BOX)), ANYWHERE, "engine = Engine()", id="instance"),
        pytest.param(
            rules.module_state(set()), ANYWHERE, "SEEN = []\ndef see(x):\n    SEEN.append(x)", id="list that grows"
        ),
        pytest.param(
            rules.module_state(set()), ANYWHERE, "_seen = {}\ndef see(x):\n    _seen[x] = 1", id="dict that grows"
        ),
        pytest.param(rules.data_in_pages, PANEL, "q = 'SELECT id FROM copy'", id="SQL"),
        pytest.param(rules.data_in_pages, PANEL, "q = 'select id from copy'", id="small SQL"),
        pytest.param(rules.data_in_pages, PANEL, "from sqlalchemy import select", id="SQL library"),
        pytest.param(rules.data_in_pages, "desktop/shell/window.py", "import requests", id="HTTP in the shell"),
        pytest.param(rules.opens_with_docstring, ANYWHERE, "import os", id="no docstring"),
    ],
)
def test_each_rule_finds_its_fault(rule: Rule, path: str, source: str) -> None:
    assert len(rule(Module(path, source))) == 1


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        pytest.param(rules.commits, ANYWHERE, "'''Never call commit here.'''", id="commit named in a docstring"),
        pytest.param(rules.actions_return_changes, ACTIONS, "def lend() -> 'Changes': ...", id="quoted"),
        pytest.param(rules.actions_return_changes, ACTIONS, "def _help() -> int: ...", id="private"),
        pytest.param(rules.actions_return_changes, "desktop/sync/actions.py", "def x() -> int: ...", id="elsewhere"),
        pytest.param(rules.waits_for_time, "tests/x.py", "qtbot.waitUntil(lambda: done)", id="a fact"),
        pytest.param(rules.module_state(set(FROZEN_BOX)), ANYWHERE, "A = Box()\nB = re.compile('x')", id="frozen"),
        pytest.param(rules.module_state(set()), ANYWHERE, "HEADS = {'a': 1}\ndef f(): return HEADS['a']", id="read"),
        pytest.param(rules.module_state(set()), "desktop/app.py", "engine = Engine()", id="composition root"),
        pytest.param(rules.data_in_pages, PANEL, "text = 'Select a copy from the list'", id="a sentence"),
        pytest.param(rules.data_in_pages, "desktop/cache/reader.py", "q = 'SELECT id FROM copy'", id="cache"),
    ],
)
def test_no_rule_cries_wolf(rule: Rule, path: str, source: str) -> None:
    assert rule(Module(path, source)) == []


def test_classes_built_on_a_frozen_one_count_as_frozen() -> None:
    source = "class Record(Struct, frozen=True): ...\nclass Loan(Record): ...\nclass Desk: ..."
    assert {"Record", "Loan"} <= rules.frozen_classes([Module("x.py", source)])
    assert "Desk" not in rules.frozen_classes([Module("x.py", source)])
