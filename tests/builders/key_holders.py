"""A keyring that lives as long as the test: it can be emptied, locked and taken away."""

from __future__ import annotations


class MemoryHolder:
    """Holds parts in memory; `works` False is a keyring that is locked or not there."""

    kind = "keyring"

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.parts: dict[str, bytes] = {}

    def put(self, name: str, part: bytes) -> bool:
        """Hold it while the keyring works."""
        if self.works:
            self.parts[name] = part
        return self.works

    def get(self, name: str) -> bytes | None:
        """What it holds, while it works."""
        return self.parts.get(name) if self.works else None

    def delete(self, name: str) -> None:
        """Forget it, while it works."""
        if self.works:
            self.parts.pop(name, None)
