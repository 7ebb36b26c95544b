"""Quantities and money are read and written exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.kernel.errors import DomainError
from shared_models.kernel.measures import money_from_text, money_text, quantity_from_text, quantity_text


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("32", 32000),
        ("12.5", 12500),
        (" 0.125 ", 125),
        ("-3", -3000),
        ("+4.25", 4250),
        ("007.10", 7100),
        (".5", 500),
        ("5.", 5000),
        ("0", 0),
        ("000000000000012", 12000),
        ("1.50000000000000", 1500),
        ("999999999.999", 999_999_999_999),
    ],
)
def test_a_quantity_is_read_to_the_thousandth(text: str, thousandths: int) -> None:
    assert quantity_from_text(text) == thousandths


@pytest.mark.parametrize("text", ["", " ", ".", "-", "a", "1,5", "1 2", "1e3", "1_000", "NaN", "Infinity", "٣", "0x10"])
def test_what_is_no_plain_number_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(DomainError, match=r"is not a quantity; write it like 12\.5") as refused:
        quantity_from_text(text)
    assert refused.value.code == "not_a_number"


@pytest.mark.parametrize(
    "text", ["0.1234", "1000000000", "-1000000000", "1.0000000000000000000000000000000001", "9" * 400]
)
def test_a_number_that_has_no_room_is_refused_and_not_rounded(text: str) -> None:
    with pytest.raises(DomainError, match="at most 9 digits before and 3 after the dot") as refused:
        quantity_from_text(text)
    assert refused.value.code == "number_out_of_range"


def test_money_is_read_to_the_ten_thousandth() -> None:
    assert money_from_text("48.50") == 485_000
    assert money_from_text("1.2345") == 12_345
    with pytest.raises(DomainError, match="at most 8 digits before and 4 after the dot"):
        money_from_text("1.23456")


@pytest.mark.parametrize(
    ("thousandths", "text"), [(12500, "12.5"), (32000, "32"), (125, "0.125"), (0, "0"), (-500, "-0.5")]
)
def test_a_quantity_is_written_as_short_as_it_can_be(thousandths: int, text: str) -> None:
    assert quantity_text(thousandths) == text


@pytest.mark.parametrize(("amount", "text"), [(485_000, "48.50"), (12_345, "1.2345"), (0, "0.00"), (-5_000, "-0.50")])
def test_money_is_written_with_at_least_two_places(amount: int, text: str) -> None:
    assert money_text(amount) == text


@given(st.integers(-(10**12) + 1, 10**12 - 1))
def test_what_is_written_reads_back_the_same(amount: int) -> None:
    assert quantity_from_text(quantity_text(amount)) == amount
    assert money_from_text(money_text(amount)) == amount
