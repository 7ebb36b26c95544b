"""The profile's lock."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.cache.profile_lock import ProfileLock
from shared_models.kernel.errors import DomainError


def test_a_second_program_is_told_that_the_profile_is_in_use(tmp_path: Path) -> None:
    with ProfileLock(tmp_path), pytest.raises(DomainError, match="already runs with this profile"):
        ProfileLock(tmp_path)
    ProfileLock(tmp_path).release()


def test_a_killed_program_leaves_the_profile_free(tmp_path: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from desktop.cache.profile_lock import ProfileLock; "
        f"lock = ProfileLock(Path({str(tmp_path)!r})); print('held', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(DomainError, match="already runs"):
        ProfileLock(tmp_path)
    child.kill()
    child.wait(10)
    child.stdout.close()
    child.stdin.close()
    ProfileLock(tmp_path).release()
