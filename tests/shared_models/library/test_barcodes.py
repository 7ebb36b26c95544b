"""What a scan says: own codes, plain ones, quantities, and codes glued together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.library.barcodes import CodeKind, Scan, ScannedCode, code_text, read_scan, split_glued

KINDS: list[tuple[str, CodeKind]] = [
    ("OT1:T:KRA-1042", "ticket"),
    ("OT1:C:copy-1", "copy"),
    ("OT1:D:designer-1", "designer"),
    ("OT1:K:kit-1", "kit"),
    ("OT1:B:A-04", "bin"),
    ("OT1:X:UNDO", "command"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_each_code_of_our_paper_is_known_for_what_it_is(text: str, kind: CodeKind) -> None:
    value = text.split(":", 2)[2]
    assert read_scan(text) == Scan(None, (ScannedCode(kind, value),))
    assert code_text(kind, value) == text


@pytest.mark.parametrize("outcome", ["S", "B", "W"])
def test_a_line_code_carries_its_outcome(outcome: str) -> None:
    (code,) = read_scan(f"OT1:L:KRA-1042-3:{outcome}").codes
    assert (code.kind, code.value, code.outcome) == ("line", "KRA-1042-3", outcome)


def test_a_line_code_without_an_outcome_is_just_the_line() -> None:
    assert read_scan("OT1:L:KRA-1042-3").codes == (ScannedCode("line", "KRA-1042-3"),)


def test_a_barcode_of_somebody_else_is_a_plain_code() -> None:
    assert read_scan("0071542") == Scan(None, (ScannedCode("plain", "0071542"),))
    assert read_scan("OT2:C:1").codes == (ScannedCode("plain", "OT2:C:1"),)
    assert code_text("plain", "0071542") == "0071542"


def test_control_characters_and_blanks_around_a_scan_are_dropped() -> None:
    assert read_scan("\x02 4471\r\n\x1d").codes == (ScannedCode("plain", "4471"),)


@pytest.mark.parametrize("text", ["", "  ", "\r\n"])
def test_an_empty_scan_has_no_codes(text: str) -> None:
    assert read_scan(text) == Scan(None, ())


def test_a_number_and_a_star_in_front_is_a_quantity() -> None:
    assert read_scan("12*4471") == Scan(12, (ScannedCode("plain", "4471"),))
    assert read_scan("3* OT1:C:copy-1") == Scan(3, (ScannedCode("copy", "copy-1"),))


def test_a_quantity_alone_waits_for_its_code() -> None:
    assert read_scan("12*") == Scan(12, ())


def test_a_long_number_before_a_star_is_a_barcode_and_no_quantity() -> None:
    assert read_scan("0071542*1").quantity is None


def test_own_codes_glued_together_are_split() -> None:
    assert read_scan("OT1:C:copy-1OT1:C:copy-2").codes == (
        ScannedCode("copy", "copy-1"),
        ScannedCode("copy", "copy-2"),
    )
    assert read_scan("4471OT1:D:ann").codes == (ScannedCode("plain", "4471"), ScannedCode("designer", "ann"))


def test_foreign_codes_glued_together_are_split_where_both_halves_are_known() -> None:
    assert split_glued("44719002", {"4471", "9002"}.__contains__) == ("4471", "9002")


def test_an_ambiguous_glued_scan_is_not_guessed() -> None:
    assert split_glued("1111", {"1", "11", "111"}.__contains__) is None


def test_a_scan_with_an_unknown_half_is_not_split() -> None:
    assert split_glued("44719002", {"4471"}.__contains__) is None


@given(
    st.sampled_from(["ticket", "copy", "designer", "kit", "bin", "command"]),
    st.text(st.characters(categories=("Lu", "Ll", "Nd"), include_characters="-.#"), min_size=1, max_size=40),
)
def test_every_printed_code_reads_back_as_it_was_printed(kind: CodeKind, value: str) -> None:
    assert read_scan(code_text(kind, value)).codes == (ScannedCode(kind, value),)
