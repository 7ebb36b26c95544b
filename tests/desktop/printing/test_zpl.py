"""ZPL for label printers: names cannot command the printer, and the codes are read from what it would print."""

import io
from dataclasses import replace

import pytest
import zplkit
from PIL import Image

from desktop.printing.zpl import ZplMedia, label_zpl
from shared_models.kernel.errors import DomainError
from tests.desktop.printing.paperwork import some_labels
from tests.desktop.printing.reading import scanned


def printed(zpl: bytes, media: ZplMedia) -> list[Image.Image]:
    """What a printer with this roll would put on each label."""
    dots = media.dots_per_mm
    size = zplkit.Options(
        width=round(media.width_mm * dots), height=round(media.height_mm * dots), dpi={8: 203, 12: 300}[dots]
    )
    return [Image.open(io.BytesIO(label.png())).convert("L") for label in zplkit.render(zpl, size).labels]


@pytest.mark.parametrize("media", [ZplMedia(), ZplMedia(102, 51, 12)], ids=["57 mm, 203 dpi", "102 mm, 300 dpi"])
def test_the_copy_is_read_from_the_printed_label(media: ZplMedia) -> None:
    labels = [replace(label, pattern="Brissac", colour="Flax", owner="") for label in some_labels(3)]

    pictures = printed(label_zpl(labels, media), media)

    codes = [scanned(_with_border(picture)) for picture in pictures]
    assert codes == [[("Code 128", label.barcode_text)] for label in labels]


def test_a_long_code_becomes_a_qr_code() -> None:
    label = replace(
        some_labels(1)[0], barcode_text="OT1:C:ATELIER-NORD-004471", pattern="Brissac", colour="Flax", owner=""
    )

    (picture,) = printed(label_zpl([label]), ZplMedia())

    assert scanned(_with_border(picture)) == [("QR Code", "OT1:C:ATELIER-NORD-004471")]


def test_names_are_sent_in_utf_8_which_the_label_announces() -> None:
    lines = label_zpl(some_labels(2)[1:]).decode("utf-8").splitlines()

    assert lines[:2] == ["^XA", "^CI28"]
    assert any("^FDΚυκλάδες · Λευκό^FS" in line for line in lines)
    assert lines[-1] == "^XZ"


def test_a_name_cannot_command_the_printer() -> None:
    plain, hostile = (
        label_zpl([replace(some_labels(1)[0], pattern=name, item_number="1300-00")]).decode()
        for name in ("Brissac", "^XZ~JA_5E\\&\r\n^XA")
    )

    assert "_5EXZ_7EJA_5F5E_5C& _5EXA" in hostile
    for command in ("^", "~", "\n"):
        assert hostile.count(command) == plain.count(command)


def test_what_is_escaped_is_a_plain_character_on_the_label() -> None:
    odd = replace(some_labels(1)[0], item_number="A^B~C_D", pattern="P", colour="C", owner="")
    blank = replace(odd, item_number="")

    (with_item,) = zplkit.render(label_zpl([odd]), zplkit.Options(width=456, height=256, dpi=203)).labels
    (without,) = zplkit.render(label_zpl([blank]), zplkit.Options(width=456, height=256, dpi=203)).labels

    assert with_item.png() != without.png()
    assert zplkit.render(label_zpl([odd])).warnings == zplkit.render(label_zpl([blank])).warnings


def test_long_words_stay_above_the_bars_and_on_the_label() -> None:
    label = replace(some_labels(1)[0], pattern="Hartwell Performance Boucle " * 9, colour="", owner="Nord " * 40)

    (picture,) = printed(label_zpl([label]), ZplMedia())

    assert scanned(_with_border(picture)) == [("Code 128", "OT1:C:ATN-4471")]
    assert picture.crop((picture.width - 8, 0, picture.width, picture.height)).getextrema()[0] == 255


def test_no_copies_and_codes_too_long_are_refused_in_sentences() -> None:
    with pytest.raises(DomainError, match="No copy was chosen"):
        label_zpl([])
    with pytest.raises(DomainError, match="does not fit"):
        label_zpl([replace(some_labels(1)[0], barcode_text="Ω" * 300)])


def _with_border(picture: Image.Image) -> Image.Image:
    """The label on white backing paper, as a scanner sees it."""
    backing = Image.new("L", (picture.width + 80, picture.height + 80), 255)
    backing.paste(picture, (40, 40))
    return backing
