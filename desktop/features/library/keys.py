"""The keys of the library desk, most used first, as F1 lists them."""

from __future__ import annotations

from desktop.widgets.key_help import KeyHint

KEYS = (
    KeyHint("scan", "A card begins a visit, a copy leaves or comes back"),
    KeyHint("F4", "Take back instead of lend, and the other way round"),
    KeyHint("F6", "Sidemark of the visit"),
    KeyHint("F8", "Receipt"),
    KeyHint("F9", "The visit is over"),
    KeyHint("F10", "Due day of the visit"),
    KeyHint("Ctrl+Return", "Do what the answer offers"),
    KeyHint("Ctrl+Z", "Undo the last scan; again for the one before"),
    KeyHint("F2", "Open loans"),
    KeyHint("F3", "Overdue"),
    KeyHint("F7", "Who has it"),
    KeyHint("Ctrl+E", "Her card"),
    KeyHint("Ctrl+N", "Add a copy to the library"),
    KeyHint("R", "Take back the chosen loan"),
)
