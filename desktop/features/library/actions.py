"""What a person does at the library desk; each answers with the Changes and with the desk as it is then.

All of them run one after the other (`DeskWork`), so that a card and the copies scanned right behind it are taken in
their order, however fast they come.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from desktop.features.library import choosing, lending, queries
from desktop.features.library.due_rule import DueRule
from desktop.features.library.lending import Done, changes_of, local_now
from desktop.features.library.scanning import Meaning, meaning_of
from desktop.features.library.visit import LogLine, Step, Visit
from desktop.features.library.words import day_words, read_due_day
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from desktop.widgets.colours import Tone
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import CopyId, LoanId, new_id
from shared_models.library.operations import AddCopy, SetSidemark


class NewCopy(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of a copy that joins the library."""

    barcode: str
    distributor_id: str
    item_no: str
    title: str
    sample_type: str = "MEMO"
    shelf: str = ""
    condition: str = "GOOD"


def take_scan(desk: Desk, visit: Visit, text: str, *, from_scanner: bool, rule: DueRule) -> tuple[Changes, Step]:
    """Do what was scanned or typed. What cannot be done or read is a line in the bad tone, never an exception.

    Of two codes glued together each is done on its own.
    """
    changes, step = Changes.none(), Step(visit)
    for meaning in meaning_of(desk, visit, text, from_scanner=from_scanner):
        try:
            more, following = _carry_out(desk, step.visit, meaning, rule)
        except DomainError as error:
            more, following = Changes.none(), Step(step.visit, (_not_done(desk, error, meaning.text),))
        changes |= more
        step = replace(
            following,
            lines=(*step.lines, *_with_remark(following.lines, meaning.remark)),
            undone=step.undone | following.undone,
        )
    return changes, step


def choose_designer(desk: Desk, visit: Visit, designer_id: str) -> tuple[Changes, Step]:
    """Begin the visit of a designer who was picked from a list or named by another page."""
    designer = queries.designer(desk.database.read_before_write(), desk.acting.organisation_id, designer_id)
    if designer is None:
        return Changes.none(), Step(visit, (_bad(desk, "Not known", "This designer", "Her card is no longer here."),))
    return _step(choosing.choose(desk, visit, designer))


def read_card_again(desk: Desk, visit: Visit) -> tuple[Changes, Step]:
    """Her card was changed, here or at another desk; the visit goes on with it as it is now."""
    if visit.designer is None:
        return Changes.none(), Step(visit)
    card = queries.designer(desk.database.read_before_write(), desk.acting.organisation_id, visit.designer.designer_id)
    return Changes.none(), Step(replace(visit, designer=card or visit.designer))


def take_back_copies(desk: Desk, visit: Visit, copy_ids: tuple[str, ...]) -> tuple[Changes, Step]:
    """Take copies back that were chosen on screen."""
    changes, lines = Changes.none(), []
    for copy_id in copy_ids:
        copy = queries.copy_by_id(desk.database.read_before_write(), desk.acting.organisation_id, copy_id)
        if copy is None:
            continue
        try:
            done = lending.take_back(desk, visit, copy)
        except DomainError as error:
            lines.append(_not_done(desk, error, copy.title))
            continue
        changes, visit = changes | done.changes, done.visit
        lines.append(done.line)
    return changes, Step(visit, tuple(lines))


def lend_anyway(desk: Desk, visit: Visit, rule: DueRule) -> tuple[Changes, Step]:
    """Lend the copy that was refused because the designer is blocked, and what else she takes at this visit."""
    designer, refused = visit.designer, visit.refused
    if designer is None or refused is None:
        note = "No copy was refused. Scan the copy again."
        return Changes.none(), Step(visit, (_line(desk, Tone.ATTENTION, "Nothing", "Lend anyway", note),))
    allowed = replace(visit, may_lend_blocked=True)
    copy = (
        queries.copy_by_id(desk.database.read_before_write(), desk.acting.organisation_id, refused.copy_id) or refused
    )
    return _guarded(desk, allowed, copy.title, lambda: lending.lend(desk, allowed, designer, copy, rule))


