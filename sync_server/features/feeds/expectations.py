"""What a wrong cell is told: what was expected in that column, and an example that would be right."""

from sync_server.features.feeds.cells import is_scientific
from sync_server.features.feeds.columns import Column, Kind
from sync_server.features.feeds.declared import Habits
from sync_server.features.feeds.row_errors import RowError

SPREADSHEET = (
    "the code as text; this one was probably turned into a number when the file was re-saved by a spreadsheet: export "
    "it again, or format the column as text"
)
_MOST_SHOWN = 80
_NUMBERS = {
    Kind.QUANTITY: ("a quantity: at most 9 digits before and 3 after the dot", "12.5"),
    Kind.MONEY: ("an amount: at most 8 digits before and 4 after the dot", "48.50"),
    Kind.INCHES: ("inches: at most 4 digits before and 3 after the dot", "54.25"),
    Kind.COUNT: ("a whole number of at most 9 digits", "30000"),
}
_EXAMPLES = {Kind.YES_NO: "Y", Kind.CURRENCY: "USD", Kind.DAY: "2026-11-21", Kind.INSTANT: "2026-11-21T06:00:00Z"}


def wrong_cell(row: int, column: Column, value: str, habits: Habits) -> RowError:
    """The row error of one wrong cell."""
    expected, example = _expected(column, value, habits)
    shown = value if len(value) <= _MOST_SHOWN else value[:_MOST_SHOWN] + "…"
    return RowError(row=row, column=column.name, value=shown, expected=expected, example=example)


def what_belongs(column: Column, habits: Habits) -> tuple[str, str]:
    """What a cell of the column may hold, and an example."""
    return _expected(column, "any", habits)


def _expected(column: Column, value: str, habits: Habits) -> tuple[str, str]:
    kind = column.kind
    if kind in _NUMBERS:
        expected, example = _NUMBERS[kind]
        sign = "" if column.may_be_negative else ", not negative"
        separators = f", thousands separated by “{habits.thousands}” or not at all" if habits.thousands else ""
        return f"{expected}{sign}{separators or ', no thousands separators'}", example
    if kind in (Kind.CODE, Kind.NAME, Kind.TEXT):
        return _expected_text(column, value)
    if kind in (Kind.CHOICE, Kind.CHOICES):
        several = "any of these, separated by |" if kind is Kind.CHOICES else "one of these"
        return f"{several}: {', '.join(column.choices)}", "|".join(column.choices[: 1 + (kind is Kind.CHOICES)])
    expected = {
        Kind.YES_NO: "Y or N",
        Kind.CURRENCY: "a currency code of three letters",
        Kind.DAY: "a day of the calendar as YYYY-MM-DD" + "".join(f" or {one}" for one in habits.day_formats),
        Kind.INSTANT: "an instant in UTC as YYYY-MM-DDTHH:MM:SSZ",
        Kind.CODES: "codes separated by |, without control characters",
    }[kind]
    return expected, _EXAMPLES.get(kind, "NFPA 260|CAL TB 117-2013")


def _expected_text(column: Column, value: str) -> tuple[str, str]:
    example = "0123-04" if column.kind is Kind.CODE else "Ashdown Linen"
    if column.kind is Kind.CODE and is_scientific(value.strip()):
        return SPREADSHEET, "637702000000123"
    if column.is_needed and not value.strip():
        return f"{column.called}; every row needs one", example
    if len(value) > column.most_characters:
        return f"at most {column.most_characters:,} characters, this has {len(value):,}", example
    return "text on one line, without control characters", example
