"""How the server says no, or not now; without anything heavy, because every command needs it."""

from shared_models.kernel.errors import DomainError


class Refusal(DomainError):
    """A `DomainError` that also says when to try again, in seconds."""

    def __init__(self, code: str, sentence: str, *, retry_after_seconds: int, **facts: str | int | None) -> None:
        """As `DomainError`."""
        super().__init__(code, sentence, **facts)
        self.retry_after_seconds = retry_after_seconds


class StorageUnavailable(Exception):
    """The database cannot do it now: full disk, locked, away. Nothing was stored; trying again later may help."""

    def __init__(self, code: str, sentence: str, retry_after_seconds: int) -> None:
        """`code` and `sentence` as in `DomainError`."""
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.retry_after_seconds = retry_after_seconds
