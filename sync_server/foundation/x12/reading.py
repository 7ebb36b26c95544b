"""From the text of an X12 file to its segments, with no more than one of them and a little beside it in memory.

The separators are those that each ISA segment shows; line breaks between segments mean nothing, unless they are the
separator themselves. What cannot be read is refused with its segment and element, never passed over.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, TextIO

from sync_server.foundation.x12.segments import SHAPES, Segment, at_number, fault, shown

CHUNK_CHARACTERS = 1 << 18
LONGEST_SEGMENT = 1 << 13
"""Characters: far more than any segment of 4010 can hold."""
MOST_SEGMENTS = 6_000_000
"""Half a million rows of a dozen segments each."""
ENVELOPE = "x12_envelope"

_ISA_LENGTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_PADDED = frozenset({2, 4, 6, 8})
"""Elements of ISA that are filled up with blanks; more blanks than needed change nothing."""
_LONGEST_ISA = 400
_BREAKS = "\r\n"
_SEVERAL_BREAKS = re.compile(r"[\r\n]{2,}")
_ID = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)


class Separators(NamedTuple):
    """What stands between the elements, between the parts of an element, and after a segment."""

    element: str
    component: str
    segment: str


class SegmentReader:
    """Reads one file. `separators` are those of the interchange that is being read."""

    def __init__(self, text: TextIO) -> None:
        self.separators = Separators("*", ">", "~")
        self._text = text
        self._buffer = ""
        self._is_all_read = False
        self._number = 0
        self._control = re.compile("")

    def segments(self) -> Iterator[Segment]:
        """All segments in order, ISA and IEA included.

        Raises `DomainError`: `x12_envelope` for an ISA that cannot be read, a file that is cut or that goes on after
        its end; `x12_segment` for a segment that cannot be told apart.
        """
        while self._has_more():
            yield self._isa()
            yield from self._until_iea()
        if self._number == 0:
            raise at_number(1, "ISA", " is missing: the file is empty", code=ENVELOPE)

    def _has_more(self) -> bool:
        """Whether anything but white space is left."""
        self._buffer = self._buffer.lstrip("\ufeff \t\r\n")
        while not self._buffer and self._fill():
            self._buffer = self._buffer.lstrip("\ufeff \t\r\n")
        return bool(self._buffer)

    def _fill(self) -> bool:
        more = self._text.read(CHUNK_CHARACTERS)
        self._buffer += more
        self._is_all_read = not more
        return bool(more)

    def _isa(self) -> Segment:
        while len(self._buffer) < _LONGEST_ISA and self._fill():
            pass
        self._number += 1
        start = self._buffer[:_LONGEST_ISA]
        if not start.startswith("ISA"):
            where = "begins without it" if self._number == 1 else "goes on after IEA with something else"
            raise at_number(self._number, start[:3], f" should be an ISA segment: the file {where}", code=ENVELOPE)
        separator = start[3:4]
        parts = start.split(separator, 16) if separator and not separator.isalnum() else []
        if len(parts) < 17 or len(parts[16]) < 2:
            raise at_number(self._number, "ISA", " is short: it has 16 elements of fixed length", code=ENVELOPE)
        isa = Segment(self._number, "ISA", [*parts[1:16], parts[16][0]])
        self._require_lengths(isa)
        self.separators = self._checked(isa, Separators(separator, parts[16][0], parts[16][1]))
        self._buffer = self._buffer[len(separator.join(parts[:16])) + 3 :]
        return isa

    def _require_lengths(self, isa: Segment) -> None:
        for place, (text, length) in enumerate(zip(isa.elements, _ISA_LENGTHS, strict=True), start=1):
            is_padded = place in _PADDED and len(text) > length and len(text.rstrip(" ")) <= length
            if len(text) != length and not is_padded:
                what = "short" if len(text) < length else "long"
                raise fault(
                    isa,
                    place,
                    f"“{shown(text)}”, has {len(text)} characters; it has exactly {length}, filled up with blanks: the "
                    f"ISA segment is too {what}",
                    code=ENVELOPE,
                )

    def _checked(self, isa: Segment, found: Separators) -> Separators:
        if len(set(found)) < 3 or any(one.isalnum() or one == " " for one in found):
            said = " ".join(shown(one) for one in found)
            raise fault(isa, 16, f"gives separators that cannot be told from each other or from text: {said}")
        others = "".join(chr(code) for code in (*range(32), 127) if chr(code) not in found)
        self._control = re.compile(f"[{re.escape(others)}]")
        return found

    def _until_iea(self) -> Iterator[Segment]:
        end = self.separators.segment
        while True:
            if end in _BREAKS:
                self._buffer = _SEVERAL_BREAKS.sub(end, self._buffer)
            pieces = self._buffer.split(end)
            self._buffer = pieces.pop()
            for place, raw in enumerate(pieces):
                segment = self._segment(raw)
                if segment is None:
                    continue
                yield segment
                if segment.id == "IEA":
                    self._buffer = end.join([*pieces[place + 1 :], self._buffer])
                    return
            if len(self._buffer) > LONGEST_SEGMENT:
                raise at_number(
                    self._number + 1,
                    self._buffer.lstrip(_BREAKS)[:3],
                    f" is longer than {LONGEST_SEGMENT:,} characters; “{shown(end)}” should end it",
                    code="x12_segment",
                )
            if not self._fill():
                yield self._last_segment()
                return

    def _last_segment(self) -> Segment:
        """The end of a file whose lines are its segments may lack its line break; any other file is cut there."""
        rest = self._buffer.strip(_BREAKS)
        self._buffer = ""
        if rest and self.separators.segment in _BREAKS:
            segment = self._segment(rest)
            if segment is not None and segment.id == "IEA":
                return segment
        if rest:
            words = f" is cut: the file ends before “{shown(self.separators.segment)}”"
            raise at_number(self._number + 1, rest[:3], words, code=ENVELOPE)
        raise at_number(self._number + 1, "IEA", " is missing: the file is cut", code=ENVELOPE)

    def _segment(self, raw: str) -> Segment | None:
        """The segment in `raw`; None for a blank line where lines are segments."""
        text = raw.strip(_BREAKS)
        if not text and self.separators.segment in _BREAKS:
            return None
        self._number += 1
        if self._number > MOST_SEGMENTS:
            words = f": the file has more than {MOST_SEGMENTS:,} segments; post it in parts, as deltas"
            raise at_number(self._number, text[:3], words, code="x12_segment")
        segment_id, *elements = text.split(self.separators.element)
        if segment_id not in SHAPES and not _ID.fullmatch(segment_id):
            what = f"begins with “{shown(segment_id)}”, which names no segment" if text else "is empty"
            raise at_number(self._number, segment_id, f" {what}", code="x12_segment")
        segment = Segment(self._number, segment_id, elements)
        if len(text) > LONGEST_SEGMENT:
            raise fault(segment, 0, f"is longer than {LONGEST_SEGMENT:,} characters")
        # The first question is answered much sooner, and nearly always with yes.
        if not text.isprintable() and self._control.search(text):
            place = next(at for at, one in enumerate(elements, start=1) if self._control.search(one))
            raise fault(segment, place, "holds a line break or another control character")
        while elements and not elements[-1]:
            elements.pop()
        return segment
