"""X12 4010 as segments and envelopes: what is read in any separators, and what is refused with its place."""

import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.kernel.errors import DomainError
from sync_server.foundation.x12 import reading
from sync_server.foundation.x12.envelope import read_sets
from sync_server.foundation.x12.reading import CHUNK_CHARACTERS, LONGEST_SEGMENT, SegmentReader
from sync_server.foundation.x12.segments import Segment
from tests.builders.x12 import PLAIN, Segments, Separators, interchange, isa, lines, stock_report

STOCK = stock_report([{"item_no": f"{number:04d}", "qty_on_hand": "12.5", "unit": "YD"} for number in range(1, 4)])


def read(text: str) -> list[Segment]:
    return list(SegmentReader(io.StringIO(text, newline="")).segments())


def read_stock(text: str) -> list[Segment]:
    segments = SegmentReader(io.StringIO(text, newline="")).segments()
    return list(read_sets(segments, frozenset({"846"}), lambda *_: None, belongs="inventory is read from 846"))


def bare(segments: list[Segment]) -> Segments:
    return [[one.id, *one.elements] for one in segments]


@pytest.mark.parametrize(
    "separators",
    [
        PLAIN,
        Separators("*", ">", "~", "\n"),
        Separators("*", ">", "~", "\r\n\r\n"),
        Separators("*", ">", "\n"),
        Separators("*", ":", "\r", "\n"),
        Separators("|", "^", "'", "\n"),
        Separators("\x1d", "\x1f", "\x1c"),
        Separators("+", "&", "!"),
    ],
)
def test_separators_come_from_isa_and_line_breaks_mean_nothing(separators: Separators) -> None:
    assert bare(read_stock(interchange("846", STOCK, separators=separators)))[1:-1] == STOCK


def test_each_interchange_has_its_own_separators() -> None:
    second = interchange("846", STOCK, STOCK, separators=Separators("|", ":", "'", "\r\n"), number=2)
    assert len(read_stock(interchange("846", STOCK) + "\r\n" + second)) == 3 * (len(STOCK) + 2)


def test_segments_are_counted_from_one_over_the_whole_file() -> None:
    assert [one.number for one in read(interchange("846", STOCK) * 2)] == list(range(1, 2 * (len(STOCK) + 6) + 1))


def test_a_last_line_without_its_line_break_is_whole() -> None:
    text = interchange("846", STOCK, separators=Separators("*", ">", "\n"))
    assert read(text.rstrip("\n"))[-1].id == "IEA"


def test_more_blanks_than_needed_in_isa_change_nothing() -> None:
    text = interchange("846", STOCK).replace("CTH".ljust(15), "CTH".ljust(17))
    assert len(read_stock(text)) == len(STOCK) + 2


