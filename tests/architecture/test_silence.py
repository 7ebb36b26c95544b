"""The rules of tests/conftest.py bite: each kind of noise fails the test that makes it, and only that one."""

import re

import pytest

from tests.architecture.sources import ROOT

pytest_plugins = ["pytester"]

NOISY_AND_QUIET = """
    import logging
    import threading
    import warnings

    import conftest
    from PySide6.QtCore import QThreadPool, qWarning

    conftest.THREAD_END_SECONDS = 0.05
    ended = threading.Event()
    log = logging.getLogger("desktop.sync")

    def test_quiet():
        log.info("synced")

    def test_log_record_announced_and_come(expect_log):
        expect_log("^WARNING desktop.sync: the server is away$")
        log.warning("the server is away")

    def test_LOG_RECORD_UNANNOUNCED():
        log.warning("the server is away")

    def test_LOG_RECORD_ANNOUNCED_AND_NEVER_COME(expect_log):
        expect_log("the server is away")

    def test_PYTHON_WARNING():
        warnings.warn("old")

    def test_QT_MESSAGE():
        qWarning("QPainter::begin: paint device returned engine == 0")

    def test_THREAD_LEFT():
        threading.Thread(target=ended.wait, name="leftover").start()

    def test_thread_ended():
        ended.set()
        worker = threading.Thread(target=ended.wait)
        worker.start()
        worker.join()

    def test_pool_of_qt_used_and_done():
        QThreadPool.globalInstance().start(lambda: None)
"""


def test_each_noise_fails_the_test_that_makes_it(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyprojecttoml((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pytester.makepyfile(test_sample=NOISY_AND_QUIET)
    said = pytester.runpytest_subprocess("test_sample.py").stdout.str()
    assert set(re.findall(r"^(FAILED|ERROR) test_sample\.py::test_(\w+)", said, re.MULTILINE)) == {
        ("FAILED", "PYTHON_WARNING"),
        ("FAILED", "QT_MESSAGE"),
        ("ERROR", "LOG_RECORD_UNANNOUNCED"),
        ("ERROR", "LOG_RECORD_ANNOUNCED_AND_NEVER_COME"),
        ("ERROR", "THREAD_LEFT"),
    }
    assert " 2 failed, 7 passed, 3 errors in " in said
