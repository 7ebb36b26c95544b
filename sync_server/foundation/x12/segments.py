"""One segment of an X12 file, the segments that release 4010 knows, and how a fault in one is told."""

from typing import NamedTuple

from shared_models.kernel.errors import DomainError

_MOST_SHOWN = 40


class Segment(NamedTuple):
    """`number` counts the segments of the file from 1; blank elements at the end are left out."""

    number: int
    id: str
    elements: list[str]

    def at(self, place: int) -> str:
        """Element `place`, counted from 1 as the standard does; "" where there is none."""
        return self.elements[place - 1] if 0 < place <= len(self.elements) else ""


class Shape(NamedTuple):
    """What release 4010 allows in a segment: how many elements at most, and which may not be blank."""

    most: int
    needed: tuple[int, ...] = ()


SHAPES: dict[str, Shape] = {
    # Envelope.
    "ISA": Shape(16, tuple(range(1, 17))),
    "GS": Shape(8, tuple(range(1, 9))),
    "ST": Shape(2, (1, 2)),
    "SE": Shape(2, (1, 2)),
    "GE": Shape(2, (1, 2)),
    "IEA": Shape(2, (1, 2)),
    # Beginnings.
    "BAK": Shape(10, (1, 2, 3, 4)),
    "BCT": Shape(11, (1,)),
    "BEG": Shape(12, (1, 2, 3, 5)),
    "BIA": Shape(6, (1, 2, 3, 4)),
    "BSN": Shape(7, (1, 2, 3, 4)),
    # All others, by name.
    "ACK": Shape(29, (1,)),
    "ADV": Shape(7, (1, 2)),
    "AMT": Shape(3, (1, 2)),
    "CLD": Shape(5, (1, 2)),
    "CN1": Shape(6, (1,)),
    "CSH": Shape(10),
    "CTB": Shape(6, (1,)),
    "CTP": Shape(11),
    "CTT": Shape(7, (1,)),
    "CUR": Shape(21, (1, 2)),
    "DIS": Shape(6, (1, 2, 3, 4)),
    "DTM": Shape(6, (1,)),
    "FOB": Shape(9, (1,)),
    "G53": Shape(1, (1,)),
    "HL": Shape(4, (1, 3)),
    "INC": Shape(5, (1, 2)),
    "IT3": Shape(5),
    "IT8": Shape(27),
    "ITD": Shape(15),
    "LDT": Shape(4, (1, 2, 3)),
    "LE": Shape(1, (1,)),
    "LIN": Shape(31, (2, 3)),
    "LM": Shape(2, (1,)),
    "LQ": Shape(2),
    "LS": Shape(1, (1,)),
    "LX": Shape(1, (1,)),
    "MAN": Shape(6, (1, 2)),
    "MEA": Shape(10),
    "MSG": Shape(3, (1,)),
    "MTX": Shape(4),
    "N1": Shape(6, (1,)),
    "N2": Shape(2, (1,)),
    "N3": Shape(2, (1,)),
    "N4": Shape(6),
    "N9": Shape(7, (1,)),
    "NTE": Shape(2, (2,)),
    "PAM": Shape(15),
    "PER": Shape(9, (1,)),
    "PID": Shape(9, (1,)),
    "PKG": Shape(6),
    "PO1": Shape(25),
    "PO4": Shape(18),
    "PRF": Shape(7, (1,)),
    "PWK": Shape(9, (1,)),
    "QTY": Shape(4, (1,)),
    "REF": Shape(4, (1,)),
    "SAC": Shape(16, (1,)),
    "SCH": Shape(12, (1, 2)),
    "SDQ": Shape(23, (1, 3, 4)),
    "SI": Shape(21, (1, 2, 3)),
    "SLN": Shape(28, (1, 3)),
    "SN1": Shape(8, (2, 3)),
    "SPI": Shape(15, (1,)),
    "TAX": Shape(13),
    "TC2": Shape(2, (1, 2)),
    "TD1": Shape(10),
    "TD3": Shape(10),
    "TD4": Shape(5),
    "TD5": Shape(15),
    "TXI": Shape(10, (1,)),
    "UIT": Shape(3, (1,)),
}
"""The segments of 832, 846, 850, 855 and 856, and of what is around them."""


def fault(segment: Segment, element: int, words: str, *, code: str = "x12_segment") -> DomainError:
    """The refusal of a file for what stands in one segment; `element` 0 is the segment as a whole.

    `words` follow on “Segment 17 (QTY), element 2 (QTY02), ”.
    """
    place = f", element {element} ({segment.id}{element:02d})," if element else ""
    return at_number(segment.number, segment.id, f"{place} {words}", code=code, element=element)


def at_number(number: int, segment_id: str, words: str, *, code: str, element: int = 0) -> DomainError:
    """A refusal that names a segment by its number; `words` follow on “Segment 17 (QTY)”."""
    return DomainError(
        code,
        f"Segment {number} ({shown(segment_id)}){words}. Nothing was changed; correct the file and post it again.",
        segment=number,
        element=element,
    )


def shown(text: str) -> str:
    """What stands in a file as a sentence may show it."""
    plain = "".join(one if one.isprintable() else "�" for one in text[:_MOST_SHOWN])
    return plain + ("…" if len(text) > _MOST_SHOWN else "")


def require_shape(segment: Segment) -> None:
    """Raises `DomainError("x12_segment")`: not a known segment, too many elements, or one missing."""
    shape = SHAPES.get(segment.id)
    if shape is None:
        raise fault(segment, 0, "is no segment that is known here")
    if len(segment.elements) > shape.most:
        raise fault(
            segment,
            shape.most + 1,
            f"has no place: {segment.id} has at most {shape.most} elements and this one has "
            f"{len(segment.elements)}; are two segments glued together there?",
        )
    for place in shape.needed:
        if place > len(segment.elements) or not segment.elements[place - 1]:
            raise fault(segment, place, "is missing")