def undo_scan(desk: Desk, visit: Visit, key: str = "") -> tuple[Changes, Step]:
    """Take back the scan with this key, or the last one that still can be; several in a row walk back."""
    found = [one for one in visit.undoable if not key or one.key == key]
    if not found:
        sentence = "There is no scan left to undo." if not key else "This scan was undone before."
        return Changes.none(), Step(visit, (_line(desk, Tone.ATTENTION, "Nothing", "Undo", sentence),))
    changes, step = _guarded(desk, visit, found[-1].title, lambda: lending.undo(desk, visit, found[-1]))
    return changes, replace(step, undone=frozenset({found[-1].key}) if changes else frozenset())


def set_sidemark(desk: Desk, visit: Visit, sidemark: str) -> tuple[Changes, Step]:
    """Say the project once: it goes on what was lent at this visit and on what follows."""
    sidemark = " ".join(sidemark.split())
    named = replace(visit, sidemark=sidemark)
    count = len(visit.loans)
    what = sidemark or "No sidemark"
    if not count or sidemark == visit.sidemark:
        line = _line(desk, Tone.GOOD, "Sidemark", what, "It goes on what is lent at this visit.", icon="tag")
        return Changes.none(), Step(named, (line,))

    def write() -> Done:
        loan_ids = tuple(LoanId(loan.loan_id) for loan in visit.loans)
        recorded = desk.record(SetSidemark(loan_ids=loan_ids, sidemark=sidemark))
        memos = "1 memo" if count == 1 else f"{count} memos"
        note = f"It stands on the {memos} of this visit."
        return Done(changes_of(recorded), named, _line(desk, Tone.GOOD, "Sidemark", what, note, icon="tag"))

    return _guarded(desk, visit, "Sidemark", write)


def set_due_day(desk: Desk, visit: Visit, text: str, rule: DueRule) -> tuple[Changes, Step]:
    """Another due day for what is lent from now on at this visit; an empty text goes back to the rule."""
    today = desk.today()
    if not text.strip():
        note = f"By the showroom's rule: {day_words(rule.due_on(today), today)}."
        return Changes.none(), Step(
            replace(visit, due_on=None), (_line(desk, Tone.GOOD, "Due day", "As usual", note, icon="calendar"),)
        )
    day = read_due_day(text, today)
    if day is None:
        note = "Type a day from today on, such as 12/24, 24 Dec or +21."
        return Changes.none(), Step(visit, (_bad(desk, "No such day", text.strip(), note),))
    line = _line(desk, Tone.GOOD, "Due day", day_words(day, today), "For what is lent from now on.", icon="calendar")
    return Changes.none(), Step(replace(visit, due_on=day), (replace(line, due_on=day),))


def set_returning(desk: Desk, visit: Visit, is_returning: bool) -> tuple[Changes, Step]:
    """Copies come back, or leave again, from the next scan on."""
    return _step(_switch(desk, visit, is_returning))


def finish_visit(desk: Desk, visit: Visit) -> tuple[Changes, Step]:
    """The designer leaves; the desk is free, and copies that are scanned come back."""
    return _step(_finish(desk, visit))


def add_copy(desk: Desk, visit: Visit, new: NewCopy) -> tuple[Changes, Step]:
    """A copy joins the library. Raises `DomainError` with what is missing or whose barcode it is."""
    item_no, title = new.item_no.strip(), new.title.strip()
    if not item_no or not title:
        raise DomainError("item_missing", "Choose an item from the catalogue, or type its number and name.")
    recorded = desk.record(
        AddCopy(
            copy_id=CopyId(new_id()),
            distributor_id=new.distributor_id,
            item_no=item_no,
            title=title,
            sample_type=new.sample_type,
            shelf=new.shelf.strip(),
            condition=new.condition,
            barcodes=tuple(new.barcode.split()),
        )
    )
    line = _line(desk, Tone.GOOD, "New copy", title, "It is in the library now. Scan it to lend it.", icon="plus")
    return changes_of(recorded), Step(visit, (replace(line, item_no=item_no),))


