"""Reading paper back: the words of a PDF's pages, and the barcodes a scanner finds on a 200-dpi print of them."""

import pypdfium2
import zxingcpp
from PIL import Image

PRINT_DPI = 200


def page_texts(pdf: bytes) -> list[str]:
    """The words of each page, line ends and runs of spaces made single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


def page_sizes_mm(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page in whole millimetres."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [(round(page.get_width() / 72 * 25.4), round(page.get_height() / 72 * 25.4)) for page in document]
    finally:
        document.close()


def page_pictures(pdf: bytes, *, dpi: int = PRINT_DPI) -> list[Image.Image]:
    """The pages as a printer of that resolution would put them on paper, in grey."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]
    finally:
        document.close()


def scanned(picture: Image.Image) -> list[tuple[str, str]]:
    """Kind and text of every barcode in a picture, from the top down and left to right."""
    found = zxingcpp.read_barcodes(picture)
    in_order = sorted(found, key=lambda code: (round(code.position.top_left.y / 40), code.position.top_left.x))
    return [(str(code.symbology), code.text) for code in in_order]


def scanned_texts(pdf: bytes) -> list[list[str]]:
    """The texts of all barcodes of each page."""
    return [[text for _, text in scanned(picture)] for picture in page_pictures(pdf)]


def ink_at_edges(pdf: bytes, *, margin_mm: float) -> bool:
    """Whether anything is printed within `margin_mm` of an edge, where a printer would cut it off."""
    for picture in page_pictures(pdf, dpi=100):
        margin = int(margin_mm / 25.4 * 100)
        inside = (margin, margin, picture.width - margin, picture.height - margin)
        blank = picture.copy()
        blank.paste(255, inside)
        darkest, _ = blank.getextrema()
        if isinstance(darkest, int | float) and darkest < 200:
            return True
    return False
