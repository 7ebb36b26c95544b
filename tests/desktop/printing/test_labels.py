"""Labels for copies: on the sheets that offices buy, from any free label on, every barcode readable."""

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.printing import label_layouts as layouts_module
from desktop.printing.label_layouts import label_layout, label_layouts
from desktop.printing.labels import label_sheet_pdf
from shared_models.kernel.errors import DomainError
from tests.desktop.printing.paperwork import some_labels
from tests.desktop.printing.reading import ink_at_edges, page_pictures, page_texts, scanned, scanned_texts

ALL_LAYOUTS = [layout.name for layout in label_layouts()]


@pytest.mark.parametrize("name", ALL_LAYOUTS)
def test_every_label_of_a_full_sheet_is_read(name: str) -> None:
    labels = some_labels(label_layout(name).labels)

    (texts,) = scanned_texts(label_sheet_pdf(labels, name))

    assert sorted(texts) == [label.barcode_text for label in labels]


@pytest.mark.parametrize("name", ALL_LAYOUTS)
def test_a_layouts_labels_lie_on_its_page_and_not_on_each_other(name: str) -> None:
    layout = label_layout(name)

    assert layout.pitch_x >= layout.label_width
    assert layout.pitch_y >= layout.label_height
    right = layout.left + (layout.columns - 1) * layout.pitch_x + layout.label_width
    bottom = layout.top + (layout.rows - 1) * layout.pitch_y + layout.label_height
    # Sheets are cut with the same margin on both sides.
    assert right == pytest.approx(layout.page_width - layout.left, abs=0.1)
    assert bottom == pytest.approx(layout.page_height - layout.top, abs=0.1)


def test_large_labels_carry_code_128_and_small_ones_qr() -> None:
    kinds = {
        name: {kind for picture in page_pictures(label_sheet_pdf(some_labels(3), name)) for kind, _ in scanned(picture)}
        for name in ("avery-5160", "avery-l7651")
    }

    assert kinds == {"avery-5160": {"Code 128"}, "avery-l7651": {"QR Code"}}


def test_printing_starts_at_the_first_free_label_and_goes_on_to_the_next_sheet() -> None:
    pdf = label_sheet_pdf(some_labels(3), "avery-5163", start_at=9)

    assert [len(texts) for texts in scanned_texts(pdf)] == [2, 1]
    first_sheet = page_pictures(pdf)[0]
    four_used_rows = first_sheet.crop((0, 0, first_sheet.width, int(first_sheet.height * 0.76)))
    assert four_used_rows.getextrema()[0] == 255


def test_the_label_says_item_pattern_colour_and_number() -> None:
    (text,) = page_texts(label_sheet_pdf(some_labels(2), "avery-l7160"))

    assert "1301-00 Κυκλάδες · Λευκό memo · Nord" in text
    assert "ATN-4472" in text


@pytest.mark.parametrize("name", ALL_LAYOUTS)
def test_long_names_stay_on_their_label(name: str) -> None:
    labels = [
        replace(
            label,
            pattern="Hartwell Performance Bouclé " * 30,
            item_number="W" * 60,
            owner="V" * 200,
            copy_number="M" * 70,
        )
        for label in some_labels(label_layout(name).labels)
    ]

    pdf = label_sheet_pdf(labels, name)

    assert not ink_at_edges(pdf, margin_mm=4.5)
    (texts,) = scanned_texts(pdf)
    assert len(texts) == len(labels)


def test_an_unknown_layout_is_refused_naming_those_there_are() -> None:
    with pytest.raises(DomainError, match=r"no label layout called “avery-1”.*avery-5160") as refused:
        label_sheet_pdf(some_labels(1), "avery-1")

    assert refused.value.code == "unknown_label_layout"


@pytest.mark.parametrize("start_at", [0, -1, 31])
def test_a_start_beside_the_sheet_is_refused(start_at: int) -> None:
    with pytest.raises(DomainError, match=f"has labels 1 to 30, so printing cannot start at {start_at}"):
        label_sheet_pdf(some_labels(1), "avery-5160", start_at=start_at)


def test_no_copies_give_a_sentence_and_no_paper() -> None:
    with pytest.raises(DomainError, match="No copy was chosen"):
        label_sheet_pdf([], "avery-5160")


def test_a_barcode_too_long_for_a_small_label_is_refused() -> None:
    with pytest.raises(DomainError, match="Choose a larger layout"):
        label_sheet_pdf([replace(some_labels(1)[0], barcode_text="OT1:C:" + "Ω" * 60)], "avery-5167")


@pytest.mark.parametrize(
    "content", ["columns = ", "columns = 3\n", "\ufeff\x00"], ids=["no TOML", "fields missing", "no text"]
)
def test_a_broken_layout_file_is_named(content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "label_layouts").mkdir()
    (tmp_path / "label_layouts" / "our-roll.toml").write_text(content, encoding="utf-8")
    monkeypatch.setattr(layouts_module, "resources_folder", lambda: tmp_path)

    with pytest.raises(DomainError, match=r"The label layout file our-roll\.toml cannot be used"):
        label_sheet_pdf(some_labels(1), "our-roll")
