"""Sheets of labels as they are sold: how many, how large, and where the first one stands (resources/label_layouts)."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from desktop.foundation.assets import resources_folder
from shared_models.kernel.errors import DomainError


@dataclass(frozen=True)
class LabelLayout:
    """A sheet of equal labels; all lengths in millimetres, from the top left corner of the upright page.

    A pitch is the way from the edge of one label to the same edge of the next; `padding` is kept free inside each.
    """

    name: str
    title: str
    media: str
    page_width: float
    page_height: float
    columns: int
    rows: int
    left: float
    top: float
    label_width: float
    label_height: float
    pitch_x: float
    pitch_y: float
    padding: float

    @property
    def labels(self) -> int:
        """Labels on one sheet."""
        return self.columns * self.rows


def label_layouts() -> tuple[LabelLayout, ...]:
    """All layouts there are, by name."""
    return tuple(_read(path) for path in sorted((resources_folder() / "label_layouts").glob("*.toml")))


def label_layout(name: str) -> LabelLayout:
    """The layout called `name` (its file's name); raises `DomainError` naming those there are."""
    known = {layout.name: layout for layout in label_layouts()}
    if name not in known:
        raise DomainError(
            "unknown_label_layout",
            f"There is no label layout called “{name}”, so nothing was printed. "
            f"Choose one of {', '.join(known) or 'those that come with the program (none was found)'}.",
            layout=name,
        )
    return known[name]


def _read(path: Path) -> LabelLayout:
    """A layout file holds every field but the name; a broken one is said to be so by its file name."""
    wanted = {field.name: field.type for field in fields(LabelLayout) if field.name != "name"}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        if set(values) != set(wanted):
            raise ValueError(f"fields differ: {sorted(set(values) ^ set(wanted))}")
        layout = LabelLayout(name=path.stem, **values)
        if min(layout.columns, layout.rows, layout.label_width, layout.label_height) <= 0:
            raise ValueError("sizes must be above zero")
    except (ValueError, TypeError) as error:
        raise DomainError(
            "broken_label_layout",
            f"The label layout file {path.name} cannot be used ({error}), so nothing was printed. "
            "Correct the file or remove it.",
            layout=path.stem,
        ) from error
    return layout
