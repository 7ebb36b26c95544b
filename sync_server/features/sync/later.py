"""What reactions write into tables of their own: gathered through a transaction, written list by list at its end.

A statement for each row of a batch costs more than the rows: on PostgreSQL a round on the wire each.
"""

from abc import ABC, abstractmethod

from sqlalchemy import Connection


class Later(ABC):
    """Rows of one feature that wait in one transaction; made with its connection, at most one of a kind."""

    def __init__(self, connection: Connection) -> None:
        """Nothing waits."""
        self.connection = connection

    @abstractmethod
    def mark(self) -> int:
        """How far it has come; 0 at the beginning."""

    @abstractmethod
    def take_back(self, to: int) -> None:
        """Forget what came after this mark: the operation that brought it was refused."""

    @abstractmethod
    def write(self) -> None:
        """Write what waits, and wait for more."""
