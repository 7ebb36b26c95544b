"""The order itself: search on the left, basket and form on the right, joined to the actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop.feature import FeatureContext
from desktop.features.sample_orders import actions, queries
from desktop.features.sample_orders.basket import basket_lines, baskets, read_draft
from desktop.features.sample_orders.basket_panel import BasketPanel
from desktop.features.sample_orders.columns import SAMPLE_TYPE_WORDS, counted, discontinued_words
from desktop.features.sample_orders.find import Scanned, found_items, offered_types, scanned, with_stock
from desktop.features.sample_orders.order_dialogs import AddressDialog, ByHandDialog
from desktop.features.sample_orders.rows import BasketLine, DesignerRow, FoundItem, House, Item
from desktop.features.sample_orders.search_panel import SearchPanel
from desktop.features.sample_orders.sending_panel import SendingPanel
from desktop.foundation.changes import Changes
from desktop.foundation.jobs import Job
from desktop.widgets.colours import Tone
from desktop.widgets.theme import GAP, WIDE
from shared_models.kernel.errors import DomainError
from shared_models.sample_orders.operations import ShipTo

Result = TypeVar("Result")

_MOST_UNDONE = 50
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class OrderPanel(QWidget):
    """One basket at a time, for a designer or for the showroom itself. `sent` fires when one was sent."""

    sent = Signal()

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._desk = context.desk
        self._designer_id = ""
        self._houses: dict[str, House] = {}
        self._lines: list[BasketLine] = []
        self._asking: Job | None = None
        self._asked = 0
        """How often something was asked: a search for anything but the last text gives up."""
        self._undo: list[actions.Undo] = []
        self.search = SearchPanel(context.desk.clock.now, context.view_state)
        self.basket = BasketPanel(context.view_state)
        self.sending = SendingPanel()
        self._connect()
        self._lay_out()

    @property
    def designer_id(self) -> str:
        """For whom the basket on screen is; empty for the showroom itself."""
        return self._designer_id

    # --- what is shown ---------------------------------------------------------------------------

    def refresh(self) -> None:
        """Reads everything on the right side again, and the houses."""
        self._houses = {house.distributor_id: house for house in queries.houses(self._desk.database.read())}
        self._show_basket()
        self._show_form()

    def refresh_after(self, changes: Changes) -> None:
        """Reads again what the changes bear on."""
        if changes.touches("organisations", "designers"):
            self.refresh()
        elif changes.touches("desk_basket", "request_lines", "sample_orders"):
            self._show_basket()
        if changes.touches("products", "inventory", "stock_status"):
            self._on_asked(self.search.box.text().strip())

    def show_basket_of(self, designer_id: str) -> None:
        """Brings the basket of this designer to the front (empty: the showroom's own)."""
        self._keep_draft()
        self._designer_id = designer_id
        self.sending.say_error("")
        self._show_basket()
        self._show_form()

    def look_for(self, words: str) -> None:
        """Searches as if somebody had typed it."""
        self.search.box.setText(words)
        self.search.box.arm()

    def rest(self) -> None:
        """At first sight: says how many items there are to search."""
        if not self.search.box.text().strip():
            self._on_asked("")

    def _show_basket(self) -> None:
        desk, reader = self._desk, self._desk.database.read()
        organisation_id = desk.acting.organisation_id
        person = queries.designer(reader, self._designer_id)
        self._lines = basket_lines(reader, organisation_id, self._designer_id)
        self.basket.show_lines(self._lines)
        self.basket.show_baskets(
            baskets(reader, organisation_id), self._designer_id, person.name if person is not None else ""
        )
        self.sending.show_summary(self._lines)
        items = [(line.distributor_id, line.item_no) for line in self._lines]
        earlier = queries.earlier_requests(reader, organisation_id, self._designer_id, items, today=desk.today())
        self.sending.show_earlier(earlier, desk.clock.now())

    def _show_form(self) -> None:
        reader = self._desk.database.read()
        draft = read_draft(reader, self._desk.acting.organisation_id, self._designer_id)
        self.sending.show_form(draft, queries.designer(reader, self._designer_id), self._showroom())

    def _showroom(self) -> ShipTo:
        desk = self._desk
        return queries.showroom_address(desk.database.read(), desk.acting.organisation_id, desk.person_name)

    # --- searching and adding --------------------------------------------------------------------

    def _on_asked(self, words: str) -> None:
        self._asked += 1
        asked = self._asked
        if self._asking is not None:
            self._asking.cancel()
        catalogue, houses, read = self._desk.catalogue, self._houses, self._context.jobs.submit_read
        if words:
            self._asking = read(
                lambda: found_items(catalogue, houses, words, lambda: self._asked == asked),
                partial(self._on_found, words),
                self._say_why,
            )
        else:
            self._asking = read(catalogue.count, self.search.rest, self._say_why)

    def _on_found(self, words: str, rows: Sequence[FoundItem]) -> None:
        """Shows the answers at once; what there is of them is another question."""
        self.search.show_found(words, rows)
        catalogue = self._desk.catalogue
        if rows:
            self._asking = self._context.jobs.submit_read(
                lambda: with_stock(catalogue, rows), self.search.show_stock, self._say_why
            )

    def _on_chosen(self, row: FoundItem, quantity: int) -> None:
        self.add(row.item, quantity, warning=discontinued_words(row))
        self.search.ready_for_next()

    def add(self, item: Item, quantity: int = 1, sample_type: str = "", *, warning: str = "") -> None:
        """Puts an item into the basket on screen; a warning stands before what is said then."""
        designer_id = self._designer_id
        self._write(
            lambda: actions.add_to_basket(self._desk, item, quantity, designer_id=designer_id, sample_type=sample_type),
            partial(self._on_added, warning),
        )

    def add_all(self, items: Sequence[actions.KitItem], kit_id: str) -> None:
        """Puts a kit's items into the basket on screen."""
        designer_id = self._designer_id

        def say(undo: actions.Undo) -> None:
            self._remember(undo)
            self.search.answer.say(
                Tone.GOOD, counted(len(items), "item"), "from the kit, in the basket", "Undo", self.undo
            )

        self._write(lambda: actions.add_all_to_basket(self._desk, items, designer_id=designer_id, kit_id=kit_id), say)

    def _on_added(self, warning: str, added: actions.Added) -> None:
        self._remember(added.undo)
        line = next((line for line in self._lines if line.line_id == added.line_id), None)
        title = added.item.title or added.item.item_no
        form = SAMPLE_TYPE_WORDS.get(line.sample_type, "") if line else ""
        detail = f"{added.quantity} × {form}, in the basket for {line.distributor}" if line else "in the basket"
        if line is not None and line.quantity != added.quantity:
            detail += f"; now {line.quantity}"
        tone = Tone.ATTENTION if warning else Tone.GOOD
        self.search.answer.say(tone, title, f"{warning} {detail}".strip(), "Undo", self.undo)
        self._context.notices.sound(tone)
        self.basket.choose_line(added.line_id)

    def _on_scanned(self, code: str, quantity: int) -> None:
        desk = self._desk
        self._context.jobs.submit_read(
            lambda: scanned(desk.database.read(), desk.catalogue, desk.acting.organisation_id, code),
            lambda found: self._on_scan_read(quantity, *found),
            self._say_why,
        )

    def _on_scan_read(self, typed_quantity: int, quantity: int | None, found: Sequence[Scanned]) -> None:
        for one in found:
            if one.item is not None:
                self.add(one.item, quantity or typed_quantity or 1)
            elif one.designer is not None:
                self._on_designer_chosen(one.designer)
            else:
                self.search.answer.say(
                    Tone.BAD, one.code, "Nobody knows this code. Type the item's number, or add it by hand."
                )
                self._context.notices.sound(Tone.BAD)

    def _open_by_hand(self) -> None:
        words = self.search.box.text().strip() if not self.search.results.row_count() else ""
        ByHandDialog(list(self._houses.values()), self.add, words, self).open()

    # --- the basket ------------------------------------------------------------------------------

    def can_undo(self) -> bool:
        """Whether a step in the basket can be taken back."""
        return bool(self._undo)

    def undo(self) -> None:
        """Takes the last step in the basket back."""
        if self._undo:
            step = self._undo.pop()
            self._write(lambda: (actions.take_back(self._desk, step), None), self._on_taken_back)

    def _on_taken_back(self, _nothing: None) -> None:
        self.search.answer.say(Tone.NEUTRAL, "Taken back", "The basket is as it was before.", icon="undo")

    def _on_quantity(self, lines: Sequence[BasketLine], quantity: int) -> None:
        self._write(lambda: actions.change_lines(self._desk, lines, quantity=quantity), self._remember)

    def _on_type(self, lines: Sequence[BasketLine], code: str) -> None:
        self._write(lambda: actions.change_lines(self._desk, lines, sample_type=code), self._remember)

    def _on_removal(self, lines: Sequence[BasketLine]) -> None:
        what = (lines[0].title or lines[0].item_no) if len(lines) == 1 else counted(len(lines), "line")

        def say(undo: actions.Undo) -> None:
            self._remember(undo)
            self.search.answer.say(Tone.NEUTRAL, what, "removed from the basket", "Undo", self.undo, icon="trash")

        self._write(lambda: actions.remove_lines(self._desk, lines), say)

    def _on_line_chosen(self) -> None:
        lines = self.basket.chosen_lines
        if lines:
            forms = offered_types(self._desk.catalogue, lines[0].distributor_id, lines[0].item_no)
            self.basket.offer_forms(forms)

    # --- the form and sending --------------------------------------------------------------------

    def _on_designer_asked(self, text: str) -> None:
        reader, showroom_id = self._desk.database.read(), self._desk.acting.organisation_id
        self.sending.show_hits(queries.designers_like(reader, showroom_id, text) if text else ())

    def _on_designer_chosen(self, person: DesignerRow) -> None:
        self._give_to(person.designer_id)
        if person.blocked:
            self.search.answer.say(Tone.ATTENTION, person.name, "is blocked. Her card says why; ask before you send.")
            self._context.notices.sound(Tone.ATTENTION)
        else:
            self.search.answer.say(Tone.INFO, person.name, "This basket is for her now.", icon="person")

    def _give_to(self, designer_id: str) -> None:
        former, draft = self._designer_id, self.sending.draft
        if designer_id == former or not self._lines:
            self.show_basket_of(designer_id)
            return
        # Moved at once, so that what is scanned next goes to the right basket.
        self._designer_id = designer_id
        self._undo.clear()
        self._write(
            lambda: (actions.give_basket(self._desk, of=former, to=designer_id, draft=draft), None),
            lambda _nothing: self._show_form(),
        )

    def _open_address(self) -> None:
        typed = self.sending.draft.typed
        dialog = AddressDialog(typed, lambda ship_to: self.sending.take_typed(ship_to, self._showroom()), self)
        dialog.rejected.connect(self._show_form)
        dialog.open()

    def _keep_draft(self) -> None:
        designer_id, draft = self._designer_id, self.sending.draft
        self._context.jobs.submit_write(lambda: actions.keep_draft(self._desk, designer_id, draft), None, self._say_why)

    def _send(self) -> None:
        designer_id, draft = self._designer_id, self.sending.draft
        self.sending.say_error("")
        self.sending.send.setEnabled(False)
        self._write(lambda: actions.send_basket(self._desk, designer_id, draft), self._on_sent, self._on_not_sent)

    def _on_sent(self, sent: actions.Sent) -> None:
        self._undo.clear()
        self._designer_id = ""
        self.refresh()
        self.search.answer.say(Tone.GOOD, sent_sentence(sent), "Kept here, and sent as soon as the server answers.")
        self._context.notices.sound(Tone.GOOD)
        self.search.box.clear()
        self.search.box.arm()
        self.sent.emit()

    def _on_not_sent(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self.sending.send.setEnabled(bool(self._lines))
        self.sending.say_error(error.sentence)

    # --- inside ----------------------------------------------------------------------------------

    def _write(
        self,
        action: Callable[[], tuple[Changes, Result]],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Does it on the data worker, tells every page what changed, then says so here."""

        def on_done(answer: tuple[Changes, Result]) -> None:
            changes, result = answer
            self._context.changes.publish(changes)
            done(result)

        self._context.jobs.submit_write(action, on_done, failed or self._say_why)

    def _remember(self, undo: actions.Undo) -> None:
        self._undo = [*self._undo[-_MOST_UNDONE:], undo]

    def _say_why(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self.search.answer.say(Tone.BAD, "Not done", error.sentence)
        self._context.notices.sound(Tone.BAD)

    def _connect(self) -> None:
        self.search.asked.connect(self._on_asked)
        self.search.chosen.connect(self._on_chosen)
        self.search.scanned.connect(self._on_scanned)
        self.search.by_hand_wanted.connect(self._open_by_hand)
        self.basket.quantity_wanted.connect(self._on_quantity)
        self.basket.type_wanted.connect(self._on_type)
        self.basket.removal_wanted.connect(self._on_removal)
        self.basket.basket_wanted.connect(self.show_basket_of)
        self.basket.table.selection_altered.connect(self._on_line_chosen)
        self.sending.designer_asked.connect(self._on_designer_asked)
        self.sending.designer_chosen.connect(self._on_designer_chosen)
        self.sending.designer_cleared.connect(lambda: self._give_to(""))
        self.sending.address_wanted.connect(self._open_address)
        self.sending.altered.connect(self._keep_draft)
        self.sending.send_wanted.connect(self._send)

    def _lay_out(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.basket, 1)
        column.addWidget(self.sending)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("order_split")
        split.setChildrenCollapsible(False)
        split.setHandleWidth(WIDE)
        split.addWidget(self.search)
        split.addWidget(right)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([600, 420])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.addWidget(split)


def sent_sentence(sent: actions.Sent) -> str:
    """`4 requests, one by e-mail only to Tidewater & Vogel`."""
    sentence = counted(len(sent.houses), "request")
    mailed = len(sent.by_mail_only)
    if not mailed:
        return sentence
    names = (
        " and ".join((", ".join(sent.by_mail_only[:-1]), sent.by_mail_only[-1])) if mailed > 1 else sent.by_mail_only[0]
    )
    if mailed == len(sent.houses):
        return f"{sentence} by e-mail only to {names}"
    number = _NUMBERS[mailed] if mailed < len(_NUMBERS) else str(mailed)
    return f"{sentence}, {number} by e-mail only to {names}"
