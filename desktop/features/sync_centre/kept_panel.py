"""What stands on the page while a file that was set aside with its key lost has not been looked into."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.feature import FeatureContext
from desktop.features.sync_centre import actions, queries
from desktop.foundation.changes import Changes
from desktop.sync.kept_files import KEPT_NOTICE, KeptFile, sentence_of_kept
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.form import Form
from desktop.widgets.panels import Panel, label
from desktop.widgets.theme import SMALL, set_tone

Answer = Callable[[str, str], None]
"""Gets the code and the password; one of them is empty."""


class KeptPanel(Panel):
    """One sentence and the way into the file; hidden when there is none. `on_done`: it was looked into."""

    def __init__(self, context: FeatureContext, on_done: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("kept_file")
        self._context, self._on_done = context, on_done
        self._words = label("", wrap=True)
        set_tone(self._words, Tone.ATTENTION)
        row = QHBoxLayout()
        row.setSpacing(SMALL)
        row.addWidget(self._words, 1)
        row.addWidget(Button("open_kept_file", "Bring it over…", self.ask, icon_name="down"))
        self.body.addLayout(row)
        self.hide()

    def refresh(self) -> None:
        """Speak of the oldest file there is, or vanish."""
        kept = queries.oldest_kept_file(self._context.desk)
        self.setVisible(kept is not None)
        if kept is not None:
            self._words.setText(sentence_of_kept(kept))

    def ask(self) -> None:
        """Ask for what opens the file, and bring over what waits in it."""
        desk, jobs = self._context.desk, self._context.jobs
        kept = queries.oldest_kept_file(desk)
        if kept is None:
            return

        def failed(error: Exception) -> None:
            dialog.tell(_sentence_of(error))

        def with_key(key: bytes) -> None:
            jobs.submit_write(lambda: actions.take_up_kept_file(desk, kept, key), done, failed)

        def done(answer: tuple[Changes, str]) -> None:
            dialog.accept()
            self._tell(*answer)

        def answered(code: str, password: str) -> None:
            jobs.submit_read(
                lambda: queries.key_of_kept_file(desk, kept, code=code, password=password), with_key, failed
            )

        dialog = KeptFileDialog(kept, answered, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _tell(self, changes: Changes, sentence: str) -> None:
        self._context.changes.publish(changes)
        self._context.notices.attention(sentence)
        if queries.oldest_kept_file(self._context.desk) is None:
            self._context.notices.lower_banner(KEPT_NOTICE)
        self._on_done()


class KeptFileDialog(HouseDialog):
    """Asks for what opens the file; `on_answer` is called with it, and tells with `tell` why it did not."""

    def __init__(self, kept: KeptFile, on_answer: Answer, parent: QWidget) -> None:
        super().__init__("kept_file_dialog", "Bring over what waited", parent)
        self._on_answer = on_answer
        had_key_file = kept.key_file.exists()
        ways = "your administrator's one-time code for that station"
        if had_key_file:
            ways += ", or the password that the desk had then"
        self.body.addWidget(label(sentence_of_kept(kept), wrap=True))
        self.body.addWidget(
            label(f"The file opens with {ways}. It stays where it is, whatever is typed here.", muted=True, wrap=True)
        )
        self.form = Form()
        self.form.add_text("kept_code", "One-time code")
        if had_key_file:
            self.form.add_text("kept_password", "Former password", secret=True)
        self.body.addWidget(self.form)
        self._told = label("", wrap=True)
        self._told.setObjectName("kept_told")
        self._told.hide()
        self.body.addWidget(self._told)
        self.add_button("cancel_kept", "Not now", self.reject)
        self._go = self.add_button("take_up_kept", "Bring it over", self._ask, kind=Kind.PRIMARY, default=True)

    def tell(self, sentence: str) -> None:
        """Why it was not opened; another try may follow."""
        self._say(sentence, Tone.BAD)
        self._go.setEnabled(True)
        self.form.setEnabled(True)

    def _ask(self) -> None:
        values = self.form.values()
        code, password = str(values["kept_code"] or ""), str(values.get("kept_password") or "")
        if not code and not password:
            self.form.show_errors({"kept_code": "Type what opens the file."})
            return
        self.form.show_errors({})
        self._go.setEnabled(False)
        self.form.setEnabled(False)
        self._say("Opening the file…", Tone.INFO)
        self._on_answer(code, password)

    def _say(self, sentence: str, tone: Tone) -> None:
        self._told.setText(sentence)
        set_tone(self._told, tone)
        self._told.show()


def _sentence_of(error: Exception) -> str:
    """The sentence of a refusal or of the network; anything else is a fault of ours and goes up."""
    sentence = getattr(error, "sentence", None)
    if not isinstance(sentence, str):
        raise error
    return sentence
