"""The pages of the person who is signed in, each made when it is first opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget

from desktop.feature import Feature, FeatureContext, Page


class PageStack(QStackedWidget):
    """`page_opened` carries the feature's name; `title_altered` the name and the word beside the title."""

    page_opened = Signal(str)
    title_altered = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pages")
        self._features: dict[str, Feature] = {}
        self._pages: dict[str, Page] = {}
        self._scrollers: dict[str, QScrollArea] = {}
        self._titles: dict[str, str] = {}
        self._context: FeatureContext | None = None
        self._in_front = ""

    @property
    def in_front(self) -> str:
        """The name of the feature whose page is in front; "" when there is none."""
        return self._in_front

    @property
    def made(self) -> Mapping[str, Page]:
        """The pages made so far."""
        return dict(self._pages)

    def page_in_front(self) -> Page | None:
        """The page itself."""
        return self._pages.get(self._in_front)

    def beside_title(self, name: str) -> str:
        """The word a page wants beside its title."""
        return self._titles.get(name, "")

    def show_features(self, features: Sequence[Feature], context: FeatureContext | None) -> None:
        """Throws all pages away and takes these features; opens none of them."""
        for scroller in self._scrollers.values():
            self.removeWidget(scroller)
            scroller.hide()
            scroller.deleteLater()
        self._scrollers = {}
        self._pages, self._titles, self._in_front = {}, {}, ""
        self._features = {feature.name: feature for feature in features}
        self._context = context

    def open_page(self, name: str) -> Page:
        """Brings the page to the front and makes it first if need be; KeyError for an unknown name."""
        page = self._pages.get(name) or self._make(name)
        self.setCurrentWidget(self._scrollers[name])
        self._in_front = name
        self.page_opened.emit(name)
        page.on_shown()
        return page

    def _make(self, name: str) -> Page:
        feature = self._features[name]
        if self._context is None:
            raise KeyError(name)
        page = feature.make_page(self._context)
        page.setObjectName(f"page_{name}")
        page.setAccessibleName(feature.title)
        page.title_altered.connect(lambda words: self._on_title_altered(name, words))
        self._pages[name] = page
        # In large type or a small window a page may need more room than there is; then it scrolls.
        scroller = QScrollArea()
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setWidgetResizable(True)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setWidget(page)
        self._scrollers[name] = scroller
        self.addWidget(scroller)
        return page

    def _on_title_altered(self, name: str, words: str) -> None:
        self._titles[name] = words
        self.title_altered.emit(name, words)
