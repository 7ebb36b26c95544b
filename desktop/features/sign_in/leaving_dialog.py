"""Leaving a desk where something has not reached the server: send it, write it to a file, or stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.widgets.buttons import Kind
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.panels import label

_KINDS = "Order-Track operations (*.json);;All files (*)"


class LeavingDialog(HouseDialog):
    """`on_send` and `on_file` are called when the person takes that way; nothing is ever dropped."""

    def __init__(
        self, sentence: str, on_send: Callable[[], None], on_file: Callable[[Path], None], parent: QWidget
    ) -> None:
        super().__init__("leaving", "Not everything has been sent", parent)
        self._on_send, self._on_file = on_send, on_file
        self.body.addWidget(label(sentence, wrap=True))
        self.body.addWidget(
            label(
                "Such a file can be read by whoever has it, and brought in at any desk of yours.", muted=True, wrap=True
            )
        )
        self.add_button("stay", "Stay", self.reject)
        self.add_button("write_and_leave", "Write to a file…", self._ask_file)
        self.add_button("send_and_leave", "Send now", self._send, kind=Kind.PRIMARY, default=True)

    def _send(self) -> None:
        self.accept()
        self._on_send()

    def _ask_file(self) -> None:
        name, _kind = QFileDialog.getSaveFileName(self, "Write what waits to a file", "waiting.json", _KINDS)
        if name:
            self.accept()
            self._on_file(Path(name))
