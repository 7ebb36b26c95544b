"""How the house's files of a dataset are written: day formats, separators, the shrink guard, the saved headings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.features.feeds.columns import saved_columns
from desktop.features.feeds.rows import SavedHeading
from desktop.features.feeds.words import dataset_title
from desktop.sync.feed_messages import DeclaredMapping, MappingChange
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.form import Form
from desktop.widgets.panels import label
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import TextRole
from shared_models.catalogue.freshness import cadence_words

_WIDTH = 560
_CADENCES = (60, 120, 1440, 10080)
"""Minutes: what houses mostly promise."""
_TABLE_HEIGHT = 190
_SEPARATORS = {"": "None: 1250.5", ",": "Comma: 1,250.5", " ": "Blank: 1 250.5", "'": "Apostrophe: 1'250.5"}


class WrittenDialog(HouseDialog):
    """Calls `on_save` with what a person changed; forgotten headings among it."""

    def __init__(self, declared: DeclaredMapping, on_save: Callable[[MappingChange], None], parent: QWidget) -> None:
        title = dataset_title(declared.dataset).lower()
        super().__init__("written_dialog", f"How your {title} files are written", parent, width=_WIDTH)
        self._declared, self._on_save = declared, on_save
        self._kept = [SavedHeading(*pair) for pair in sorted(declared.mapping.items())]
        self.form = Form()
        for number, name in enumerate(declared.known_day_formats):
            self.form.add_switch(f"day_format_{number}", f"Days may be written {name}", name in declared.day_formats)
        separators = [(one or "none", _SEPARATORS.get(one, one)) for one in declared.known_thousands]
        self.form.add_choice("thousands", "Thousands separator", separators, declared.thousands or "none")
        self.form.add_number(
            "most_gone", "Hold a whole file that removes more than", declared.most_gone_percent, most=100, unit="%"
        )
        if declared.due_every_minutes is not None:
            self.form.add_choice(
                "due", "New figures are promised", _promises(declared), str(declared.due_every_minutes)
            )
        self.table: RowTable[SavedHeading] = RowTable(
            "table_saved_headings", "Saved headings", saved_columns(), key=lambda row: row.heading
        )
        self.table.say_when_empty("No heading is saved: all files so far had known ones.", icon="tag")
        self.table.setFixedHeight(_TABLE_HEIGHT)
        self.table.add_row_action("Forget", self._forget, "Del")
        self.forget = Button("forget_heading", "Forget it", self._forget, icon_name="trash")
        self.table.selection_altered.connect(lambda: self.forget.setEnabled(bool(self.table.selected_rows())))
        self.body.addWidget(self.form)
        self.body.addWidget(label("Saved headings", TextRole.STRONG))
        self.body.addWidget(self.table)
        self._buttons.insertWidget(0, self.forget)
        self.add_button("keep_written", "Cancel", self.reject)
        self.add_button("save_written", "Save", self._save, kind=Kind.PRIMARY, default=True)
        self.table.show_rows(self._kept)
        self.forget.setEnabled(False)

    def _forget(self) -> None:
        gone = {row.heading for row in self.table.selected_rows()}
        self._kept = [row for row in self._kept if row.heading not in gone]
        self.table.show_rows(self._kept)

    def _save(self) -> None:
        values, known = self.form.values(), self._declared.known_day_formats
        kept = {row.heading for row in self._kept}
        thousands, percent = self.form.text("thousands"), values["most_gone"]
        change = MappingChange(
            mapping={heading: None for heading in self._declared.mapping if heading not in kept},
            day_formats=[name for number, name in enumerate(known) if values[f"day_format_{number}"]],
            thousands="" if thousands == "none" else thousands,
            due_every_minutes=int(self.form.text("due")) if "due" in values else None,
            most_gone_percent=percent if isinstance(percent, int) else self._declared.most_gone_percent,
        )
        self.accept()
        self._on_save(change)


def _promises(declared: DeclaredMapping) -> list[tuple[str, str]]:
    """What may be promised, by minutes; what was declared elsewhere is among it."""
    minutes = sorted({*_CADENCES, declared.due_every_minutes or 0} - {0})
    return [("0", "Not said"), *((str(one), cadence_words(one).capitalize()) for one in minutes)]
