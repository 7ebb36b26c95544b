"""Cells for files that a spreadsheet opens: text stays text and runs nothing."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula, behind blanks too."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_BEGINS_A_FORMULA) else cell