@pytest.mark.parametrize("size", [CHUNK_CHARACTERS - 150, CHUNK_CHARACTERS])
def test_segments_across_the_pieces_that_are_read_stay_whole(size: int) -> None:
    many = stock_report(
        [{"item_no": f"{number:06d}", "qty_on_hand": "1", "unit": "YD"} for number in range(size // 20)]
    )
    assert bare(read_stock(interchange("846", many)))[1:-1] == many


def swap(before: str, after: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert before in text, before
        return text.replace(before, after, 1)

    return edit


_ISA = isa()
_FAULTS: list[tuple[Callable[[str], str], str]] = [
    (swap("ISA*", "GS*SC*"), "Segment 1 (GS*) should be an ISA segment: the file begins without it"),
    (lambda _: "ISA", "Segment 1 (ISA) is short"),
    (lambda text: text[:60], "Segment 1 (ISA) is short"),
    (swap("CTH" + " " * 12, "CTH"), "Segment 1 (ISA), element 6 (ISA06), “CTH”, has 3 characters"),
    (swap("*00401*", "*00501*"), "element 12 (ISA12), “00501”, is no version"),
    (swap("*261123*", "*261399*"), "element 9 (ISA09), “261399”, is no day"),
    (swap("*P*>", "*X*>"), "element 15 (ISA15), “X”, is neither P"),
    (swap("*P*>~", "*P*~~"), "element 16 (ISA16), gives separators that cannot be told from each other"),
    (swap("*P*>~", "*P*A~"), "element 16 (ISA16), gives separators"),
    (swap("*000000001*", "*00000000X*"), "element 13 (ISA13), “00000000X”, is no control number"),
    (swap("X*004010", "X*005010"), "Segment 2 (GS), element 8 (GS08), “005010”, is not release 004010"),
    (swap("GS*IB", "GS*??"), "Segment 2 (GS), element 1 (GS01), “??”, is no known kind of group"),
    (swap("GS*IB*CTH", "GS*IB*"), "Segment 2 (GS), element 2 (GS02), is missing"),
    (swap("*20261123*0600*1*X", "*20261323*0600*1*X"), "Segment 2 (GS), element 4 (GS04), “20261323”, is no day"),
    (swap("ST*846", "ST*810"), "Segment 3 (ST), element 1 (ST01), is an 810 (invoice); inventory is read from 846"),
    (swap("ST*846", "ST*999"), "Segment 3 (ST), element 1 (ST01), is “999”"),
    (swap("SE*10*", "SE*11*"), "Segment 12 (SE), element 1 (SE01), “11”, should be 10, the number of segments"),
    (swap("SE*10*0001", "SE*10*0002"), "Segment 12 (SE), element 2 (SE02), “0002”, is not the control number “0001”"),
    (swap("SE*10*0001~", ""), "Segment 12 (GE) has no place here: ST is not ended before it"),
    (swap("GE*1*1", "GE*2*1"), "Segment 13 (GE), element 1 (GE01), “2”, should be 1, the number of transaction sets"),
    (swap("GE*1*1", "GE*1*9"), "Segment 13 (GE), element 2 (GE02), “9”, is not the control number “1”"),
    (swap("IEA*1*", "IEA*0*"), "Segment 14 (IEA), element 1 (IEA01), “0”, should be 1, the number of groups"),
    (swap("IEA*1*000000001", "IEA*1*000000002"), "Segment 14 (IEA), element 2 (IEA02), “000000002”, is not"),
    (swap("GE*1*1~IEA*1*000000001~", ""), "Segment 13 (IEA) is missing: the file is cut"),
    (lambda text: text[:-1], "Segment 14 (IEA) is cut: the file ends before “~”"),
    (lambda text: text[:200], "is cut: the file ends before “~”"),
    (lambda text: text + "QTY*17*1*YD~", "Segment 15 (QTY) should be an ISA segment: the file goes on after IEA"),
    (lambda text: text + "\x1a", "Segment 15 (�) should be an ISA segment"),
    (lambda text: text + text, "element 13 (ISA13), “000000001”, is a control number that this file had before"),
    (swap("LIN*2*", "~LIN*2*"), "Segment 7 () is empty"),
    (swap("LIN*2*", "XYZ*2*"), "Segment 7 (XYZ) is no segment that is known here"),
    (swap("LIN*2*", "lin*2*"), "Segment 7 (lin) begins with “lin”, which names no segment"),
    (swap("LIN*2*", " LIN*2*"), "which names no segment"),
    (swap("*YD~LIN*2*VN*0002~", "*YD*LIN*2*VN*0002~"), "Segment 6 (QTY), element 5 (QTY05), has no place"),
    (swap("LIN*2*VN*0002", "LIN*2*VN"), "Segment 7 (LIN), element 3 (LIN03), is missing"),
    (swap("VN*0002", "VN*00\n02"), "Segment 7 (LIN), element 3 (LIN03), holds a line break"),
    (swap("VN*0002", "VN*00\x1302"), "Segment 7 (LIN), element 3 (LIN03), holds a line break or another control"),
    (swap("VN*0002", "VN*" + "9" * 9_000), f"is longer than {LONGEST_SEGMENT:,} characters"),
    (swap("LIN*1*", "N1*WH*" + "9" * 400_000 + "*"), f"is longer than {LONGEST_SEGMENT:,} characters"),
    (swap("GS*IB", "LIN*1*VN*7~GS*IB"), "Segment 2 (LIN) stands outside of any transaction set"),
    (swap("ST*846*0001~", ""), "Segment 3 (BIA) stands outside of any transaction set"),
    (swap("GE*1*1~", "ST*846*0001~SE*2*0001~GE*2*1~"), "“0001”, is a control number that this file had before"),
]


@pytest.mark.parametrize(("edit", "words"), _FAULTS, ids=[words[:60] for _, words in _FAULTS])
def test_a_fault_is_refused_with_its_segment_and_element(edit: Callable[[str], str], words: str) -> None:
    whole = interchange("846", STOCK)
    read_stock(whole)
    with pytest.raises(DomainError) as caught:
        read_stock(edit(whole))
    assert words in caught.value.sentence
    assert "Nothing was changed" in caught.value.sentence


def test_a_file_of_more_segments_than_any_feed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_SEGMENTS", 9)
    with pytest.raises(DomainError, match=r"Segment 10 .QTY.: the file has more than 9 segments"):
        read_stock(interchange("846", STOCK))


def test_blank_lines_by_the_million_are_one_line_end() -> None:
    text = interchange("846", STOCK, separators=Separators("*", ">", "\n"))
    assert bare(read_stock(text.replace("\n", "\n" * 200_000)))[1:-1] == STOCK


def test_glued_segments_are_found_even_when_all_counts_agree() -> None:
    """Two became one, and the count at the end was made after it."""
    glued = lines("BIA*00*SI*1*20261123\nLIN*1*VN*0001\nQTY*17*5*YD*QTY*27*1*YD\nCTT*1")
    with pytest.raises(DomainError, match=r"QTY has at most 4 elements and this one has 7; are two segments glued"):
        read_stock(interchange("846", glued))


def test_a_file_without_any_set_is_refused() -> None:
    with pytest.raises(DomainError, match=r"Segment 2 .IEA. ends a file without any transaction set"):
        read_stock(_ISA + "IEA*0*000000001~")


def test_a_segment_without_an_end_is_refused_before_all_of_it_is_in_memory() -> None:
    class Endless(io.StringIO):
        given_out = 0

        def read(self, size: int | None = -1, /) -> str:
            assert size is not None
            assert size > 0
            self.given_out += size
            return _ISA + "A" * size if self.given_out == size else "A" * size

    endless = Endless()
    with pytest.raises(DomainError, match=r"longer than 8,192 characters; “~” should end it"):
        list(SegmentReader(endless).segments())
    assert endless.given_out <= 3 * CHUNK_CHARACTERS


_PIECES = st.lists(
    st.sampled_from(
        [
            *(_ISA, "GS*IB*A*B*20261123*0600*1*X*004010~", "ST*846*0001~", "LIN*1*VN*1~", "QTY*17*5*YD~"),
            *("SE*4*0001~", "GE*1*1~", "IEA*1*000000001~", "IEA*0*000000001~", interchange("846", STOCK)),
            *("~", "*", ">", "\n", "ISA"),
        ]
    )
    | st.text(max_size=5),
    max_size=14,
).map("".join)


@given(text=_PIECES)
def test_any_text_is_read_whole_or_refused_with_a_segment(text: str) -> None:
    refusal = ""
    found: list[Segment] = []
    try:
        found = read(text)
    except DomainError as error:
        refusal = error.sentence
    if refusal:
        assert refusal.startswith("Segment ")
        assert "Nothing was changed" in refusal
    else:
        assert (found[0].id, found[-1].id) == ("ISA", "IEA")
