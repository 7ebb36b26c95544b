"""The kits page: a rep's kits on the left, the chosen one on the right, and ordering from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QVBoxLayout

from desktop.feature import FeatureContext, KeyHint, Page, SearchHit
from desktop.features.kits import actions, queries
from desktop.features.kits.columns import counted, kit_columns, ordered_sentence
from desktop.features.kits.kit_dialogs import KitDialog, KitOrderDialog
from desktop.features.kits.kit_panel import KitPanel
from desktop.features.kits.rows import Delivery, FoundItem, KitItemRow, KitRow, KitState, OrderedFromKit
from desktop.foundation.changes import Changes
from desktop.foundation.jobs import Job
from desktop.widgets.buttons import Button
from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import ask
from desktop.widgets.panels import Panel
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import BROAD, GAP, WIDE
from shared_models.kernel.errors import DomainError
from shared_models.kits.operations import KitContent

Result = TypeVar("Result")

_BASKET = "sample_orders.basket"
_MOST_UNDONE = 30
_KINDS = ("kits", "kit_items", "request_lines", "sample_orders", "organisations", "people", "products")


class KitsPage(Page):
    """Shows the kits that this person may see: a rep her own, a clerk all that this station knows."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context, self._desk = context, context.desk
        self._kit: KitRow | None = None
        self._asking: Job | None = None
        self._undo: list[KitState] = []
        self._is_rep = context.desk.acting.role == "rep"
        now = context.desk.clock.now
        self.kits: RowTable[KitRow] = RowTable(
            "table_kits",
            "Kits",
            kit_columns(now, with_rep=not self._is_rep),
            key=lambda row: row.kit_id,
            view_state=context.view_state,
        )
        self.kits.say_when_empty(
            "No kit yet. A kit is the list of samples that a rep should carry.",
            "New kit…",
            self._open_new,
            icon="kits",
        )
        self.kit = KitPanel(now, context.view_state)
        self._connect()
        self._lay_out()
        context.changes.subscribe(self._on_changes)
        self._refresh()

    # --- as the shell asks for it ----------------------------------------------------------------

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of the page."""
        return (
            KeyHint("Ctrl+Enter", "Order from this kit: the chosen items, or all"),
            KeyHint("Ctrl+N", "New kit"),
            KeyHint("Ctrl+F", "Add an item to the kit"),
            KeyHint("+ / −", "More or less of the chosen item"),
            KeyHint("Del", "Remove the chosen items from the kit"),
            KeyHint("Esc", "Choose no item: the whole kit is ordered"),
            KeyHint("F2", "Rename the kit"),
        )

    def on_shown(self) -> None:
        """Ready to walk through the kits."""
        self._refresh()
        self.kits.setFocus()

    def can_undo(self) -> bool:
        """Whether a change of a kit can be taken back."""
        return bool(self._undo)

    def undo(self) -> None:
        """Makes the kit that was changed last what it was before."""
        if self._undo:
            former = self._undo.pop()
            self._write(
                lambda: (actions.write_kit(self._desk, former), None),
                lambda _nothing: self._context.notices.good(f"“{former.name}” is as it was before."),
            )

    def open_kit(self, kit_id: str) -> None:
        """Brings one kit into sight."""
        self.kits.select_key(kit_id)

    # --- what is shown ---------------------------------------------------------------------------

    def _on_changes(self, changes: Changes) -> None:
        if changes.touches(*_KINDS):
            self._refresh()

    def _refresh(self) -> None:
        rep_id = self._desk.person_id if self._is_rep else ""
        rows = queries.kits(self._desk.database.read(), self._desk.acting.organisation_id, rep_id)
        self.kits.show_rows(rows)
        if rows and not self.kits.selected_rows():
            self.kits.select_place(0)
        self._show_kit()

    def _show_kit(self) -> None:
        chosen = self.kits.selected_rows()
        self._kit = chosen[0] if chosen else None
        if self._kit is None:
            self.kit.show_nothing("Choose a kit on the left, or make a new one." if self.kits.row_count() else "")
            return
        rows = queries.kit_items(self._desk.database.read(), self._desk.catalogue, self._kit.kit_id)
        self.kit.show_kit(self._kit.name, "" if self._is_rep else self._kit.rep, rows)

    # --- the kit and its items -------------------------------------------------------------------

    def _on_words(self, words: str) -> None:
        if self._asking is not None:
            self._asking.cancel()
        desk = self._desk
        self._asking = self._context.jobs.submit_read(
            lambda: queries.found_items(desk.database.read(), desk.catalogue, words), self._show_found, self._say_why
        )

    def _show_found(self, found: Sequence[FoundItem]) -> None:
        self.kit.show_hits(
            [SearchHit(f"{one.item.item_no}  {one.item.title}", one.detail, "tag", one.item) for one in found]
        )

    def _change(self, change: Callable[[KitState], Changes], sentence: str) -> None:
        """Does one change of the kit on screen, remembers how it was, and offers to take it back."""
        if self._kit is None:
            return
        kit_id, desk = self._kit.kit_id, self._desk

        def do() -> tuple[Changes, KitState]:
            state = queries.kit_state(desk.database.read(), kit_id)
            if state is None:
                raise DomainError("not_found", "This kit was removed on another station.")
            return change(state), state

        def on_done(former: KitState) -> None:
            self._undo = [*self._undo[-_MOST_UNDONE:], former]
            self._context.notices.say(Tone.GOOD, sentence, "Undo", self.undo)

        self._write(do, on_done)

    def _on_item(self, item: KitContent) -> None:
        self._change(lambda state: actions.add_item(self._desk, state, item), f"{item.title} is in the kit.")

    def _on_quantity(self, rows: Sequence[KitItemRow], quantity: int) -> None:
        keys = [row.key for row in rows]
        what = rows[0].title if len(rows) == 1 else counted(len(rows), "item")
        self._change(
            lambda state: actions.change_quantity(self._desk, state, keys, quantity), f"{what}: {quantity} each."
        )

    def _on_removal(self, rows: Sequence[KitItemRow]) -> None:
        keys = [row.key for row in rows]
        what = rows[0].title if len(rows) == 1 else counted(len(rows), "item")
        self._change(lambda state: actions.drop_items(self._desk, state, keys), f"{what} removed from the kit.")

    def _open_new(self) -> None:
        reps = queries.reps(self._desk.database.read(), self._desk.acting.organisation_id)
        if self._is_rep:
            reps = [rep for rep in reps if rep.rep_id == self._desk.person_id]

        def make(rep_id: str, name: str) -> None:
            self._write(lambda: actions.new_kit(self._desk, rep_id, name), self._on_made)

        KitDialog("New kit", "Make the kit", reps, make, parent=self).open()

    def _on_made(self, made: KitState) -> None:
        self.kits.select_key(made.kit_id)
        self.kit.search_box.setFocus()

    def _open_rename(self) -> None:
        if self._kit is None:
            return
        reps = queries.reps(self._desk.database.read(), self._desk.acting.organisation_id)

        def rename(rep_id: str, name: str) -> None:
            self._change(
                lambda state: actions.write_kit(self._desk, state._replace(rep_id=rep_id, name=name)),
                f"The kit is called “{name}” now.",
            )

        mine = [rep for rep in reps if not self._is_rep or rep.rep_id == self._desk.person_id]
        KitDialog(
            "Rename the kit", "Rename", mine, rename, name=self._kit.name, rep_id=self._kit.rep_id, parent=self
        ).open()

    def _ask_removal(self) -> None:
        if self._kit is None:
            return
        kit = self._kit
        ask(
            self,
            f"Remove “{kit.name}”?",
            f"The list of {counted(kit.items, 'item')} goes. What was ordered from it stays. You can undo this.",
            "Remove the kit",
            lambda: self._change(
                lambda _state: actions.remove_kit(self._desk, kit.kit_id), f"“{kit.name}” is removed."
            ),
            keep_verb="Keep it",
            dangerous=True,
        )

    # --- ordering --------------------------------------------------------------------------------

    def _open_order(self, items: Sequence[KitItemRow]) -> None:
        if self._kit is None or not items:
            return
        kit, routes = self._kit, self._context.routes
        ship_to = queries.rep_address(self._desk.database.read(), self._desk.acting.organisation_id, kit.rep_id)
        to_basket = partial(self._put_into_basket, kit.kit_id, items) if routes.can_open(_BASKET) else None
        KitOrderDialog(kit.name, items, ship_to, partial(self._order, kit.kit_id, items), to_basket, self).open()

    def _order(self, kit_id: str, items: Sequence[KitItemRow], delivery: Delivery) -> None:
        self._write(lambda: actions.order_from_kit(self._desk, kit_id, items, delivery), self._on_ordered)

    def _on_ordered(self, ordered: OrderedFromKit) -> None:
        self.kit.table.clearSelection()
        self._context.notices.say(Tone.GOOD, ordered_sentence(ordered), sound=True)

    def _put_into_basket(self, kit_id: str, items: Sequence[KitItemRow]) -> None:
        self._context.routes.open(
            _BASKET,
            items=[(one.distributor_id, one.item_no, one.title, one.sample_type, one.quantity) for one in items],
            kit=kit_id,
        )

    # --- inside ----------------------------------------------------------------------------------

    def _write(self, action: Callable[[], tuple[Changes, Result]], done: Callable[[Result], None]) -> None:
        """Does it on the data worker, tells every page what changed, then says so here."""

        def on_done(answer: tuple[Changes, Result]) -> None:
            self._context.changes.publish(answer[0])
            done(answer[1])

        self._context.jobs.submit_write(action, on_done, self._say_why)

    def _say_why(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self._context.notices.say(Tone.BAD, error.sentence, sound=True)

    def _connect(self) -> None:
        self.kits.selection_altered.connect(self._show_kit)
        self.kit.words_asked.connect(self._on_words)
        self.kit.item_chosen.connect(self._on_item)
        self.kit.quantity_wanted.connect(self._on_quantity)
        self.kit.removal_wanted.connect(self._on_removal)
        self.kit.rename_wanted.connect(self._open_rename)
        self.kit.kit_removal_wanted.connect(self._ask_removal)
        self.kit.order_wanted.connect(self._open_order)
        QShortcut(QKeySequence("Ctrl+F"), self, self.kit.search_box.setFocus)

    def _lay_out(self) -> None:
        left = Panel("Kits")
        left.head.addWidget(Button("new_kit", "New kit…", self._open_new, icon_name="plus", key="Ctrl+N"))
        left.body.addWidget(self.kits)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("kits_split")
        split.setChildrenCollapsible(False)
        split.setHandleWidth(WIDE)
        split.addWidget(left)
        split.addWidget(self.kit)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 2)
        split.setSizes([316, 704])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(BROAD, GAP, BROAD, WIDE)
        layout.addWidget(split)
