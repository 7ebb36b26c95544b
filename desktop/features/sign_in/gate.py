"""The gate: covers the window until somebody has signed in or unlocked the profile."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.widgets.buttons import Button, Kind
from desktop.widgets.colours import Tone
from desktop.widgets.form import Form
from desktop.widgets.icons import pixmap
from desktop.widgets.panels import Panel, label
from desktop.widgets.theme import BROAD, GAP, SMALL, WIDE, TextRole, current_colours, set_tone

_CARD_WIDTH = 440
_SHORTEST_PASSWORD = 8
_LOGO_PIXELS = 40


class Gate(QWidget):
    """A card in the middle: the program's name, a form, one step, and a sentence when something is wrong."""

    def __init__(self, heading: str, explanation: str) -> None:
        super().__init__()
        self.setObjectName("page_sign_in")
        self.setAccessibleName(heading)
        self.form = Form()
        self._sentence = label("", wrap=True)
        self._sentence.setObjectName("sign_in_sentence")
        self._sentence.hide()
        self.steps = QHBoxLayout()
        self.steps.setSpacing(SMALL)
        self._lay_out(heading, explanation)

    def say(self, tone: Tone, sentence: str) -> None:
        """Shows one sentence below the form; an empty one takes it away."""
        self._sentence.setText(sentence)
        set_tone(self._sentence, tone)
        self._sentence.setVisible(bool(sentence))
        self._fit_words()

    @property
    def sentence(self) -> str:
        """What is said below the form now; empty when nothing."""
        return "" if self._sentence.isHidden() else self._sentence.text()

    def set_busy(self, words: str) -> None:
        """While something is under way: fields and steps rest, `words` say what; empty words end it."""
        self.form.setEnabled(not words)
        for place in range(self.steps.count()):
            item = self.steps.itemAt(place)
            step = item.widget() if item is not None else None
            if step is not None:
                step.setEnabled(not words)
        if words:
            self.say(Tone.NEUTRAL, words)

    def _lay_out(self, heading: str, explanation: str) -> None:
        mark = label()
        mark.setPixmap(pixmap("library", current_colours().accent, _LOGO_PIXELS))
        name = label("Order-Track", TextRole.TITLE)
        top = QHBoxLayout()
        top.setSpacing(GAP)
        top.addWidget(mark)
        top.addWidget(name)
        top.addStretch(1)
        self._card = card = Panel()
        card.setFixedWidth(_CARD_WIDTH)
        card.body.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        card.body.setSpacing(WIDE)
        card.body.addLayout(top)
        card.body.addWidget(label(heading, TextRole.HEADING))
        self._explanation = label(explanation, muted=True, wrap=True)
        card.body.addWidget(self._explanation)
        card.body.addWidget(self.form)
        self.form.hide()
        card.body.addWidget(self._sentence)
        card.body.addLayout(self.steps)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(BROAD, BROAD, BROAD, BROAD)
        outer.addStretch(2)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        self.setProperty("ground", True)
        self._fit_words()

    def _show_errors(self, errors: Mapping[str, str]) -> None:
        """Shows a sentence below each field that needs one, in place of what was said before."""
        self.say(Tone.NEUTRAL, "")
        self.form.show_errors(errors)

    def _add_text(self, name: str, words: str, text: str = "", *, placeholder: str = "", secret: bool = False) -> None:
        self.form.add_text(name, words, text, placeholder=placeholder, secret=secret)
        self.form.show()

    def _fit_words(self) -> None:
        """A wrapped label asks for the height of a narrower guess, and the fields below would be squeezed."""
        self._card.ensurePolished()
        around = self._card.frameWidth() + 2 * WIDE  # the panel's own margin, and the card's
        for words in (self._explanation, self._sentence):
            words.ensurePolished()
            words.setMinimumHeight(words.heightForWidth(_CARD_WIDTH - 2 * around) if words.text() else 0)
        self.form.setMinimumHeight(self.form.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Sentences below fields come and go, and words get their own font only when they are shown."""
        if event.type() == QEvent.Type.LayoutRequest and hasattr(self, "_explanation"):
            self._fit_words()
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Another size of type needs other heights."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_explanation"):
            self._fit_words()

    def showEvent(self, event: QShowEvent) -> None:
        """The style is known now."""
        super().showEvent(event)
        self._fit_words()


class SignInGate(Gate):
    """For a profile in which nobody works yet: server, e-mail address, password."""

    sign_in_asked = Signal(str, str, str)

    def __init__(self, server_url: str, email: str = "") -> None:
        super().__init__(
            "Sign in to this desk",
            "Once online. From then on the desk works offline, too.",
        )
        self._add_text("server", "Server", server_url, placeholder="https://orders.example.com")
        self._add_text("email", "E-mail", email, placeholder="you@showroom.example")
        self._add_text("password", "Password", secret=True)
        self.steps.addStretch(1)
        self.steps.addWidget(Button("sign_in", "Sign in", self._ask, kind=Kind.PRIMARY, icon_name="key", key="Return"))
        empty = next((name for name in ("server", "email", "password") if not self.form.text(name)), "password")
        self.setFocusProxy(self.form.field(empty))

    def _ask(self) -> None:
        missing = {
            name: sentence
            for name, sentence in (
                ("server", "Type the address that the operator gave you."),
                ("email", "Type your e-mail address."),
                ("password", "Type your password."),
            )
            if not self.form.text(name)
        }
        self._show_errors(missing)
        if not missing:
            self.sign_in_asked.emit(self.form.text("server"), self.form.text("email"), self.form.text("password"))


class UnlockGate(Gate):
    """For a profile whose key the system does not hold, or that was locked: password, or PIN where there is one."""

    unlock_asked = Signal(str)
    code_asked = Signal()

    def __init__(self, explanation: str, *, has_pin: bool = False) -> None:
        super().__init__("Unlock this desk", explanation)
        self._what = "PIN or password" if has_pin else "Password"
        self._add_text("password", self._what, secret=True)
        self.steps.addWidget(
            Button("use_code", "I have a code", self.code_asked.emit, kind=Kind.QUIET, icon_name="key")
        )
        self.steps.addStretch(1)
        self.steps.addWidget(Button("unlock", "Unlock", self._ask, kind=Kind.PRIMARY, icon_name="lock", key="Return"))
        self.setFocusProxy(self.form.field("password"))

    def _ask(self) -> None:
        password = self.form.text("password")
        if not password:
            self._show_errors({"password": f"Type the {self._what} of this desk."})
            return
        self._show_errors({})
        self.form.show_values({"password": ""})
        self.unlock_asked.emit(password)


class CodeGate(Gate):
    """For a lost password or key file: an administrator's one-time code, the server, and a new password."""

    code_given = Signal(str, str, str)
    go_back_asked = Signal()
    set_aside_asked = Signal()

    def __init__(self, explanation: str, server_url: str, *, may_go_back: bool) -> None:
        super().__init__("Open this desk with a code", explanation)
        self._add_text("server", "Server", server_url, placeholder="https://orders.example.com")
        self._add_text("code", "Code", placeholder="XXXX-XXXX-XXXX")
        self._add_text("password", "New password", secret=True)
        self._add_text("again", "Once more", secret=True)
        if may_go_back:
            self.steps.addWidget(Button("go_back", "Back", self.go_back_asked.emit, kind=Kind.QUIET))
        else:
            self.steps.addWidget(Button("start_anew", "Start anew…", self.set_aside_asked.emit, kind=Kind.QUIET))
        self.steps.addStretch(1)
        self.steps.addWidget(
            Button("open_by_code", "Open", self._ask, kind=Kind.PRIMARY, icon_name="key", key="Return")
        )
        self.setFocusProxy(self.form.field("code" if server_url else "server"))

    def _ask(self) -> None:
        server, code, password, again = (self.form.text(name) for name in ("server", "code", "password", "again"))
        errors = {
            "server": "" if server else "Type the address that the operator gave you.",
            "code": "" if code else "Type the code that your administrator gave you.",
            "password": "" if len(password) >= _SHORTEST_PASSWORD else f"At least {_SHORTEST_PASSWORD} characters.",
            "again": "" if password == again else "This is not the same password.",
        }
        wrong = {name: sentence for name, sentence in errors.items() if sentence}
        self._show_errors(wrong)
        if not wrong:
            self.code_given.emit(server, code, password)


class OpeningGate(QFrame):
    """What stands in the window in the moment before the desk is open."""

    def __init__(self, words: str = "Opening…") -> None:
        super().__init__()
        self.setObjectName("page_opening")
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(label(words, TextRole.HEADING, muted=True), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)


class TroubleGate(Gate):
    """For a profile that cannot be opened: what happened, what was kept, and what can be done."""

    retry_asked = Signal()

    def __init__(self, sentence: str) -> None:
        super().__init__("This desk cannot be opened", "Nothing was changed or deleted.")
        self.say(Tone.BAD, sentence)
        self.steps.addStretch(1)
        self.steps.addWidget(
            Button("try_again", "Try again", self.retry_asked.emit, kind=Kind.PRIMARY, icon_name="sync", key="Return")
        )


class FarewellGate(Gate):
    """For a station that the operator shut out: what happened, what was kept, and the way on."""

    go_on_asked = Signal()

    def __init__(self, sentence: str) -> None:
        super().__init__("This station was shut out", sentence)
        self.steps.addStretch(1)
        go_on = Button("go_on", "Go on", self.go_on_asked.emit, kind=Kind.PRIMARY, key="Return")
        self.steps.addWidget(go_on)
        self.setFocusProxy(go_on)
