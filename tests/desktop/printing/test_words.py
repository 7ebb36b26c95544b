"""Words on paper: one safe line whatever a name holds, bins in walking order, a typeface that is always there."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.printing import typeface
from desktop.printing.typeface import font_file, width_of, wrapped
from desktop.printing.words import clean, joined, walking_order


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("  Wren \r\n Residence\t/\x00Library ", "Wren Residence / Library"),
        ("1354\u202e-00\u2066", "1354-00"),
        ("Cafe\u0301 e\u200b\u0301", "Caf\u00e9 \u00e9"),
        ("half \ud800 character", "half \ufffd character"),
        ("line\u2028separator", "line separator"),
        ("\n\x07\u200b", ""),
    ],
)
def test_a_name_becomes_one_line_of_visible_characters(text: str, printed: str) -> None:
    assert clean(text) == printed


@given(st.text(st.characters()))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_what_is_not_known_leaves_no_dot_behind() -> None:
    assert joined("Kintore Linen", "", "Flax").split("\u00a0· ") == ["Kintore Linen", "Flax"]
    assert joined("", "\n") == ""


def test_bins_sort_as_a_picker_walks() -> None:
    bins = ["B-1", "", "a-10-2", "A-10", "A-2", "10", "9", "Ω-1", "A"]

    assert sorted(bins, key=walking_order) == ["9", "10", "A", "A-2", "A-10", "a-10-2", "B-1", "Ω-1", ""]


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp"))), st.integers(1, 5))
def test_wrapped_lines_fit_their_width_and_their_number(text: str, most: int) -> None:
    text = clean(text)

    lines = wrapped(text, 60, 9, most=most)

    assert len(lines) <= most
    assert all(width_of(line, 9) <= 60 for line in lines)
    if not lines or not lines[-1].endswith("…"):
        assert "".join("".join(lines).split()) == "".join(text.split())


def test_without_our_typeface_the_one_that_came_with_the_library_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = font_file("DejaVuSans.ttf", "Vera.ttf")
    monkeypatch.setattr(typeface, "resources_folder", lambda: tmp_path)
    instead = font_file("DejaVuSans.ttf", "Vera.ttf")

    assert (ours.name, instead.name) == ("DejaVuSans.ttf", "Vera.ttf")
    assert instead.is_file()
