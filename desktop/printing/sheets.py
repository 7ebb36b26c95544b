"""What all our sheets share: margins, the foot of a page, a boxed warning and the labelled lines to write on."""

from collections.abc import Callable, Sequence

from reportlab.lib.units import mm

from desktop.printing.flow import Block, Frame
from desktop.printing.ink import BLACK, GREY, Paragraph, Pen, one_line
from desktop.printing.papers import Paper
from desktop.printing.typeface import width_of

_FOOT = 6 * mm


def frame_of(paper: Paper) -> Frame:
    """The printable part of a sheet above its foot line; margins are those any office printer can reach."""
    margin = (9 if paper is Paper.A5 else 14) * mm
    width, height = paper.width_mm * mm, paper.height_mm * mm
    return Frame(margin, width - 2 * margin, margin, height - margin - _FOOT)


def foot(frame: Frame, left: str, right: str) -> Callable[[Pen, int, int], None]:
    """A foot line: `left` shortened to fit, and at the right `right` with the page and how many there are."""

    def draw(pen: Pen, page: int, pages: int) -> None:
        baseline = frame.bottom + _FOOT
        said = f"{one_line(right, frame.width * 0.35, 7.5, bold=True)} · page {page} of {pages}"
        room = frame.width - width_of(said, 7.5, bold=True) - 12
        pen.rule(frame.left, baseline - 10, frame.width, grey=BLACK)
        pen.text(frame.left, baseline, one_line(left, room, 7), 7, grey=GREY)
        pen.text(frame.left + frame.width, baseline, said, 7.5, bold=True, align="right")

    return draw


def warning(frame: Frame, heading: str, sentences: Sequence[str]) -> Block:
    """A framed box with a black heading that a person in a hurry does not overlook."""
    texts = [Paragraph(sentence, frame.width - 16, 9, most=3) for sentence in sentences]

    def draw(pen: Pen, y: float) -> None:
        pen.frame(frame.left, y + 4, frame.width, height - 10)
        pen.badge(frame.left + 8, y + 7, heading, 7.5)
        top = y + 13
        for text in texts:
            text.draw(pen, frame.left + 8, top)
            top += text.height

    height = 13 + sum(text.height for text in texts) + 12
    return Block(height, draw)


def remark(frame: Frame, text: str) -> Block:
    """A paragraph across the page, or nothing when there is no text."""
    paragraph = Paragraph(text, frame.width, 9, most=8)
    if not paragraph.lines:
        return Block(0, lambda pen, y: None)
    return Block(paragraph.height + 6, lambda pen, y: paragraph.draw(pen, frame.left, y))


def to_write_on(frame: Frame, labels: Sequence[str]) -> Block:
    """Lines to write on, side by side, each with its label beneath."""
    column = frame.width / len(labels)

    def draw(pen: Pen, y: float) -> None:
        for index, label in enumerate(labels):
            x = frame.left + index * column
            pen.rule(x, y + 26, column - 10, grey=BLACK)
            pen.text(x, y + 34, label, 6.8, grey=GREY)

    return Block(38, draw)


def sentence_row(frame: Frame, text: str) -> Block:
    """What stands where rows would be when there are none."""
    paragraph = Paragraph(text, frame.width, 11, most=3)
    return Block(paragraph.height + 16, lambda pen, y: paragraph.draw(pen, frame.left, y + 8))
