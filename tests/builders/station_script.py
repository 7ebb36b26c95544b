"""`order-track station …` as a script runs it: in processes of its own, on one profile."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.builders.server import PASSWORD


class Script:
    """Runs station commands on one profile; the key is opened by the password in the environment."""

    def __init__(self, profile: Path, server_url: str, environment: Mapping[str, str] | None = None) -> None:
        """`environment` is added to this process's own."""
        self.profile = profile
        self.server_url = server_url
        self.environment = {**os.environ, "ORDER_TRACK_UNLOCK_PASSWORD": PASSWORD, **(environment or {})}

    def arguments(self, *command: str) -> list[str]:
        """The whole command line of a station command."""
        start = [sys.executable, "-m", "desktop", "--profile", str(self.profile), "--server", self.server_url]
        return [*start, "station", *command]

    def run(self, *command: str, given: str = "", timeout_seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; `given` is its standard input."""
        return subprocess.run(
            self.arguments(*command),
            input=given,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            env=self.environment,
            check=False,
        )

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command that is spoken to through pipes, its complaints apart; the caller ends it."""
        return subprocess.Popen(
            self.arguments(*command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.environment,
        )

    def sign_in(self, email: str) -> subprocess.CompletedProcess[str]:
        """Sign in with everybody's password."""
        return self.run("sign-in", email, given=PASSWORD + "\n")

    def do(self, *lines: dict[str, Any] | str) -> list[str]:
        """Record operations; the answers, line by line."""
        given = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        done = self.run("do", "-", given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def told(self, *command: str) -> Any:
        """What a command with `--json` says."""
        done = self.run(*command, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
