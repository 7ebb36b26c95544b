"""The line above the page: what this page is, finding anything, and who works here for which organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton

from desktop.settings import FONT_SCALE, SOUNDS, THEME, Settings
from desktop.widgets.buttons import Button, plain
from desktop.widgets.icons import icon
from desktop.widgets.panels import label
from desktop.widgets.theme import BROAD, GAP, SMALL, TextRole, current_colours

if TYPE_CHECKING:
    from shared_models.sync.wire import MembershipCard

_THEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))
_SIZES = ((0.9, "Small"), (1.0, "Normal"), (1.25, "Large"), (1.5, "Very large"))


class Header(QFrame):
    """`membership_chosen` carries the card a person chose to act under; `find_asked` opens the search."""

    membership_chosen = Signal(object)
    find_asked = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("header")
        self._settings = settings
        self._title = label(role=TextRole.TITLE)
        self._title.setObjectName("page_title")
        self._beside = label(muted=True)
        self._beside.setObjectName("page_beside_title")
        self._find = Button("find_everything", "Find anything", self.find_asked.emit, icon_name="search")
        self._find.setToolTip("Find anything  Ctrl+K")
        self._person = QToolButton()
        self._person.setObjectName("person_menu")
        self._person.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._person.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._person.setIconSize(QSize(20, 20))
        self._menu = QMenu(self._person)
        self._menu.setObjectName("person_choices")
        self._menu.aboutToShow.connect(self._fill_menu)
        self._person.setMenu(self._menu)
        self._cards: tuple[MembershipCard, ...] = ()
        self._acting: MembershipCard | None = None
        self._own_actions: list[tuple[str, Callable[[], None]]] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(BROAD, SMALL + 2, GAP, SMALL + 2)
        layout.setSpacing(GAP)
        layout.addWidget(self._title)
        layout.addWidget(self._beside, 1, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._find)
        layout.addWidget(self._person)
        self._draw_icon()

    def show_page(self, title: str, beside: str = "") -> None:
        """Says what the page is, and a word beside it (a designer's name, a count)."""
        self._title.setText(title)
        self._beside.setText(beside)

    def show_person(self, name: str, cards: Sequence[MembershipCard], acting: MembershipCard) -> None:
        """Says who works here, as what, and offers the other memberships."""
        self._cards, self._acting = tuple(cards), acting
        self._person.setText(plain(f"{name}  ·  {acting.role}, {acting.organisation_name}"))
        self._person.setAccessibleName(f"{name}, {acting.role} of {acting.organisation_name}. Change")

    def add_person_action(self, text: str, slot: Callable[[], None]) -> None:
        """An entry at the end of the person's menu, such as signing out."""
        self._own_actions.append((text, slot))

    def person_menu(self) -> QMenu:
        """The menu with its entries of the moment."""
        self._fill_menu()
        return self._menu

    def changeEvent(self, event: QEvent) -> None:
        """Draws the icon in the new colours."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_person"):
            self._draw_icon()
        super().changeEvent(event)

    def _draw_icon(self) -> None:
        self._person.setIcon(icon("person", current_colours().accent))

    def _fill_menu(self) -> None:
        menu = self._menu
        menu.clear()
        self._add_memberships(menu)
        look = menu.addMenu("Look")
        chosen_theme = self._settings.get(THEME)
        for value, words in _THEMES:
            action = _switch(look, words, chosen_theme == value)
            action.triggered.connect(lambda _on=False, value=value: self._settings.choose(THEME, value))
        size = menu.addMenu("Text size")
        chosen_scale = self._settings.get(FONT_SCALE)
        for scale, words in _SIZES:
            action = _switch(size, words, abs(chosen_scale - scale) < 0.01)
            action.triggered.connect(lambda _on=False, scale=scale: self._settings.choose(FONT_SCALE, scale))
        sounds = _switch(menu, "Tones for scans", self._settings.get(SOUNDS))
        sounds.triggered.connect(lambda on: self._settings.choose(SOUNDS, on))
        if self._own_actions:
            menu.addSeparator()
        for text, slot in self._own_actions:
            menu.addAction(plain(text), slot)

    def _add_memberships(self, menu: QMenu) -> None:
        if len(self._cards) < 2:
            return
        group = QActionGroup(menu)
        for card in self._cards:
            action = _switch(menu, f"Work as {card.role}, {card.organisation_name}", card == self._acting)
            group.addAction(action)
            action.triggered.connect(lambda _on=False, card=card: self._on_card(card))
        menu.addSeparator()

    def _on_card(self, card: MembershipCard) -> None:
        if card != self._acting:
            self.membership_chosen.emit(card)


def _switch(menu: QMenu, text: str, on: bool) -> QAction:
    action = menu.addAction(plain(text))
    action.setCheckable(True)
    action.setChecked(on)
    return action
