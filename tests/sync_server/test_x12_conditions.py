"""Lengths of elements and conditions between them in X12 4010: each fault is named with segment and element."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.kernel.errors import DomainError
from sync_server.foundation.x12.conditions import RULES, Conditions
from sync_server.foundation.x12.segments import SHAPES, Segment, require_shape


def refusal(text: str, conditions: Conditions | None = None) -> str:
    with pytest.raises(DomainError) as refused:
        check(text, conditions)
    assert refused.value.code == "x12_segment"
    return refused.value.sentence


def check(text: str, conditions: Conditions | None = None) -> None:
    segment_id, *elements = text.split("*")
    segment = Segment(7, segment_id, elements)
    require_shape(segment)
    (conditions or Conditions()).require(segment)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ST*855*1", "Segment 7 (ST), element 2 (ST02), “1”, has 1 character; it has 4 to 9 characters"),
        ("QTY*17*1234567890123456", "element 2 (QTY02), “1234567890123456”, has 16 digits; it has 1 to 15 digits"),
        (
            "N1*ST*" + "x" * 61,
            "element 2 (N102), “xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…”, has 61 characters; it has 1",
        ),
        ("DTM*011*2026112", "element 2 (DTM02), “2026112”, has 7 characters; it has exactly 8"),
        ("LIN*1*VNX*0123", "element 2 (LIN02), “VNX”, has 3 characters; it has exactly 2"),
        ("BAK*00*AD*" + "9" * 23 + "*20261120", "element 3 (BAK03), “99999999999999999999999”, has 23 characters"),
        # P: both or none.
        ("N1*BY*Winslow*91", "element 4 (N104), is missing: N103 does not stand without it"),
        ("LIN*1*VN*1**L22", "element 4 (LIN04), is missing: LIN05 does not stand without it"),
        ("TD1*CTN*2****G*60.3", "element 8 (TD108), is missing: TD107 does not stand without it"),
        # R: at least one.
        ("REF*BM", "element 2 (REF02), is missing: at least one of REF02, REF03 is needed"),
        ("TD5*B", "element 2 (TD502), is missing: at least one of TD502, TD504, TD505, TD506, TD512 is needed"),
        # E: at most one.
        ("QTY*17*5**MANY", "element 4 (QTY04), “MANY”, excludes QTY02"),
        # C: one needs the other.
        ("PID*X***LEAD_TIME*12", "element 3 (PID03), is missing: PID04 does not stand without it"),
        ("PO1*1**YD", "element 2 (PO102), is missing: PO103 does not stand without it"),
        ("CTP**NET*48.5***SEL", "element 7 (CTP07), is missing: CTP06 does not stand without it"),
        # L: at least one of some when the first is there.
        ("PO4*1*********10***IN", ""),
        ("PO4*1************IN", "element 10 (PO410), is missing: PO413 needs at least one of PO410, PO411, PO412"),
        ("MEA*PD*WD*****04*12", "element 3 (MEA03), is missing: MEA07 needs at least one of MEA03, MEA05, MEA06"),
    ],
)
def test_a_fault_is_named_with_its_place(text: str, words: str) -> None:
    if words:
        assert words in refusal(text)
    else:
        check(text)


@pytest.mark.parametrize(
    "text",
    [
        "QTY*17*-123456789012345", "QTY*17*12345678901234.5", "QTY*17*.5", "N1*WH**92*ATL", "REF*ZZ**words",
        "PID*X**ZZ*LEAD_TIME*12", "DTM*011*20261121", "DTM*011****D8*20261121",
        "ACK*IQ*20", "ACK*IS******MG*XX-1234-A", "PO1*1*25*EA*9.5*CT*MG*XX-1234", "SN1**12.5*YD", "SCH*5*YD*WH*ATL",
        "TD5**2*UPSN**UPS GROUND", "HL*1**S", "CTT*2*13.5", "N4*DALLAS*TX*75201*US",
    ],
)  # fmt: skip
def test_what_the_standard_allows_passes(text: str) -> None:
    check(text)


@pytest.mark.parametrize("order", [1, -1])
def test_a_right_segment_of_the_same_lengths_hides_no_wrong_one(order: int) -> None:
    """Sixteen characters are fifteen digits with a point, and one too many without."""
    conditions = Conditions()
    for text in ["QTY*33*12345678901234.5", "QTY*33*1234567890123456"][::order]:
        if "." in text:
            check(text, conditions)
        else:
            assert "has 16 digits" in refusal(text, conditions)


def test_every_rule_is_of_a_known_segment_and_within_it() -> None:
    for name, rule in RULES.items():
        assert len(rule.lengths) <= SHAPES[name].most
        assert all(place <= SHAPES[name].most for condition in rule.conditions for place in condition.places)


@given(st.sampled_from(sorted(RULES)), st.lists(st.text("A1.-", max_size=100), max_size=31))
def test_any_segment_passes_or_is_refused_with_a_sentence(name: str, elements: list[str]) -> None:
    segment = Segment(3, name, elements[: SHAPES[name].most])
    conditions = Conditions()
    first, again = said_of(segment, conditions), said_of(segment, conditions)
    assert first == again
    assert not first or f"Segment 3 ({name}), element " in first


def said_of(segment: Segment, conditions: Conditions) -> str:
    try:
        conditions.require(segment)
    except DomainError as refused:
        return refused.sentence
    return ""
