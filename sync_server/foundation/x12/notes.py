"""What a file holds that is read and not used."""

from sync_server.foundation.x12.segments import Segment

MOST_NOTES = 100


class Notes:
    """What a file holds that no column takes, each with the segment where it first stands."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}

    def add(self, what: str, segment: Segment) -> None:
        """Remember it, unless it was seen before."""
        if len(self._first) < MOST_NOTES:
            self._first.setdefault(what, segment.number)

    def told(self) -> tuple[str, ...]:
        """As a run reports it."""
        more = ("… and more",) if len(self._first) >= MOST_NOTES else ()
        return (*(f"{what} (segment {number})" for what, number in self._first.items()), *more)
