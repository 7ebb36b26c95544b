"""The rows behind a table: a short list kept whole, or a long list of ids whose rows are read on sight."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any, Generic

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column, Order, Row
from desktop.widgets.theme import TextRole, current_colours, text_font

Index = QModelIndex | QPersistentModelIndex
FetchRows = Callable[[Sequence[int]], Mapping[int, Row]]

PAGE_ROWS = 64
"""As many as a large screen shows: what is read in the window's thread for a jump to the end is one or two pages."""
KEPT_PAGES = 128
_KEPT_TEXTS = 2_000
_GONE = "…"

_ALIGNMENTS = {
    Align.LEFT: Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    Align.RIGHT: Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
    Align.CENTRE: Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter,
}
_ROLE = Qt.ItemDataRole
_NO_PARENT = QModelIndex()


class RowModel(QAbstractTableModel, Generic[Row]):
    """Frozen rows as a Qt model. `key` tells a row's identity, so that a refresh keeps what was chosen."""

    def __init__(
        self, columns: Sequence[Column[Row]], key: Callable[[Row], Hashable], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._rows: list[Row] = []
        self._ids: Sequence[int] | None = None
        self._fetch: FetchRows[Row] | None = None
        self._pages: OrderedDict[int, list[Row | None]] = OrderedDict()
        self._texts: dict[int, tuple[str, ...]] = {}
        self._alignments = [_ALIGNMENTS[column.align] for column in self.columns]
        self._strong_font: QFont | None = None
        self._inks: dict[Tone | None, QColor] = {}
        self.order: Order | None = None

    # --- what is shown ---------------------------------------------------------------------------

    @property
    def is_long(self) -> bool:
        """Whether only ids are kept and rows are read on sight."""
        return self._ids is not None

    def show_rows(self, rows: Sequence[Row], altered: Collection[str] = ()) -> bool:
        """Shows a short list in the present order; True when the model was reset (other rows than before).

        `altered`: the only columns that say something else where the rows are the same; else every column may.
        """
        new_rows = self._ordered(rows)
        if self._ids is None and self._rows and self._same_keys(new_rows):
            self._rows = new_rows
            self._texts.clear()
            places = [place for place, column in enumerate(self.columns) if not altered or column.key in altered]
            self.dataChanged.emit(self.index(0, min(places)), self.index(len(new_rows) - 1, max(places)))
            return False
        self.beginResetModel()
        self._rows, self._ids, self._fetch = new_rows, None, None
        self._forget()
        self.endResetModel()
        return True

    def put_first(self, rows: Sequence[Row], most: int) -> None:
        """Puts rows on top of a short list that no column orders, and lets go of what is beyond `most`."""
        if not rows:
            return
        self._texts.clear()
        self.beginInsertRows(_NO_PARENT, 0, len(rows) - 1)
        self._rows[:0] = rows
        self.endInsertRows()
        if len(self._rows) > most:
            self.beginRemoveRows(_NO_PARENT, most, len(self._rows) - 1)
            del self._rows[most:]
            self.endRemoveRows()

    def show_ids(self, ids: Sequence[int], fetch: FetchRows[Row]) -> None:
        """Shows the rows of `ids` in that order; `fetch` reads some sixty of them and must be fast.

        A row that `fetch` does not return was deleted meanwhile and shows as "…".
        """
        self.beginResetModel()
        self._rows, self._ids, self._fetch = [], ids, fetch
        self._forget()
        self.endResetModel()

    def read_again(self) -> None:
        """Forgets the rows read so far, but not the ids: after a change that moved nothing."""
        self._forget()
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self.columns) - 1))

    def order_by(self, order: Order | None) -> None:
        """Orders a short list by a column; in a long list only remembers what the page shall query."""
        self.order = order
        if self._ids is None and self._rows:
            self.beginResetModel()
            self._rows = self._ordered(self._rows)
            self._forget()
            self.endResetModel()

    def row_at(self, number: int) -> Row | None:
        """The row at this place, None when it vanished meanwhile."""
        if self._ids is None:
            return self._rows[number]
        page, place = divmod(number, PAGE_ROWS)
        return self._page(page)[place]

    def key_at(self, number: int) -> Hashable:
        """The identity of the row at this place, without reading it."""
        return self._key(self._rows[number]) if self._ids is None else self._ids[number]

    def place_of(self, key: Hashable) -> int | None:
        """Where the row with this identity stands."""
        if self._ids is None:
            return next((place for place, row in enumerate(self._rows) if self._key(row) == key), None)
        try:
            return self._ids.index(key)
        except ValueError:
            return None

    def every_row(self) -> Iterator[Row]:
        """All rows in order, reading a long list page by page and keeping none of it."""
        if self._ids is None:
            yield from self._rows
            return
        for start in range(0, len(self._ids), PAGE_ROWS):
            yield from (row for row in self._read(start // PAGE_ROWS) if row is not None)

    def text_at(self, number: int, column: int) -> str:
        """What the cell says."""
        texts = self._texts.get(number)
        if texts is None:
            if len(self._texts) > _KEPT_TEXTS:
                self._texts.clear()
            row = self.row_at(number)
            texts = tuple(_GONE if row is None else one.text(row) for one in self.columns)
            self._texts[number] = texts
        return texts[column]

    def ink_at(self, number: int, column: int) -> QColor | None:
        """The ink of a cell's words where it is another than the table's own."""
        shown = self.columns[column]
        if shown.tone is not None:
            row = self.row_at(number)
            tone = None if row is None else shown.tone(row)
            if tone is not None:
                return self._colour(tone)
        return self._colour(None) if shown.muted else None

    def chip_at(self, index: Index) -> Chip | None:
        """The chip of a cell in a chip column."""
        row, chip = self.row_at(index.row()), self.columns[index.column()].chip
        return None if row is None or chip is None else chip(row)

    def forget_look(self) -> None:
        """Takes fonts and colours anew after a theme switch."""
        self._strong_font = None
        self._inks.clear()

    # --- as Qt asks for it -----------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """How many rows."""
        if parent.isValid():
            return 0
        return len(self._rows) if self._ids is None else len(self._ids)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """How many columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        """One aspect of one cell; asked about eight times a cell and paint, so the common ones come first."""
        if role == _ROLE.DisplayRole:
            return self.text_at(index.row(), index.column()) if index.isValid() else None
        if role == _ROLE.TextAlignmentRole:
            return self._alignments[index.column()]
        if role == _ROLE.ForegroundRole:
            return self.ink_at(index.row(), index.column())
        if role == _ROLE.FontRole:
            return self._font(index)
        if role == _ROLE.ToolTipRole:
            row, tip = self.row_at(index.row()), self.columns[index.column()].tip
            return tip(row) if tip is not None and row is not None else None
        return None

    def multiData(self, index: Index, roleDataSpan: Any) -> None:  # noqa: N803 - Qt's own name
        """All that one cell's painting asks for in one call from Qt instead of eight.

        Each call takes Python's lock, for which it waits while the workers are busy: this is what keeps a window
        that is painted during a sync from standing still.
        """
        for place in range(roleDataSpan.length()):
            asked = roleDataSpan[place]
            asked.setData(self.data(index, asked.role()))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        """Headings, aligned as their columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _ROLE.DisplayRole:
            return self.columns[section].heading
        if role == _ROLE.TextAlignmentRole:
            return self._alignments[section]
        return None

    # --- inside ----------------------------------------------------------------------------------

    def _colour(self, tone: Tone | None) -> QColor:
        """The ink of a tone, or of second-rank writing for None; made once for each look."""
        ink = self._inks.get(tone)
        if ink is None:
            colours = current_colours()
            ink = self._inks[tone] = QColor(colours.muted if tone is None else colours.tone(tone).ink)
        return ink

    def _font(self, index: Index) -> QFont | None:
        if not self.columns[index.column()].strong:
            return None
        if self._strong_font is None:
            self._strong_font = text_font(TextRole.STRONG)
        return self._strong_font

    def _forget(self) -> None:
        self._pages.clear()
        self._texts.clear()

    def _page(self, number: int) -> list[Row | None]:
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self._read(number)
            if len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page

    def _read(self, page: int) -> list[Row | None]:
        if self._ids is None or self._fetch is None:
            return []
        ids = self._ids[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
        found = self._fetch(ids)
        return [found.get(one) for one in ids]

    def _same_keys(self, rows: Sequence[Row]) -> bool:
        return len(rows) == len(self._rows) and all(
            self._key(new) == self._key(old) for new, old in zip(rows, self._rows, strict=True)
        )

    def _ordered(self, rows: Sequence[Row]) -> list[Row]:
        column = next((one for one in self.columns if self.order is not None and one.key == self.order.key), None)
        if self.order is None or column is None or column.sort_key is None:
            return list(rows)
        sort_key = column.sort_key
        known = [row for row in rows if sort_key(row) is not None]
        unknown = [row for row in rows if sort_key(row) is None]
        return sorted(known, key=sort_key, reverse=self.order.descending) + unknown
