"""What one copy on the desk leads to: it is lent, taken back or refused; each as the operation and the line to show."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from desktop.features.library import queries
from desktop.features.library.due_rule import DueRule
from desktop.features.library.rows import CopyRow, DesignerRow
from desktop.features.library.visit import UNDONE, LogLine, Undoable, Visit, VisitLoan
from desktop.features.library.words import day_words, days_words, since_words
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk, Recorded
from desktop.widgets.colours import Tone
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, ReturnId, new_id
from shared_models.library.operations import CheckOutCopy, ReturnCopy, TakeBackCheckOut, TakeBackReturn

_GONE_STATUSES = ("DISCONTINUED", "CLOSEOUT")


class Done(NamedTuple):
    """The outcome of one copy, or of one thing said at the desk."""

    changes: Changes
    visit: Visit
    line: LogLine


def changes_of(recorded: Recorded) -> Changes:
    """What an operation touched, for the pages."""
    return Changes(recorded.kinds, recorded.keys)


def local_now(desk: Desk) -> datetime:
    """The present instant in this machine's zone."""
    return desk.clock.now().astimezone()


def pass_over_desk(desk: Desk, visit: Visit, copy: CopyRow, rule: DueRule) -> Done:
    """A copy was scanned: it leaves with the designer, or comes back when there is none or returns are on."""
    if visit.designer is None or visit.is_returning:
        return take_back(desk, visit, copy)
    return lend(desk, visit, visit.designer, copy, rule)


# --- lending -----------------------------------------------------------------------------------------


def lend(desk: Desk, visit: Visit, designer: DesignerRow, copy: CopyRow, rule: DueRule) -> Done:
    """Lend a copy, unless it is hers already or she is blocked."""
    if copy.designer_id == designer.designer_id:
        return Done(Changes.none(), visit, _already_hers(desk, visit, copy))
    if designer.blocked and not visit.may_lend_blocked:
        return Done(Changes.none(), replace(visit, refused=copy), _blocked(desk, designer, copy))
    now = local_now(desk)
    due = visit.due_on or rule.due_on(now.date())
    loan_id = new_id()
    recorded = desk.record(
        CheckOutCopy(
            loan_id=LoanId(loan_id),
            copy_id=CopyId(copy.copy_id),
            designer_id=DesignerId(designer.designer_id),
            due_on=due,
            sidemark=visit.sidemark,
        )
    )
    undoable = Undoable("lent", loan_id, copy.copy_id, copy.title)
    loan = VisitLoan(loan_id, copy.copy_id, copy.barcode, copy.item_no, copy.title, copy.sample_type, due)
    lent = replace(
        visit,
        loans=(*visit.loans, loan),
        undoable=(*visit.undoable, undoable),
        began_at=visit.began_at or now,
        refused=None,
    )
    return Done(changes_of(recorded), lent, _lent_line(desk, now, designer, copy, loan, undoable))


def _lent_line(
    desk: Desk, now: datetime, designer: DesignerRow, copy: CopyRow, loan: VisitLoan, undoable: Undoable
) -> LogLine:
    today, due = now.date(), loan.due_on
    concerns = _concerns(desk, copy)
    if copy.is_out:
        since = since_words(copy.lent_at, today) if copy.lent_at else "earlier"
        concerns.insert(0, f"It was still out to {copy.designer} since {since}: that return was not recorded")
    return LogLine(
        at=now,
        tone=Tone.ATTENTION if concerns else Tone.GOOD,
        word="Lent",
        what=copy.title,
        note=". ".join([f"Lent to {designer.name}, due {day_words(due, today)}", *concerns]) + ".",
        item_no=copy.item_no,
        whom=designer.name,
        due_on=due,
        icon="lend",
        undoable=undoable,
        offer="undo",
        about=undoable.key,
    )


def _concerns(desk: Desk, copy: CopyRow) -> list[str]:
    """What a clerk should hear about a copy that leaves."""
    found = []
    if copy.status in ("lost", "kept"):
        found.append(f"It was marked as {copy.status} and is found")
    if copy.status == "withdrawn":
        found.append("It was withdrawn from the library")
    product = desk.catalogue.product(copy.distributor_id, copy.item_no)
    if product is not None and product.status in _GONE_STATUSES:
        state = "discontinued" if product.status == "DISCONTINUED" else "on closeout"
        replaced = f", replaced by {product.replaced_by}" if product.replaced_by else ""
        found.append(f"The item is {state}{replaced}")
    return found


def _already_hers(desk: Desk, visit: Visit, copy: CopyRow) -> LogLine:
    today = desk.today()
    just_now = any(loan.copy_id == copy.copy_id for loan in visit.loans)
    since = "just now" if just_now or copy.lent_at is None else since_words(copy.lent_at, today)
    due = f", due {day_words(copy.due_on, today)}" if copy.due_on else ""
    return LogLine(
        at=local_now(desk),
        tone=Tone.ATTENTION,
        word="Already hers",
        what=copy.title,
        note=f"{copy.designer} has it since {since}{due}. Nothing was changed.",
        item_no=copy.item_no,
        whom=copy.designer,
        due_on=copy.due_on,
        offer="take_back",
        about=copy.copy_id,
    )


