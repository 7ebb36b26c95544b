"""The sample orders page: order samples, and see what became of everything that was ordered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget, QVBoxLayout

from desktop.feature import FeatureContext, KeyHint, Page
from desktop.features.sample_orders import actions, queries
from desktop.features.sample_orders.order_panel import OrderPanel
from desktop.features.sample_orders.orders_panel import OrdersPanel
from desktop.features.sample_orders.rows import OrderLineRow
from desktop.foundation.changes import Changes
from desktop.foundation.jobs import Job
from desktop.widgets.colours import Tone
from desktop.widgets.theme import BROAD, WIDE
from shared_models.kernel.errors import DomainError

_LINES = ("request_lines", "sample_requests", "organisations")
_ORDER, _REQUESTS = 0, 1


class SampleOrdersPage(Page):
    """Two halves: the order and its basket, and the requests with their status."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._reading: Job | None = None
        self.order = OrderPanel(context)
        self.orders = OrdersPanel(context.desk.clock.now, context.view_state)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("sample_orders_tabs")
        self.tabs.setAccessibleName("Order, or requests and their status")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.order, "Order")
        self.tabs.addTab(self.orders, "Requests and status")
        for number, key in ((_ORDER, "Alt+1"), (_REQUESTS, "Alt+2")):
            self.tabs.setTabToolTip(number, key)
            QShortcut(QKeySequence(key), self, lambda number=number: self.tabs.setCurrentIndex(number))
        QShortcut(QKeySequence("F2"), self, self._go_to_basket)
        QShortcut(QKeySequence("Ctrl+D"), self, self._go_to_designer)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(BROAD, 0, BROAD, WIDE)
        layout.addWidget(self.tabs)
        self.tabs.currentChanged.connect(self._on_tab)
        self.orders.filter_asked.connect(self._read_lines)
        self.orders.cancel_wanted.connect(self._cancel)
        self.orders.order_wanted.connect(lambda: self.tabs.setCurrentIndex(_ORDER))
        context.changes.subscribe(self._on_changes)
        self.order.refresh()

    # --- as the shell asks for it ----------------------------------------------------------------

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of the page."""
        return (
            KeyHint("Enter", "Add the chosen item; 3* before it adds three"),
            KeyHint("Up / Down", "Walk through what was found"),
            KeyHint("Ctrl+Enter", "Send the basket"),
            KeyHint("F2", "Go to the basket; + and − change a quantity, Del removes"),
            KeyHint("Ctrl+D", "Say for which designer"),
            KeyHint("Ctrl+B", "Add an item by hand"),
            KeyHint("Alt+1 / Alt+2", "Order / requests and status"),
            KeyHint("Ctrl+E", "Export the requests"),
        )

    def on_shown(self) -> None:
        """Ready to search, or to filter."""
        self._on_tab(self.tabs.currentIndex())

    def can_undo(self) -> bool:
        """Whether a step in the basket can be taken back."""
        return self.order.can_undo()

    def undo(self) -> None:
        """Takes the last step in the basket back."""
        self.order.undo()

    # --- as other pages open it ------------------------------------------------------------------

    def open_order(self, designer_id: str, words: str) -> None:
        """The basket of a designer, with the search for `words`."""
        self.tabs.setCurrentIndex(_ORDER)
        if designer_id:
            self.order.show_basket_of(designer_id)
        if words:
            self.order.look_for(words)

    def open_with_items(self, items: Sequence[actions.KitItem], designer_id: str, kit_id: str) -> None:
        """The basket, with these items put into it."""
        self.tabs.setCurrentIndex(_ORDER)
        self.order.show_basket_of(designer_id)
        if items:
            self.order.add_all(items, kit_id)

    def open_lines(self, words: str) -> None:
        """The requests, filtered."""
        self.tabs.setCurrentIndex(_REQUESTS)
        self.orders.filter.setText(words)
        self.orders.filter.ask_now()

    # --- inside ----------------------------------------------------------------------------------

    def _on_tab(self, number: int) -> None:
        if number == _ORDER:
            self.order.rest()
            self.order.search.box.arm()
        else:
            self._read_lines()
            self.orders.filter.setFocus()

    def _go_to_basket(self) -> None:
        self.tabs.setCurrentIndex(_ORDER)
        table = self.order.basket.table
        if table.current_row() is None:
            table.select_place(0)
        table.setFocus()

    def _go_to_designer(self) -> None:
        self.tabs.setCurrentIndex(_ORDER)
        self.order.sending.designer.setFocus()
        self.order.sending.designer.selectAll()

    def _on_changes(self, changes: Changes) -> None:
        self.order.refresh_after(changes)
        if changes.touches(*_LINES) and self.tabs.currentIndex() == _REQUESTS:
            self._read_lines()

    def _read_lines(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        desk, words, open_only = self._context.desk, self.orders.filter.text(), self.orders.open_only.isChecked()
        self._reading = self._context.jobs.submit_read(
            lambda: queries.order_lines(desk.database.read(), desk.acting.organisation_id, words, open_only=open_only),
            self.orders.show_lines,
            self._say_why,
        )

    def _cancel(self, row: OrderLineRow) -> None:
        def on_done(changes: Changes) -> None:
            self._context.changes.publish(changes)
            self._context.notices.good(f"{row.title or row.item_no} is cancelled; {row.distributor} is told.")

        desk = self._context.desk
        self._context.jobs.submit_write(
            lambda: actions.cancel_line(desk, row.request_id, row.line_id), on_done, self._say_why
        )

    def _say_why(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self._context.notices.say(Tone.BAD, error.sentence, sound=True)
