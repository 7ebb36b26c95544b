"""What is installed is pinned, checked against its hash, and named without naming any place to fetch it from."""

import re
import tomllib

import pytest

from tests.architecture.sources import ROOT, tracked_files

LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))

# In two pieces each, or this file would be the first to be found.
REGISTRY_HOSTS = [
    first + last
    for first, last in [
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("registry.npm", "js.org"),
        ("registry.yarn", "pkg.com"),
        ("crates", ".io"),
        ("proxy.go", "lang.org"),
        ("repo.maven", ".apache.org"),
        ("deb.deb", "ian.org"),
        ("security.deb", "ian.org"),
        ("archive.ubu", "ntu.com"),
        ("conda.ana", "conda.org"),
    ]
]


def hosts_in(text: str) -> list[str]:
    return [host for host in REGISTRY_HOSTS if host in text.lower()]


def test_no_file_names_the_host_of_a_package_registry() -> None:
    texts = {path: path.read_bytes().decode("utf-8", errors="ignore") for path in tracked_files()}
    assert texts
    assert not {str(path.relative_to(ROOT)): hosts_in(text) for path, text in texts.items() if hosts_in(text)}


@pytest.mark.parametrize("host", REGISTRY_HOSTS)
def test_a_host_would_be_found(host: str) -> None:
    assert hosts_in(f"index-url = HTTPS://{host.upper()}/simple")


def faults_in_lock(text: str) -> list[str]:
    """Requirements that are not pinned to one version with a hash, and lines that name a place."""
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    pinned = re.compile(r"[A-Za-z0-9._-]+(\[[a-z0-9,-]+\])?==[^ ]+ (.*)?--hash=sha256:[0-9a-f]{64}")
    return [line[:60] for line in lines if not pinned.match(line) or "://" in line]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_a_hash_and_without_a_place(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "==" in text
    assert faults_in_lock(text) == []


@pytest.mark.parametrize(
    "line",
    [
        "click==8.5.1",
        "click>=8.5 --hash=sha256:" + "0" * 64,
        "click @ https://example.com/click.whl --hash=sha256:" + "0" * 64,
        "--index-url https://example.com/simple",
    ],
)
def test_an_unpinned_line_would_be_found(line: str) -> None:
    assert faults_in_lock(line) == [line[:60]]


def requirement_name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_the_locks_hold_everything_that_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": project["dependencies"] + project["optional-dependencies"]["dev"],
    }
    for lock, requirements in wanted.items():
        text = (ROOT / lock).read_text(encoding="utf-8")
        locked = {requirement_name(line) for line in text.splitlines() if "==" in line}
        assert {requirement_name(requirement) for requirement in requirements} <= locked, lock


def test_tests_run_with_the_very_versions_that_users_get() -> None:
    def pins(lock: str) -> set[str]:
        text = (ROOT / lock).read_text(encoding="utf-8")
        return {line.split()[0] for line in text.splitlines() if "==" in line}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
