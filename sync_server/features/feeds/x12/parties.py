"""What orders and shipments have in common: the address that goods go to, and columns agreed as REF*ZZ."""

from sync_server.features.feeds.x12.mapping import SetMapping, put
from sync_server.foundation.x12.elements import entity, reference
from sync_server.foundation.x12.segments import Segment, fault

SHIP_TO = (
    *("ship_to_name", "ship_to_attention", "ship_to_address1", "ship_to_address2", "ship_to_city", "ship_to_state"),
    *("ship_to_postal_code", "ship_to_country"),
)
_N4 = ("ship_to_city", "ship_to_state", "ship_to_postal_code", "ship_to_country")


class PartyMapping(SetMapping):
    """Reads N1 ST with the address behind it; other parties are the subclass's."""

    def begin_set(self) -> None:
        """Nobody was named yet."""
        self.party = ""

    def cells_of(self, segment: Segment) -> dict[str, str]:
        """Where a fact of the order, line or package goes that is spoken of."""
        raise NotImplementedError

    def take_n1(self, segment: Segment) -> None:
        """To whom the goods go, or another party."""
        self.party = entity(segment)
        if self.party == "ST":
            if segment.at(2):
                put(self.cells_of(segment), "ship_to_name", segment.at(2), segment, 2)
            if segment.at(4):
                self.notes.add("N1 ST code", segment)
        elif not self.take_other_party(segment):
            self.notes.add(f"N1 {self.party}", segment)

    def take_other_party(self, _segment: Segment) -> bool:
        """Whether the party of an N1 is used."""
        return False

    def take_n2(self, segment: Segment) -> None:
        """To whose attention."""
        self._address(segment, ("ship_to_attention",))

    def take_n3(self, segment: Segment) -> None:
        """Street; a second N3 has no column."""
        self._address(segment, ("ship_to_address1", "ship_to_address2"))

    def take_n4(self, segment: Segment) -> None:
        """City, state, postal code, country."""
        self._address(segment, _N4)

    def _address(self, segment: Segment, columns: tuple[str, ...]) -> None:
        if self.party != "ST":
            self.notes.add(f"{segment.id} of N1 {self.party}".strip(), segment)
            return
        for place, column in enumerate(columns, start=1):
            if segment.at(place):
                put(self.cells_of(segment), column, segment.at(place), segment, place)
        if len(segment.elements) > len(columns):
            self.notes.add(f"{segment.id}{len(columns) + 1:02d} of N1 ST", segment)

    def take_ref(self, segment: Segment) -> None:
        """A number of the order, line or package; `REF*ZZ*value*COLUMN` is agreed for what has no qualifier."""
        qualifier, number = reference(segment)
        if qualifier == "ZZ":
            column = self.meaning_of(segment.at(3)) if segment.at(3) else None
            if column in self.columns and number:
                put(self.cells_of(segment), str(column), number, segment, 2)
            else:
                self.notes.add(f"REF ZZ {segment.at(3)}".strip(), segment)
        elif not self.take_reference(qualifier, number, segment):
            self.notes.add(f"REF {qualifier}", segment)
        elif not number:
            raise fault(segment, 2, "is missing: it is the number")

    def take_reference(self, _qualifier: str, _number: str, _segment: Segment) -> bool:
        """Whether the reference is used."""
        return False
