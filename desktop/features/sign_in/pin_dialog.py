"""Setting the PIN: typed twice, kept together with the keyring."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.widgets.buttons import Kind
from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.form import Form
from desktop.widgets.panels import label
from desktop.widgets.theme import set_tone


class PinDialog(HouseDialog):
    """`on_pin` is called with the PIN; what comes of it is told with `tell`, or the dialog is accepted."""

    def __init__(self, on_pin: Callable[[str], None], on_remove: Callable[[], None], parent: QWidget) -> None:
        super().__init__("pin_dialog", "A PIN for this desk", parent)
        self._on_pin = on_pin
        self.body.addWidget(
            label(
                "Six to twelve digits. The PIN works on this machine only, together with the system's keyring; after "
                "five wrong tries the password is asked again.",
                muted=True,
                wrap=True,
            )
        )
        self.form = Form()
        self.form.add_text("pin", "PIN", secret=True)
        self.form.add_text("pin_again", "Once more", secret=True)
        self.body.addWidget(self.form)
        self._told = label("", wrap=True)
        self._told.setObjectName("pin_told")
        self._told.hide()
        self.body.addWidget(self._told)
        self.add_button("cancel_pin", "Cancel", self.reject)
        self.add_button("remove_pin", "Use no PIN", on_remove)
        self.add_button("set_pin", "Set the PIN", self._ask, kind=Kind.PRIMARY, default=True)

    def tell(self, sentence: str) -> None:
        """Why it was not set."""
        self._told.setText(sentence)
        set_tone(self._told, Tone.BAD)
        self._told.show()

    def _ask(self) -> None:
        pin = self.form.text("pin")
        if pin != self.form.text("pin_again"):
            self.form.show_errors({"pin_again": "This is not the same PIN."})
            return
        self.form.show_errors({})
        self._on_pin(pin)
