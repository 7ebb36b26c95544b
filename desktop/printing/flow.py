"""Blocks that fill pages: a heading, rows that break over pages under repeated column heads, and a closing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.printing.ink import GREY, Paragraph, Pen
from desktop.printing.words import clean


@dataclass(frozen=True)
class Block:
    """Something of a known height in points; `draw` gets the pen and the y of its top."""

    height: float
    draw: Callable[[Pen, float], None]


@dataclass(frozen=True)
class Flow:
    """One document part: `first` heads its first page and `following` every later one; `heads` stands above rows."""

    first: Block
    following: Block
    heads: Block
    rows: Sequence[Block]
    closing: Block


@dataclass(frozen=True)
class Frame:
    """Where blocks stand on a page, in points: the left edge, the width, the first y and the last."""

    left: float
    width: float
    top: float
    bottom: float


def stacked(*blocks: Block) -> Block:
    """Blocks one below the other, as one."""

    def draw(pen: Pen, y: float) -> None:
        for block in blocks:
            block.draw(pen, y)
            y += block.height

    return Block(sum(block.height for block in blocks), draw)


def beside(*blocks: Block) -> Block:
    """Blocks at the same height, each already knowing its own place across the page."""

    def draw(pen: Pen, y: float) -> None:
        for block in blocks:
            block.draw(pen, y)

    return Block(max(block.height for block in blocks), draw)


def gap(height: float) -> Block:
    """Empty space."""
    return Block(height, lambda pen, y: None)


def pages_of(flow: Flow, height: float) -> list[list[Block]]:
    """The blocks of each page of `height` points, in order; there is always a page.

    A row higher than a page is put on one of its own. The closing never stands on a page without a row if there is one.
    """
    pages: list[list[Block]] = []
    page, left = [flow.first, flow.heads], height - flow.first.height - flow.heads.height
    fresh = 2
    for row in flow.rows:
        if row.height > left and len(page) > fresh:
            pages.append(page)
            page, left = [flow.following, flow.heads], height - flow.following.height - flow.heads.height
        page.append(row)
        left -= row.height
    if flow.closing.height > left:
        carried = [page.pop()] if len(page) > fresh + 1 else []
        pages.append(page)
        page = [flow.following, flow.heads, *carried] if carried else [flow.following]
    page.append(flow.closing)
    pages.append(page)
    return pages


def draw_pages(pen: Pen, flow: Flow, frame: Frame, footer: Callable[[Pen, int, int], None]) -> int:
    """Draw a flow and end each page; `footer` gets the page and how many there are; returns that number."""
    pages = pages_of(flow, frame.bottom - frame.top)
    for number, blocks in enumerate(pages, start=1):
        y = frame.top
        for block in blocks:
            block.draw(pen, y)
            y += block.height
        footer(pen, number, len(pages))
        pen.end_page()
    return len(pages)


@dataclass(frozen=True)
class Fact:
    """A small grey label with what it says beneath, one entry a line."""

    label: str
    lines: tuple[str, ...]
    bold: bool = False


def facts(facts_in_row: Sequence[Fact], left: float, widths: Sequence[float], *, size: float = 9.0) -> Block:
    """Facts side by side in columns of `widths` points; a fact without words shows a dash."""
    gutter = 8.0
    columns: list[tuple[float, str, list[Paragraph]]] = []
    x = left
    for fact, width in zip(facts_in_row, widths, strict=True):
        said = [Paragraph(line, width - gutter, size, most=3, bold=fact.bold) for line in fact.lines if clean(line)]
        columns.append((x, fact.label, said or [Paragraph("–", width, size, most=1)]))
        x += width

    def draw(pen: Pen, y: float) -> None:
        for x, label, said in columns:
            pen.text(x, y + 7, label.upper(), 6.2, bold=True, grey=GREY)
            top = y + 9.5
            for paragraph in said:
                paragraph.draw(pen, x, top)
                top += paragraph.height

    tallest = max(sum(paragraph.height for paragraph in said) for _, _, said in columns)
    return Block(9.5 + tallest + 6, draw)
