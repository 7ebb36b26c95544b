"""Adding a copy from the desk: the dialog, its catalogue search beside the screen, and the saved copy."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.cache.product_search import ProductHit
from desktop.feature import FeatureContext, SearchHit
from desktop.features.library import actions, queries
from desktop.features.library.actions import NewCopy
from desktop.features.library.add_copy_dialog import AddCopyDialog, ItemChoice
from desktop.features.library.desk_work import DeskWork
from desktop.features.library.words import TYPE_WORDS
from desktop.foundation.jobs import Job
from shared_models.kernel.errors import DomainError

_MOST_HITS = 8


class CopyEntry:
    """Opens the dialog over `parent` and saves through the desk's own work."""

    def __init__(self, context: FeatureContext, parent: QWidget, work: DeskWork) -> None:
        self._context = context
        self._parent = parent
        self._work = work
        self._searching: Job | None = None
        self.dialog: AddCopyDialog | None = None

    def open(self, barcode: str) -> None:
        """Ask what the copy with this barcode is."""
        desk = self._context.desk
        distributors = queries.distributors(desk.database.read(), desk.acting.organisation_id)
        self.dialog = AddCopyDialog(barcode, distributors, self._save, self._parent)
        self.dialog.items_asked.connect(self._on_items_asked)
        self.dialog.finished.connect(self._on_closed)
        self.dialog.open()

    def _on_items_asked(self, text: str) -> None:
        if self._searching is not None:
            self._searching.cancel()
        catalogue = self._context.desk.catalogue
        self._searching = self._context.jobs.submit_read(
            lambda: [_hit(found) for found in catalogue.search(text, limit=_MOST_HITS)], self._on_items_found
        )

    def _on_items_found(self, hits: list[SearchHit]) -> None:
        if self.dialog is not None:
            self.dialog.search.show_hits(hits)

    def _save(self, new: NewCopy) -> None:
        self._work.do(lambda desk, visit: actions.add_copy(desk, visit, new), self._on_refused, self._close)

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.accept()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        if self.dialog is not None:
            self.dialog.show_refusal(error.code, error.sentence)

    def _on_closed(self, _result: int) -> None:
        self.dialog = None


def _hit(found: ProductHit) -> SearchHit:
    kinds = [kind for kind in found.sample_types.split("|") if kind in TYPE_WORDS]
    detail = " · ".join(part for part in (found.item_no, found.brand or found.collection) if part)
    value = ItemChoice(found.distributor_id, found.item_no, found.title, kinds[0] if kinds else "MEMO")
    return SearchHit(found.title, detail, "table", value)
