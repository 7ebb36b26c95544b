"""Ctrl+K: one field that finds pages and whatever the features answer for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.feature import Feature, FeatureContext
from desktop.foundation.jobs import Job
from desktop.widgets.search_box import SearchBox, SearchHit
from desktop.widgets.theme import GAP

_WIDTH, _HEIGHT, _TOP = 620, 58, 84


class _Question:
    """What the features are asked, beside the screen; those that come after it is no longer wanted are not asked."""

    def __init__(self, features: Sequence[Feature], context: FeatureContext, text: str) -> None:
        self._features, self._context, self._text = features, context, text
        self.is_wanted = True

    def answers(self) -> list[SearchHit]:
        """What each feature finds, in the features' order."""
        hits: list[SearchHit] = []
        for feature in self._features:
            if not self.is_wanted:
                break
            hits += feature.search(self._context, self._text)
        return hits


class FindEverything(QFrame):
    """A panel over the window. Enter opens the answer, Esc goes back to where one was."""

    def __init__(
        self,
        window: QWidget,
        features: Sequence[Feature],
        context: FeatureContext,
        open_page: Callable[[str], object],
    ) -> None:
        super().__init__(window)
        self.setObjectName("popup")
        self.setAccessibleName("Find anything")
        self._features = tuple(features)
        self._context = context
        self._open_page = open_page
        self._came_from: QWidget | None = None
        self._asked: Job | None = None
        self._question = _Question((), context, "")
        self.box = SearchBox("find_box", "A page, an item, an order or PO, a tracking number, a designer, a sidemark")
        self.box.asked.connect(self._on_asked)
        self.box.hit_chosen.connect(self._on_hit)
        self.box.finished.connect(self.close_panel)
        self.box.left.connect(self._on_left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.addWidget(self.box)
        self.hide()

    def open_panel(self) -> None:
        """Shows the panel and takes the focus."""
        window = self.parentWidget()
        self._came_from = window.focusWidget() if window is not None else None
        width = min(_WIDTH, (window.width() if window is not None else _WIDTH) - 4 * GAP)
        left = ((window.width() if window is not None else width) - width) // 2
        self.resize(width, _HEIGHT)
        self.move(QPoint(left, _TOP))
        self.show()
        self.raise_()
        self.box.clear()
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.show_hits(self._pages(""))

    def close_panel(self) -> None:
        """Hides the panel and gives the focus back."""
        if self.isHidden():
            return
        # Hiding moves the focus, which counts as leaving: what to go back to is taken out first.
        came_from, self._came_from = self._came_from, None
        self._give_up()
        self.hide()
        self.box.show_hits(())
        if came_from is not None and came_from.isVisible():
            came_from.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_left(self) -> None:
        # The person went elsewhere of their own will: the focus stays there.
        self._came_from = None
        self.close_panel()

    def _on_asked(self, text: str) -> None:
        self._give_up()
        if not self.isVisible():
            return
        pages = self._pages(text)
        if not text:
            self.box.show_hits(pages)
            return

        def show_pages_only(error: Exception) -> None:
            self.box.show_hits(pages)
            raise error

        question = self._question = _Question(self._features, self._context, text)
        self._asked = self._context.jobs.submit_read(
            question.answers, lambda hits: self.box.show_hits([*pages, *hits]), show_pages_only
        )

    def _give_up(self) -> None:
        if self._asked is not None:
            self._asked.cancel()
            self._question.is_wanted = False

    def _pages(self, text: str) -> list[SearchHit]:
        words = text.casefold().split()
        return [
            SearchHit(one.title, f"Page, Ctrl+{number}", one.icon, partial(self._open_page, one.name))
            for number, one in enumerate(self._features, start=1)
            if all(word in one.title.casefold() for word in words)
        ]

    def _on_hit(self, hit: SearchHit) -> None:
        self._came_from = None
        self.close_panel()
        if callable(hit.value):
            hit.value()
