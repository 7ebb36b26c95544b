"""The cells of a workbook's sheets as text, read as a stream with nothing but the standard library's XML parser.

Runs in a process of its own (`workbook_child`): a workbook comes from outside and may be made to exhaust its reader.
Only what bears on the shown text of a cell is read: shared texts, number formats and the sheets themselves.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from xml.parsers import expat

from sync_server.features.feeds.shown_numbers import BUILT_IN_FORMATS, is_date_format, shown_date, shown_number

MOST_COLUMNS = 200
MOST_ROWS = 500_000
MOST_TEXTS = 1_500_000
MOST_CHARACTERS = 32_767
"""Of a cell; a spreadsheet program takes no more."""
_CHUNK = 1 << 18
_ESCAPED = re.compile(r"_x(?!0000)([0-9A-Fa-f]{4})_")


class WorkbookFault(Exception):
    """Why the workbook cannot be taken in: a code, and a sentence without what happened to the data."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Sheet(NamedTuple):
    """One sheet of cells: its title and where it lies in the archive."""

    title: str
    member: str


class Workbook:
    """An open workbook. Raises `WorkbookFault` from every call."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Read what belongs to the workbook as a whole."""
        self._archive = archive
        self._names = frozenset(archive.namelist())
        if "xl/workbook.xml" not in self._names:
            raise WorkbookFault("not_csv", "This is a zip archive, but no Excel workbook (.xlsx).")
        self.counts_from_1904 = False
        self.sheets = self._read_sheets()
        self._texts = self._read_texts()
        self._formats = self._read_formats()

    def rows(self, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
        """The number and the cells of each row that has some, in the order of the sheet."""
        reader = _SheetReader(self._texts, self._formats, self.counts_from_1904)
        for _ in self._feed(sheet.member, reader.start, reader.end, reader.data):
            yield from reader.take()

    def _read_sheets(self) -> list[Sheet]:
        listed: list[tuple[str, str]] = []
        targets: dict[str, tuple[str, str]] = {}

        def in_workbook(name: str, attributes: dict[str, str]) -> None:
            if name == "sheet":
                relation = next((value for key, value in attributes.items() if _local(key) == "id"), "")
                listed.append((attributes.get("name", ""), relation))
            elif name == "workbookPr":
                self.counts_from_1904 = attributes.get("date1904") in ("1", "true")

        def in_relations(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship":
                targets[attributes.get("Id", "")] = (attributes.get("Target", ""), attributes.get("Type", ""))

        self._read("xl/workbook.xml", in_workbook)
        self._read("xl/_rels/workbook.xml.rels", in_relations)
        sheets = []
        for title, relation in listed:
            target, kind = targets.get(relation, ("", ""))
            if kind.endswith("/worksheet"):
                sheets.append(Sheet(title, target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
        return sheets

    def _read_texts(self) -> list[str]:
        texts: list[str] = []
        parts: list[str] = []
        inside: list[str] = []

        def start(name: str, _attributes: dict[str, str]) -> None:
            inside.append(name)
            if name == "si":
                parts.clear()
                if len(texts) >= MOST_TEXTS:
                    raise WorkbookFault("workbook_too_large", f"The workbook has more than {MOST_TEXTS:,} texts.")

        def end(name: str) -> None:
            inside.pop()
            if name == "si":
                texts.append(_unescaped("".join(parts)))

        def data(text: str) -> None:
            # `rPh` holds how a text is pronounced, which is no part of it.
            if inside[-1] == "t" and "rPh" not in inside:
                parts.append(text)
                _require_short(parts, f"Text {len(texts) + 1:,}")

        if "xl/sharedStrings.xml" in self._names:
            self._read("xl/sharedStrings.xml", start, end, data)
        return texts

    def _read_formats(self) -> list[str]:
        """The number format of each cell style."""
        own: dict[str, str] = {}
        styles: list[str] = []
        inside: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            inside.append(name)
            if name == "numFmt":
                own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif name == "xf" and "cellXfs" in inside:
                styles.append(attributes.get("numFmtId", "0"))

        if "xl/styles.xml" in self._names:
            self._read("xl/styles.xml", start, lambda _name: inside.pop())
        built_in = {str(number): number_format for number, number_format in BUILT_IN_FORMATS.items()}
        return [own.get(style, built_in.get(style, "General")) for style in styles]

    def _read(
        self,
        member: str,
        start: Callable[[str, dict[str, str]], object],
        end: Callable[[str], object] | None = None,
        data: Callable[[str], object] | None = None,
    ) -> None:
        for _ in self._feed(member, start, end, data):
            pass

    def _feed(
        self,
        member: str,
        start: Callable[[str, dict[str, str]], object],
        end: Callable[[str], object] | None,
        data: Callable[[str], object] | None,
    ) -> Iterator[None]:
        if member not in self._names:
            raise WorkbookFault("workbook_damaged", f"The workbook is damaged: it has no {member[-60:]}.")
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
        if end is not None:
            parser.EndElementHandler = lambda name: end(_local(name))
        if data is not None:
            parser.CharacterDataHandler = data
        parser.StartDoctypeDeclHandler = _no_doctype
        try:
            with self._archive.open(member) as file:
                while chunk := file.read(_CHUNK):
                    parser.Parse(chunk, False)
                    yield
                parser.Parse(b"", True)
                yield
        except (expat.ExpatError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise WorkbookFault("workbook_damaged", f"The workbook is damaged in {member[-60:]}: {error}.") from None


def _local(name: str) -> str:
    """A name without the prefix of its namespace; most programs write none."""
    return name.rpartition(":")[2] if ":" in name else name


def _no_doctype(*_: Any) -> None:
    raise WorkbookFault("workbook_hostile", "The workbook declares a document type, which no spreadsheet program does.")


def _require_short(parts: list[str], what: str) -> None:
    """A long text comes in several parts, which must not be kept without end."""
    if len(parts[-1]) > MOST_CHARACTERS or (len(parts) > 1 and sum(map(len, parts)) > MOST_CHARACTERS):
        raise WorkbookFault("cell_too_long", f"{what} has more than {MOST_CHARACTERS:,} characters.")


def _unescaped(text: str) -> str:
    """`_x000D_` stands for a character that XML cannot hold."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _SheetReader:
    """Takes the events of a sheet's XML and keeps the rows that are complete."""

    def __init__(self, texts: list[str], formats: list[str], counts_from_1904: bool) -> None:
        self._texts = texts
        self._formats = formats
        self._dated = [is_date_format(one) for one in formats]
        self._counts_from_1904 = counts_from_1904
        self._rows: list[tuple[int, list[str]]] = []
        self._row, self._cells = 0, [""] * 0
        self._column, self._place, self._type, self._style = 0, "", "", 0
        self._has_formula = self._collects = self._has_value = False
        self._parts: list[str] = []

    def take(self) -> list[tuple[int, list[str]]]:
        """The rows since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._collects = True
            self._has_value = True
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._row = int(attributes["r"]) if attributes.get("r", "").isdigit() else self._row + 1
            if self._row > MOST_ROWS + 1:
                raise WorkbookFault("too_many_rows", f"The sheet has cells below row {MOST_ROWS + 1:,}.")
            self._cells, self._column = [], 0

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._collects = False
        elif name == "c":
            self._end_cell()
        elif name == "row" and any(self._cells):
            self._rows.append((self._row, self._cells))

    def data(self, text: str) -> None:
        if self._collects:
            self._parts.append(text)
            _require_short(self._parts, f"Cell {self._named()}")

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._place = attributes.get("r", "")
        letters = self._place.rstrip("0123456789")
        self._column = _column_number(letters) if letters else self._column + 1
        self._type = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isdigit() else 0
        self._has_formula = self._has_value = False
        self._parts = []

    def _end_cell(self) -> None:
        if self._has_formula and not self._has_value:
            raise WorkbookFault(
                "formula_without_value",
                f"Cell {self._named()} holds a formula and no value. Open the file in a spreadsheet program, save it, "
                "and post that.",
            )
        text = "".join(self._parts)
        if not text:
            return
        if self._column > MOST_COLUMNS:
            raise WorkbookFault("too_many_columns", f"Cell {self._named()} lies beyond column {MOST_COLUMNS}.")
        self._cells += [""] * (self._column - len(self._cells))
        self._cells[self._column - 1] = self._shown(text)

    def _shown(self, text: str) -> str:
        if self._type == "s":
            if not text.isdigit() or int(text) >= len(self._texts):
                raise WorkbookFault("workbook_damaged", f"Cell {self._named()} names a text that is not there.")
            return self._texts[int(text)]
        if self._type in ("str", "inlineStr"):
            return _unescaped(text)
        if self._type == "b":
            return "TRUE" if text == "1" else "FALSE"
        if self._type == "e":
            raise WorkbookFault("cell_error", f"Cell {self._named()} shows the error {text[:20]}. Correct it there.")
        if self._type == "d":
            return text
        return self._number(text)

    def _number(self, text: str) -> str:
        known = self._style < len(self._formats)
        try:
            if known and self._dated[self._style]:
                return shown_date(text, counts_from_1904=self._counts_from_1904)
            return shown_number(text, self._formats[self._style] if known else "General")
        except (ValueError, OverflowError, ArithmeticError):
            raise WorkbookFault(
                "workbook_damaged", f"Cell {self._named()} holds “{text[:30]}”, which is no number or day."
            ) from None

    def _named(self) -> str:
        return self._place or f"{self._column} of row {self._row}"


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + ord(letter) - 64
    return number