def _blocked(desk: Desk, designer: DesignerRow, copy: CopyRow) -> LogLine:
    reason = f" {designer.notes.rstrip('.')}." if designer.notes else ""
    return LogLine(
        at=local_now(desk),
        tone=Tone.BAD,
        word="Not lent",
        what=copy.title,
        note=f"{designer.name} is blocked.{reason} Keep the copy here, or lend it anyway.",
        item_no=copy.item_no,
        whom=designer.name,
        offer="lend_anyway",
    )


# --- taking back ---------------------------------------------------------------------------------------


def take_back(desk: Desk, visit: Visit, copy: CopyRow) -> Done:
    """Record that a copy came back, whoever brings it; a second scan of the same copy is harmless."""
    if not copy.is_out and _is_scanned_twice(visit, copy):
        return Done(Changes.none(), visit, _twice(desk, copy))
    line = _returned_line(desk, copy)
    return_id = new_id()
    recorded = desk.record(ReturnCopy(return_id=ReturnId(return_id), copy_id=CopyId(copy.copy_id)))
    undoable = Undoable("returned", return_id, copy.copy_id, copy.title)
    back = replace(
        visit,
        loans=tuple(loan for loan in visit.loans if loan.copy_id != copy.copy_id),
        undoable=(*visit.undoable, undoable),
    )
    return Done(changes_of(recorded), back, replace(line, undoable=undoable, offer="undo", about=undoable.key))


def _is_scanned_twice(visit: Visit, copy: CopyRow) -> bool:
    if not visit.undoable:
        return False
    last = visit.undoable[-1]
    return last.kind == "returned" and last.copy_id == copy.copy_id


def _twice(desk: Desk, copy: CopyRow) -> LogLine:
    return LogLine(
        at=local_now(desk),
        tone=Tone.ATTENTION,
        word="Twice",
        what=copy.title,
        note="It was taken back just now. The second scan changed nothing.",
        item_no=copy.item_no,
    )


def _returned_line(desk: Desk, copy: CopyRow) -> LogLine:
    line = LogLine(
        at=local_now(desk),
        tone=Tone.GOOD,
        word="Returned",
        what=copy.title,
        item_no=copy.item_no,
        whom=copy.designer,
        due_on=copy.due_on,
        icon="return",
    )
    shelf = f" Shelf {copy.shelf}." if copy.shelf else ""
    if not copy.is_out:
        word, note = _unexpected(desk, copy)
        return replace(line, tone=Tone.ATTENTION, icon="", word=word, note=f"{note}{shelf}")
    today = desk.today()
    since = since_words(copy.lent_at, today) if copy.lent_at else "earlier"
    late = (today - copy.due_on).days if copy.due_on else 0
    overdue = f", {days_words(late)} overdue" if late > 0 else ""
    found = f" It was marked as {copy.status} and is found." if copy.status in ("lost", "kept") else ""
    return replace(line, note=f"It was with {copy.designer} since {since}{overdue}.{found}{shelf}")


def _unexpected(desk: Desk, copy: CopyRow) -> tuple[str, str]:
    """Word and note for a copy that was with nobody."""
    if copy.status in ("lost", "kept"):
        return "Found", f"It was marked as {copy.status}; now it is back."
    reader = desk.database.read_before_write()
    if not queries.was_ever_lent(reader, copy.copy_id):
        return "Never lent", "It was never lent from here. The return is noted."
    last = queries.last_return(reader, copy.copy_id)
    if last is None:
        return "Was back", "Nobody had it by our records. The return is noted."
    at, whom = last
    from_whom = f" from {whom}" if whom else ""
    return "Was back", f"It came back{from_whom} before, {since_words(at, desk.today())}. This return is noted too."


# --- undo ----------------------------------------------------------------------------------------------


def undo(desk: Desk, visit: Visit, undoable: Undoable) -> Done:
    """Take one scan back: the copy did not leave, or did not come back, after all."""
    copy_id = CopyId(undoable.copy_id)
    if undoable.kind == "lent":
        recorded = desk.record(TakeBackCheckOut(loan_id=LoanId(undoable.key), copy_id=copy_id))
        note = "The loan was taken back: the copy did not leave."
    else:
        recorded = desk.record(TakeBackReturn(return_id=ReturnId(undoable.key), copy_id=copy_id))
        note = "The return was taken back: the copy is where it was before."
    left = replace(
        visit,
        loans=tuple(loan for loan in visit.loans if loan.loan_id != undoable.key),
        undoable=tuple(one for one in visit.undoable if one != undoable),
    )
    line = LogLine(local_now(desk), Tone.NEUTRAL, UNDONE, undoable.title, note=note, icon="undo")
    return Done(changes_of(recorded), left, line)