# --- inside ----------------------------------------------------------------------------------------------


def _carry_out(desk: Desk, visit: Visit, meaning: Meaning, rule: DueRule) -> tuple[Changes, Step]:
    if meaning.line is not None:
        return Changes.none(), Step(visit, (meaning.line,))
    if meaning.copy is not None:
        return _step(lending.pass_over_desk(desk, visit, meaning.copy, rule))
    if meaning.designer is not None:
        return _step(choosing.choose(desk, visit, meaning.designer))
    if meaning.command:
        return _command(desk, visit, meaning.command)
    if meaning.due_day:
        return set_due_day(desk, visit, meaning.due_day, rule)
    return Changes.none(), Step(visit, designers=meaning.designers, copies_asked=meaning.copies_asked)


def _command(desk: Desk, visit: Visit, command: str) -> tuple[Changes, Step]:
    if command == "UNDO":
        return undo_scan(desk, visit)
    if command in ("RETURN", "LEND"):
        return _step(_switch(desk, visit, command == "RETURN"))
    if command == "DONE":
        return _step(_finish(desk, visit))
    return Changes.none(), Step(visit, page_does="receipt" if command == "RECEIPT" else "sidemark")


def _switch(desk: Desk, visit: Visit, is_returning: bool) -> Done:
    switched = replace(visit, is_returning=is_returning)
    if is_returning:
        line = _line(
            desk, Tone.INFO, "Returns", "Taking copies back", "Every copy scanned now comes back.", icon="return"
        )
    elif visit.designer is None:
        line = _line(desk, Tone.INFO, "Lending", "Nobody chosen yet", "Scan a designer's card first.", icon="lend")
    else:
        note = f"Every copy scanned now leaves with {visit.designer.name}."
        line = _line(desk, Tone.INFO, "Lending", f"To {visit.designer.name}", note, icon="lend")
    return Done(Changes.none(), switched, line)


def _finish(desk: Desk, visit: Visit) -> Done:
    if visit.designer is None:
        what, note = "The desk is free", "Scan a card to lend, or a copy to take it back."
    else:
        count = len(visit.loans)
        took = "1 memo" if count == 1 else f"{count} memos" if count else "nothing"
        what, note = visit.designer.name, f"Her visit is over; she took {took}."
    return Done(
        Changes.none(), Visit(undoable=visit.undoable), _line(desk, Tone.INFO, "Done", what, note, icon="check")
    )


def _step(done: Done) -> tuple[Changes, Step]:
    return done.changes, Step(done.visit, (done.line,))


def _guarded(desk: Desk, visit: Visit, what: str, act: Callable[[], Done]) -> tuple[Changes, Step]:
    try:
        return _step(act())
    except DomainError as error:
        return Changes.none(), Step(visit, (_not_done(desk, error, what),))


def _with_remark(lines: tuple[LogLine, ...], remark: str) -> tuple[LogLine, ...]:
    if not remark or not lines:
        return lines
    first = lines[0]
    tone = Tone.ATTENTION if first.tone in (Tone.GOOD, Tone.INFO) else first.tone
    return (replace(first, tone=tone, note=f"{first.note} {remark}".strip()), *lines[1:])


def _not_done(desk: Desk, error: DomainError, what: str) -> LogLine:
    return _bad(desk, "Not saved", what, error.sentence)


def _bad(desk: Desk, word: str, what: str, note: str) -> LogLine:
    return _line(desk, Tone.BAD, word, what, note)


def _line(desk: Desk, tone: Tone, word: str, what: str, note: str, icon: str = "") -> LogLine:
    return LogLine(local_now(desk), tone, word, what, note=note, icon=icon)
